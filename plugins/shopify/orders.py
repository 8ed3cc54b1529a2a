"""Orders, read: pages of what changed, and one with everything about it."""

import json
from datetime import UTC, datetime
from typing import Any

from crossdock import BadData, OrderPage, OrderWindow, Quarantined, RawOrder, Rejected, Retryable
from plugins.shopify.access import Ctx
from plugins.shopify.client import ask, pages
from plugins.shopify.documents import Document, money, orders, parcels
from plugins.shopify.mapping.orders import read, version_of

PAGE = 50
_TRIES = 3


def fetch_orders(ctx: Ctx, window: OrderWindow) -> OrderPage:
    """One page of what changed in the window, each order whole. One that cannot be read is set aside."""
    asked = {"query": changed_in(window), "size": PAGE, "after": window.cursor}
    found = ask(ctx, orders.ORDERS, **asked)["orders"]
    whole: list[RawOrder] = []
    aside: list[Quarantined] = []
    for each in found["nodes"]:
        try:
            whole.append(fetch_order(ctx, each["id"]))
        except BadData as error:
            aside.append(Quarantined(source=str(each["id"]), reason=error.message, payload=_text(error.payload)))
        except Rejected as error:
            # Deleted since the page was read.
            ctx.log.warning("shopify order is gone", order=each["id"], reason=error.message)
    more = found["pageInfo"]
    cursor = more["endCursor"] if more["hasNextPage"] else None
    return OrderPage(orders=tuple(whole), cursor=cursor, quarantined=tuple(aside))


def fetch_order(ctx: Ctx, external_id: str) -> RawOrder:
    """One order as it is now. It is read in parts: where it changes meanwhile, it is read again."""
    name = external_id
    for _ in range(_TRIES):
        said = _whole(ctx, external_id)
        name = said["name"]
        state = ask(ctx, orders.ORDER_STATE, id=external_id)["order"]
        if state is not None and state["updatedAt"] == said["updatedAt"]:
            return _raw(said)
    raise Retryable(f"Order {name} changes all the time.")


def changed_in(window: OrderWindow) -> str:
    """The search for orders that changed in a window."""
    return f"updated_at:>='{stamp(window.since)}' updated_at:<='{stamp(window.until)}'"


def parcel(ctx: Ctx, name: str) -> dict[str, Any]:
    """A fulfillment with all its lines."""
    return _paged(ctx, parcels.FULFILLMENT, "fulfillment", "fulfillmentLineItems", name)


def work(ctx: Ctx, name: str) -> dict[str, Any]:
    """A fulfillment order with all its lines."""
    return _paged(ctx, parcels.FULFILLMENT_ORDER, "fulfillmentOrder", "lineItems", name)


def _whole(ctx: Ctx, name: str) -> dict[str, Any]:
    said: dict[str, Any] | None = ask(ctx, orders.ORDER, id=name)["order"]
    if said is None:
        raise Rejected("NOT_FOUND", f"Shopify knows no order {name}.")
    lines = said["lineItems"]
    if lines["pageInfo"]["hasNextPage"]:
        lines["nodes"] += _more_lines(ctx, name, lines["pageInfo"]["endCursor"])
    said["fulfillments"] = [parcel(ctx, each["id"]) for each in said["fulfillments"]]
    said["fulfillmentOrders"] = {"nodes": [work(ctx, each["id"]) for each in said["fulfillmentOrders"]["nodes"]]}
    said["refunds"] = [_paged(ctx, money.REFUND, "refund", "refundLineItems", each["id"]) for each in said["refunds"]]
    return said


def _more_lines(ctx: Ctx, name: str, after: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    while True:
        page = ask(ctx, orders.LINES, id=name, after=after)["order"]["lineItems"]
        found += page["nodes"]
        if not page["pageInfo"]["hasNextPage"]:
            return found
        if page["pageInfo"]["endCursor"] == after or not page["nodes"]:
            raise BadData("The pages of an order's lines lead nowhere.", where=name)
        after = page["pageInfo"]["endCursor"]


def _paged(ctx: Ctx, document: Document, field: str, lines: str, name: str) -> dict[str, Any]:
    """One thing with all pages of its lines."""
    first: dict[str, Any] = {}

    def pick(data: dict[str, Any]) -> dict[str, Any]:
        found = data[field]
        if found is None:
            raise Rejected("NOT_FOUND", f"Shopify knows no {name}.")
        first.update({key: value for key, value in found.items() if key != lines})
        connection: dict[str, Any] = found[lines]
        return connection

    nodes = list(pages(ctx, document, pick, id=name))
    return {**first, lines: {"nodes": nodes}}


def _raw(said: dict[str, Any]) -> RawOrder:
    payload = json.dumps(said, sort_keys=True, ensure_ascii=False)
    order = read(RawOrder(external_id=str(said["id"]), payload=payload))
    return RawOrder(
        external_id=order.id, payload=payload, version=version_of(order), changed_at=order.updated_at.astimezone(UTC)
    )


def stamp(moment: datetime) -> str:
    """A moment as searches take it."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _text(payload: str | bytes) -> str:
    return payload if isinstance(payload, str) else payload.decode(errors="replace")
