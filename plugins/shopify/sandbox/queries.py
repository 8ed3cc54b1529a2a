"""What may be asked of the store."""

from collections.abc import Sequence
from typing import Any

from graphql import GraphQLError

from plugins.shopify.access import SCOPES
from plugins.shopify.sandbox.records import Record, gid, number_of
from plugins.shopify.sandbox.search import meant
from plugins.shopify.sandbox.store import Info

_LARGEST_PAGE = 250


def page(rows: Sequence[Any], first: int | None, after: str | None) -> Record:
    """One page of a connection. Cursors are positions. Raises GraphQLError for a size that Shopify refuses."""
    if first is None or not 1 <= first <= _LARGEST_PAGE:
        raise GraphQLError(f"`first` must be between 1 and {_LARGEST_PAGE}.", extensions={"code": "BAD_REQUEST"})
    if after is not None and not after.isdecimal():
        raise GraphQLError("Invalid cursor for current pagination sort.", extensions={"code": "BAD_REQUEST"})
    start = int(after or 0)
    some = rows[start : start + first]
    end = start + len(some)
    return {"nodes": some, "pageInfo": {"hasNextPage": end < len(rows), "endCursor": str(end) if some else None}}


def shop(_root: object, info: Info) -> Record:
    store = info.context
    return {"name": "Played shop", "myshopifyDomain": store.settings.shop, "currencyCode": store.currency}


def current_app_installation(_root: object, info: Info) -> Record:
    held = info.context.scopes
    return {"accessScopes": [{"handle": each} for each in (SCOPES if held is None else held)]}


def locations(_root: object, info: Info, first: int | None = None) -> Record:
    return page(info.context.locations, first, None)


def orders(
    _root: object,
    info: Info,
    first: int | None = None,
    after: str | None = None,
    query: str | None = None,
    sortKey: str | None = None,  # the API's name
) -> Record:
    fields = {
        "updated_at": lambda order: str(order["updatedAt"]),
        "return_status": lambda order: "return_requested" if order["returns"] else "no_return",
    }
    found = list(filter(meant(query, fields), info.context.orders.values()))
    return page(sorted(found, key=lambda order: (order["updatedAt"], number_of(order["id"]))), first, after)


def order(_root: object, info: Info, id: str) -> Record | None:  # the API's name
    return info.context.orders.get(id)


def fulfillment(_root: object, info: Info, id: str) -> Record | None:
    return _inside(info, "fulfillments", id)


def fulfillment_order(_root: object, info: Info, id: str) -> Record | None:
    return _inside(info, "fulfillmentOrders", id)


def refund(_root: object, info: Info, id: str) -> Record | None:
    return _inside(info, "refunds", id)


def return_(_root: object, info: Info, id: str) -> Record | None:
    return info.context.returns.get(id)


def job(_root: object, info: Info, id: str) -> Record | None:
    """A job is done when it is asked for the second time."""
    store = info.context
    if id not in store.jobs:
        return None
    done, store.jobs[id] = store.jobs[id], True
    return {"id": id, "done": done}


def listed(order: Record, info: Info, first: int | None = None) -> list[Record]:
    """A list of an order's: as many as are asked for, and no way to the others."""
    rows: list[Record] = page(order[info.field_name], first, None)["nodes"]
    return rows


def counted(order: Record, info: Info) -> Record:
    return {"count": len(order[info.field_name.removesuffix("Count")])}


def agreements(order: Record, _info: Info, first: int | None = None, after: str | None = None) -> Record:
    """The sale, and each refund."""
    made = [{"__typename": "OrderAgreement", "id": gid("SalesAgreement", number_of(order["id"]))}]
    for each in order["refunds"]:
        name = gid("SalesAgreement", number_of(each["id"]))
        made.append({"__typename": "RefundAgreement", "id": name, "refund": each})
    return page(made, first, after)


def parcels_of_work(work: Record, info: Info, first: int | None = None, after: str | None = None) -> Record:
    order = next(each for each in info.context.orders.values() if work in each["fulfillmentOrders"])
    made = [each for each in order["fulfillments"] if work["id"] in each["fulfillmentOrders"]]
    return page(made, first, after)


def product_variants(
    _root: object,
    info: Info,
    first: int | None = None,
    after: str | None = None,
    query: str | None = None,
    sortKey: str | None = None,
) -> Record:
    fields = {"sku": lambda each: str(each["sku"]), "id": lambda each: str(number_of(each["id"]))}
    return page(list(filter(meant(query, fields), info.context.variants)), first, after)


def inventory_level(item: Record, _info: Info, locationId: str) -> Record | None:
    if locationId not in item["available"]:
        return None
    return {"isActive": True, "available": item["available"][locationId]}


def quantities(level: Record, _info: Info, names: list[str]) -> list[Record]:
    return [{"name": name, "quantity": level[name]} for name in names if name in level]


def webhook_subscriptions(_root: object, info: Info, first: int | None = None, after: str | None = None) -> Record:
    return page(list(info.context.subscriptions.values()), first, after)


def shopify_payments_account(_root: object, info: Info) -> Record | None:
    return {} if info.context.has_payments else None


def payouts(
    _account: object,
    info: Info,
    first: int | None = None,
    after: str | None = None,
    query: str | None = None,
    sortKey: str | None = None,
) -> Record:
    fields = {"issued_at": lambda payout: str(payout["issuedAt"])}
    return page(list(filter(meant(query, fields), info.context.payouts)), first, after)


def balance_transactions(
    _account: object,
    info: Info,
    first: int | None = None,
    after: str | None = None,
    query: str | None = None,
    hideTransfers: bool = False,
) -> Record:
    fields = {"payments_transfer_id": lambda row: str(number_of(row["payout"]))}
    return page(list(filter(meant(query, fields), info.context.rows)), first, after)


def _inside(info: Info, name: str, wanted: str) -> Record | None:
    """Something that lies in an order."""
    found = (each for order in info.context.orders.values() for each in order[name] if each["id"] == wanted)
    return next(found, None)
