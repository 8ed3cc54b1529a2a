"""Reading orders: by the window in which they changed, and by id."""

import json

from crossdock import NOT_FOUND, BadData, OrderPage, OrderWindow, Quarantined, RawOrder, Rejected
from plugins.ebay.client import Ctx, ask
from plugins.ebay.mapping.orders import version_of
from plugins.ebay.operations import GET_FULFILLMENTS, GET_ORDER, GET_ORDERS
from plugins.ebay.wire import Said, moment, part, reading, rows, spoken, text

_PAGE = 50
_OVERLAP = 5
"""An order that changes while pages are read leaves the window, and all behind it move up: pages overlap for that."""

_UNKNOWN = {"32100", "404"}
"""Codes of "there is no order of this id"."""
_TAXES = {"fieldGroups": "TAX_BREAKDOWN"}


def fetch_orders(ctx: Ctx, window: OrderWindow) -> OrderPage:
    start = int(window.cursor or 0)
    found = ask(
        ctx,
        GET_ORDERS,
        params={
            "filter": f"lastmodifieddate:[{spoken(window.since)}..{spoken(min(window.until, ctx.now()))}]",
            "limit": _PAGE,
            "offset": start,
            **_TAXES,
        },
    )
    with reading("page of orders", json.dumps(found)):
        told, total = rows(found["orders"]), int(found["total"])
    orders, bad = [], []
    for each in told:
        try:
            orders.append(_raw(ctx, _with_requests(ctx, each)))
        except BadData as error:
            bad.append(Quarantined(source="getOrders", reason=error.message, payload=json.dumps(each)))
    following = start + _PAGE - _OVERLAP if start + _PAGE < total else None
    return OrderPage(
        orders=tuple(orders), cursor=str(following) if following is not None else None, quarantined=tuple(bad)
    )


def fetch_order(ctx: Ctx, external_id: str) -> RawOrder:
    return _raw(ctx, order_of(ctx, external_id))


def order_of(ctx: Ctx, external_id: str) -> Said:
    """An order in eBay's words. Raises Rejected where eBay knows none of this id."""
    try:
        found = ask(ctx, GET_ORDER, {"orderId": external_id}, _TAXES)
    except Rejected as error:
        if error.code in _UNKNOWN:
            raise Rejected(NOT_FOUND, error.message) from error
        raise
    with reading("order", json.dumps(found)):
        text(found["orderId"])
    return found


def orders_of(ctx: Ctx, external_ids: list[str]) -> dict[str, Said]:
    """At most 50 orders at once, by id; those that eBay does not know are left out."""
    if not external_ids:
        return {}
    found = ask(ctx, GET_ORDERS, params={"orderIds": ",".join(external_ids)})
    with reading("orders", json.dumps(found)):
        return {text(each["orderId"]): each for each in rows(found["orders"])}


def fulfillments_of(ctx: Ctx, external_id: str) -> list[Said]:
    """What left of an order by eBay's word."""
    found = ask(ctx, GET_FULFILLMENTS, {"orderId": external_id})
    with reading("fulfillments", json.dumps(found)):
        return rows(found["fulfillments"])


def _with_requests(ctx: Ctx, order: Said) -> Said:
    """A page leaves requests to cancel out: an order that has any is asked for by itself."""
    with reading("order", json.dumps(order)):
        asked = part(order.get("cancelStatus")).get("cancelState") not in {None, "NONE_REQUESTED"}
        name = text(order["orderId"])
    return order_of(ctx, name) if asked else order


def _raw(ctx: Ctx, order: Said) -> RawOrder:
    with reading("order", json.dumps(order)):
        name, version, changed = text(order["orderId"]), version_of(order), moment(order["lastModifiedDate"])
        left = bool(order.get("fulfillmentHrefs"))
    whole = {"order": order, "fulfillments": fulfillments_of(ctx, name) if left else []}
    return RawOrder(external_id=name, payload=json.dumps(whole, sort_keys=True), version=version, changed_at=changed)
