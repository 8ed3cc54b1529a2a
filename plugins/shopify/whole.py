"""One order with everything about it, however many lines, parcels, payments and refunds it has.

Shopify gives the first page of each with the order. What goes on behind it is asked for on its own.
"""

from collections.abc import Sequence
from typing import Any

from crossdock import NOT_FOUND, BadData, Rejected
from plugins.shopify.access import Ctx
from plugins.shopify.client import ask, inside, pages
from plugins.shopify.documents import Document, beyond, money, orders, parcels

Said = dict[str, Any]
_LISTED = 100
"""How many refunds come with an order."""


def whole(ctx: Ctx, name: str) -> Said:
    """Raises Rejected where Shopify knows no such order, BadData for more payments than Shopify tells."""
    said = first_of(ctx, orders.ORDER, name)
    said["lineItems"]["nodes"] += rest(ctx, orders.LINES, said, "lineItems")
    said["shippingLines"]["nodes"] += rest(ctx, beyond.POSTAGE, said, "shippingLines")
    work_names = work_of(ctx, said)
    said["fulfillments"] = [parcel(ctx, each) for each in parcels_of(ctx, said, work_names)]
    said["fulfillmentOrders"] = {"nodes": [work(ctx, each) for each in work_names]}
    said["refunds"] = [_refund(ctx, each["id"]) for each in refunds_of(ctx, said)]
    said["transactions"] = _payments(ctx, said)
    return said


def first_of(ctx: Ctx, document: Document, name: str) -> Said:
    """An order as one document tells it. Raises Rejected where Shopify knows none of this name."""
    said: Said | None = ask(ctx, document, id=name)["order"]
    if said is None:
        raise Rejected(NOT_FOUND, f"Shopify knows no order {name}.")
    return said


def rest(ctx: Ctx, document: Document, order: Said, connection: str) -> list[Said]:
    """What follows the first page of one of an order's connections."""
    more = order[connection]["pageInfo"]
    if not more["hasNextPage"]:
        return []
    return list(pages(ctx, document, inside("order", connection), after=more["endCursor"], id=order["id"]))


def work_of(ctx: Ctx, order: Said) -> list[str]:
    """All fulfillment orders, by name."""
    nodes = [*order["fulfillmentOrders"]["nodes"], *rest(ctx, beyond.WORK, order, "fulfillmentOrders")]
    return [each["id"] for each in nodes]


def parcels_of(ctx: Ctx, order: Said, work_names: Sequence[str]) -> list[str]:
    """All fulfillments, by name. Those that the order does not list are found through the work that they fulfil."""
    names = [each["id"] for each in order["fulfillments"]]
    if _count(order, "fulfillmentsCount") > len(names):
        made = inside("fulfillmentOrder", "fulfillments")
        names += [each["id"] for work in work_names for each in pages(ctx, beyond.PARCELS_OF_WORK, made, id=work)]
    return list(dict.fromkeys(names))


def refunds_of(ctx: Ctx, order: Said) -> list[Said]:
    """All refunds, as far as the order told of them. Those that it does not list are found through its agreements."""
    found: list[Said] = order["refunds"]
    if len(found) < _LISTED:
        return found
    known = {each["id"] for each in found}
    agreed = pages(ctx, beyond.REFUNDS, inside("order", "agreements"), id=order["id"])
    return [*found, *(each["refund"] for each in agreed if "refund" in each and each["refund"]["id"] not in known)]


def parcel(ctx: Ctx, name: str) -> Said:
    """A fulfillment with all its lines."""
    return _paged(ctx, parcels.FULFILLMENT, "fulfillment", "fulfillmentLineItems", name)


def work(ctx: Ctx, name: str) -> Said:
    """A fulfillment order with all its lines."""
    return _paged(ctx, parcels.FULFILLMENT_ORDER, "fulfillmentOrder", "lineItems", name)


def _refund(ctx: Ctx, name: str) -> Said:
    said = _paged(ctx, money.REFUND, "refund", "refundLineItems", name)
    postage, more = said["refundShippingLines"], said["refundShippingLines"]["pageInfo"]
    if more["hasNextPage"]:
        lines = inside("refund", "refundShippingLines")
        postage["nodes"] += pages(ctx, beyond.REFUNDED_POSTAGE, lines, after=more["endCursor"], id=name)
    return said


def _payments(ctx: Ctx, order: Said) -> list[Said]:
    found: list[Said] = order["transactions"]
    wanted = _count(order, "transactionsCount")
    if wanted > len(found):
        found = ask(ctx, beyond.PAYMENTS, id=order["id"])["order"]["transactions"]
    if wanted > len(found):
        message = f"Order {order['name']} has {wanted} payments, and Shopify tells of {len(found)}."
        raise BadData(message, where="$.transactions")
    return found


def _count(order: Said, field: str) -> int:
    return int((order[field] or {}).get("count", 0))


def _paged(ctx: Ctx, document: Document, field: str, lines: str, name: str) -> Said:
    """One thing with all pages of its lines."""
    first: Said = {}

    def pick(data: Said) -> Said:
        found = data[field]
        if found is None:
            raise Rejected(NOT_FOUND, f"Shopify knows no {name}.")
        first.update({key: value for key, value in found.items() if key != lines})
        connection: Said = found[lines]
        return connection

    nodes = list(pages(ctx, document, pick, id=name))
    return {**first, lines: {"nodes": nodes}}
