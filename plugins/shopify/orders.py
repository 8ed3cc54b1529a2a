"""Orders, read: pages of what changed, and one with everything about it."""

import json
from datetime import UTC, datetime
from typing import Any

from crossdock import BadData, OrderPage, OrderWindow, Quarantined, RawOrder, Rejected, Retryable
from plugins.shopify.access import Ctx
from plugins.shopify.client import ask, sense
from plugins.shopify.documents import orders
from plugins.shopify.mapping.orders import read, version_of
from plugins.shopify.whole import whole

PAGE = 50
_TRIES = 3


def fetch_orders(ctx: Ctx, window: OrderWindow) -> OrderPage:
    """One page of what changed in the window, each order whole. One that cannot be read is set aside."""
    said = ask(ctx, orders.ORDERS, query=changed_in(window), size=PAGE, after=window.cursor)
    with sense("A page of orders", said):
        names, cursor = [str(each["id"]) for each in said["orders"]["nodes"]], following(said["orders"])
    found: list[RawOrder] = []
    aside: list[Quarantined] = []
    for name in names:
        try:
            found.append(fetch_order(ctx, name))
        except BadData as error:
            aside.append(Quarantined(source=name, reason=error.message, payload=_text(error.payload)))
        except Rejected as error:
            # Deleted since the page was read.
            ctx.log.warning("shopify order is gone", order=name, reason=error.message)
    return OrderPage(orders=tuple(found), cursor=cursor, quarantined=tuple(aside))


def fetch_order(ctx: Ctx, external_id: str) -> RawOrder:
    """One order as it is now. It is read in parts: where it changes meanwhile, it is read again."""
    for _ in range(_TRIES):
        with sense(f"Order {external_id}"):
            said = whole(ctx, external_id)
            state = ask(ctx, orders.ORDER_STATE, id=external_id)["order"]
            if state is not None and state["updatedAt"] == said["updatedAt"]:
                return _raw(said)
    raise Retryable(f"Order {external_id} changes all the time.")


def changed_in(window: OrderWindow) -> str:
    """The search for orders that changed in a window."""
    return f"updated_at:>='{stamp(window.since)}' updated_at:<='{stamp(window.until)}'"


def following(connection: dict[str, Any]) -> str | None:
    """Where the next page of a connection begins; None after the last."""
    more = connection["pageInfo"]
    return more["endCursor"] if more["hasNextPage"] else None


def stamp(moment: datetime) -> str:
    """A moment as searches take it."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _raw(said: dict[str, Any]) -> RawOrder:
    payload = json.dumps(said, sort_keys=True, ensure_ascii=False)
    order = read(RawOrder(external_id=str(said["id"]), payload=payload))
    return RawOrder(
        external_id=order.id, payload=payload, version=version_of(order), changed_at=order.updated_at.astimezone(UTC)
    )


def _text(payload: str | bytes) -> str:
    return payload if isinstance(payload, str) else payload.decode(errors="replace")
