// The page around GraphiQL: keeps the API key for this tab, sends operations, and follows subscriptions over SSE.
const secret = document.getElementById("secret");
secret.value = sessionStorage.getItem("crossdock-key") || "";
secret.addEventListener("input", () => sessionStorage.setItem("crossdock-key", secret.value));
document.getElementById("key").addEventListener("submit", (event) => {
  event.preventDefault();
  location.reload();
});

async function* events(response) {
  const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
  let rest = "";
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return;
    rest += value;
    const blocks = rest.split("\n\n");
    rest = blocks.pop();
    for (const block of blocks) {
      const data = block.split("\n").filter((line) => line.startsWith("data: ")).map((line) => line.slice(6)).join("\n");
      if (block.startsWith("event: complete")) return;
      if (data) yield JSON.parse(data);
    }
  }
}

const fetcher = async (params, options) => {
  const name = params.operationName;
  const operations = (options && options.documentAST ? options.documentAST.definitions : []).filter(
    (one) => one.kind === "OperationDefinition" && (!name || (one.name && one.name.value === name)),
  );
  const live = operations.length > 0 && operations[0].operation === "subscription";
  const response = await fetch("graphql", {
    method: "POST",
    headers: {
      accept: live ? "text/event-stream" : "application/graphql-response+json, application/json",
      "content-type": "application/json",
      ...(secret.value ? { authorization: `Bearer ${secret.value}` } : {}),
      ...((options && options.headers) || {}),
    },
    body: JSON.stringify(params),
  });
  const streams = (response.headers.get("content-type") || "").startsWith("text/event-stream");
  return streams ? events(response) : response.json();
};

const tabs = [
  { query: "# The latest orders, with what is in them.\nquery LatestOrders {\n  orders(first: 5) {\n    nodes {\n      number\n      status\n      placedAt\n      total { amount currency }\n      lines(first: 3) { nodes { sku name quantity } }\n    }\n  }\n}\n" },
  { query: "# What waits for a person now.\nquery Worklist {\n  worklist { onHold unrouted backordered toPick toPack toShip openCases failedJobs }\n}\n" },
  { query: "# Everything that happens, as it happens.\nsubscription Events {\n  events { name message occurredAt order { number } }\n}\n" },
];
ReactDOM.createRoot(document.getElementById("graphiql")).render(
  React.createElement(GraphiQL, { fetcher, defaultTabs: tabs, defaultEditorToolsVisibility: "variables" }),
);
