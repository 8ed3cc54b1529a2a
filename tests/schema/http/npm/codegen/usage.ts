// A frontend's own code, which must fit what was generated.
import type {
  LatestOrdersQuery,
  LatestOrdersQueryVariables,
  PlaceOrderMutation,
  PlaceOrderMutationVariables,
} from "./operations";
import type { Order } from "./schema";

export const asked: LatestOrdersQueryVariables = { first: 10, filter: { query: "smith", onHold: false } };

export function headlines(answer: LatestOrdersQuery): string[] {
  return answer.orders.nodes.map((order) => `${order.number}: ${order.summary.headline} ${order.total.amount}`);
}

export function nextSteps(answer: LatestOrdersQuery): string[] {
  // @ts-expect-error  nextStep may be null, and the types say so
  return answer.orders.nodes.map((order) => order.summary.nextStep);
}

export const placed: PlaceOrderMutationVariables = {
  key: "one",
  input: { currency: "GBP", lines: [{ sku: "22423", quantity: 2, unitPrice: "12.75" }] },
};

export function refusals({ orderCreate }: PlaceOrderMutation): string[] {
  return orderCreate.userErrors.map(({ code, path, message }) => `${code} at ${path?.join(".") ?? "-"}: ${message}`);
}

export function settled(order: Pick<Order, "status" | "placedAt">): boolean {
  return order.status === "COMPLETED" && order.placedAt < "2026-01-01T00:00:00Z";
}
