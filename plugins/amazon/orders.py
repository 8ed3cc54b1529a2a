"""Orders by window and by id."""

import json
from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from typing import Any

from crossdock import NOT_FOUND, BadData, OrderPage, OrderWindow, Quarantined, RawOrder, Rejected
from plugins.amazon.client import Ctx, ask, held, listed, must_hold
from plugins.amazon.operations import GET_ORDER, SEARCH_ORDERS
from plugins.amazon.wire.base import read
from plugins.amazon.wire.orders import Order

_ALL = (
    "BUYER",
    "RECIPIENT",
    "PROCEEDS",
    "EXPENSE",
    "PROMOTION",
    "CANCELLATION",
    "FULFILLMENT",
    "PACKAGES",
    "TAX",
    "PAYMENT",
)
_UNKNOWN = {"NotFound", "404"}
_PAGE = 100
_SETTLING = timedelta(minutes=2)
"""Amazon answers only about what is at least so old. The next window overlaps, and brings the rest."""


def page(ctx: Ctx, window: OrderWindow) -> OrderPage:
    """One page of what changed. The cursor is Amazon's token, which is good for a day, after the end that it is for."""
    end, _, token = (window.cursor or "").partition(" ")
    until = datetime.fromisoformat(end) if end else min(window.until, ctx.now() - _SETTLING)
    if until <= window.since:
        return OrderPage(orders=())
    said = ask(
        ctx,
        SEARCH_ORDERS,
        params={
            "lastUpdatedAfter": instant(window.since),
            "lastUpdatedBefore": instant(until),
            "marketplaceIds": ctx.settings.marketplace_ids,
            "fulfilledBy": None if ctx.settings.amazon_fulfilled else ("MERCHANT",),
            "maxResultsPerPage": _PAGE,
            "includedData": _ALL,
            "paginationToken": token or None,
        },
    )
    must_hold(said, "orders")
    orders, bad = list[RawOrder](), list[Quarantined]()
    for each in listed(said, "orders"):
        try:
            orders.append(raw(each))
        except BadData as error:
            bad.append(Quarantined(source="searchOrders", reason=error.message, payload=json.dumps(each)[:10_000]))
    following = held(said, "pagination").get("nextToken")
    cursor = f"{until.isoformat()} {following}" if following else None
    return OrderPage(orders=tuple(orders), cursor=cursor, quarantined=tuple(bad))


def one(ctx: Ctx, order_id: str) -> RawOrder:
    """Raises Rejected where Amazon knows no such order."""
    return raw(fetched(ctx, order_id))


def fetched(ctx: Ctx, order_id: str) -> dict[str, Any]:
    """An order as Amazon says it. Raises BadData where the answer holds none, Rejected where it knows no such order."""
    try:
        said = ask(ctx, GET_ORDER, path={"orderId": order_id}, params={"includedData": _ALL}).get("order")
    except Rejected as error:
        if error.code in _UNKNOWN:
            raise Rejected(NOT_FOUND, error.message) from error
        raise
    if not isinstance(said, dict):
        raise BadData("The answer holds no order.", where="$.order")
    return said


def parsed(ctx: Ctx, order_id: str) -> Order:
    """An order as it is now, typed."""
    return read(Order, fetched(ctx, order_id), "The order")


def raw(said: Any) -> RawOrder:
    """An order as it is kept. Raises BadData for what has no id or no time of change."""
    try:
        order_id, changed = said["orderId"], datetime.fromisoformat(said["lastUpdatedTime"])
    except (KeyError, TypeError, ValueError):
        order_id, changed = None, None
    if not isinstance(order_id, str) or not order_id or changed is None or changed.tzinfo is None:
        raise BadData("This is no order: it has no id, or no time of its last change.", json.dumps(said))
    return RawOrder(
        external_id=order_id,
        payload=json.dumps(said, sort_keys=True, ensure_ascii=False, separators=(",", ":")),
        version=int(changed.timestamp() * 1000),
        changed_at=changed,
    )


def instant(moment: datetime) -> str:
    """As Amazon writes moments."""
    return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")


def whole_items(order: Order, lines: Mapping[str, int] | None) -> Iterator[tuple[str, int]]:
    """(item id, units): the wanted ones; None is all that has not left and is not cancelled."""
    if lines is not None:
        yield from lines.items()
        return
    for item in order.order_items:
        sent = item.fulfillment.quantity_fulfilled or 0 if item.fulfillment is not None else 0
        over = item.cancellation is not None and item.cancellation.cancellation_execution is not None
        if not over and item.quantity_ordered > sent:
            yield item.order_item_id, item.quantity_ordered - sent
