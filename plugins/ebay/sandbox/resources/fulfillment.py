"""Sell Fulfillment: orders, what left of them, refunds."""

from typing import Any

from crossdock import Money
from plugins.ebay.sandbox.calls import Answer, Call, Refusal, needed
from plugins.ebay.sandbox.resources import Routes
from plugins.ebay.sandbox.store import Store
from plugins.ebay.wire import Said, moment, money, rows, spoken

_ORDER = "/sell/fulfillment/v1/order"
_MOST_ORDERS, _LONGEST_COMMENT = 50, 100
_REASONS = {
    "BUYER_CANCEL",
    "SELLER_CANCEL",
    "ITEM_NOT_RECEIVED",
    "BUYER_RETURN",
    "ITEM_NOT_AS_DESCRIBED",
    "OTHER_ADJUSTMENT",
    "SHIPPING_DISCOUNT",
}


def _page(store: Store, call: Call) -> Answer:
    if ids := call.params.get("orderIds"):
        wanted = ids.split(",")
        if len(wanted) > _MOST_ORDERS:
            raise Refusal(400, 30800, "At most 50 orderIds.")
        found = [store.orders[name] for name in wanted if name in store.orders]
        return Answer({"orders": found, "total": len(found), "limit": _MOST_ORDERS, "offset": 0})
    limit, offset = call.number("limit", 50, most=200), call.number("offset", 0, least=0)
    between = call.between("lastmodifieddate")
    found = [
        each
        for each in store.orders.values()
        if between is None or between[0] <= moment(each["lastModifiedDate"]) <= between[1]
    ]
    found.sort(key=lambda each: str(each["lastModifiedDate"]), reverse=True)
    some = [each | {"cancelStatus": each["cancelStatus"] | {"cancelRequests": []}} for each in found]
    return Answer({"orders": some[offset : offset + limit], "total": len(found), "limit": limit, "offset": offset})


def order_of(store: Store, name: str) -> dict[str, Any]:
    """Raises Refusal where there is none."""
    if name not in store.orders:
        raise Refusal(404, 32100, f"Invalid Order Id: {name}")
    return store.orders[name]


def _one(store: Store, call: Call) -> Answer:
    return Answer(order_of(store, call.path[0]))


def _fulfillments(store: Store, call: Call) -> Answer:
    order_of(store, call.path[0])
    found = store.fulfillments[call.path[0]]
    return Answer({"fulfillments": found, "total": len(found)})


def _fulfil(store: Store, call: Call) -> Answer:
    order, said = order_of(store, call.path[0]), call.said
    lines = rows(said.get("lineItems")) or [
        {"lineItemId": line["lineItemId"], "quantity": line["quantity"]} for line in order["lineItems"]
    ]
    known = {line["lineItemId"]: line for line in order["lineItems"]}
    names = [line.get("lineItemId") for line in lines]
    if len(set(names)) != len(names):
        raise Refusal(400, 32210, "Duplicate line item in the request")
    for line in lines:
        if line.get("lineItemId") not in known:
            raise Refusal(400, 32200, f"Invalid line item id: {line.get('lineItemId')}")
        if not 0 < line.get("quantity", 0) <= known[line["lineItemId"]]["quantity"]:
            raise Refusal(400, 32600, "Invalid input data: quantity")
    number, carrier = said.get("trackingNumber"), said.get("shippingCarrierCode")
    if bool(number) != bool(carrier) or (number and not str(number).isalnum()):
        raise Refusal(400, 32300, "Invalid shipment tracking number or carrier")
    if order["cancelStatus"]["cancelState"] == "CANCELED":
        raise Refusal(400, 32600, "The order is cancelled.")
    name = str(number) if number else "999"  # eBay's own word for a package that has no number
    made = {
        "fulfillmentId": name,
        "lineItems": lines,
        "shippedDate": said.get("shippedDate") or spoken(store.stage.now()),
    }
    if number:
        made |= {"shipmentTrackingNumber": number, "shippingCarrierCode": carrier}
    store.fulfillments[order["orderId"]].append(made)
    href = f"{store.stage.url}{_ORDER}/{order['orderId']}/shipping_fulfillment/{name}"
    order["fulfillmentHrefs"].append(href)
    _progress(store, order)
    store.touch(order["orderId"])
    store.done.append(("confirm_shipment", order["orderId"]))
    return Answer({}, 201, {"location": href})


def _progress(store: Store, order: dict[str, Any]) -> None:
    left: dict[str, int] = {}
    for sent in store.fulfillments[order["orderId"]]:
        for line in sent["lineItems"]:
            left[line["lineItemId"]] = left.get(line["lineItemId"], 0) + line["quantity"]
    for line in order["lineItems"]:
        whole = left.get(line["lineItemId"], 0) >= line["quantity"]
        line["lineItemFulfillmentStatus"] = "FULFILLED" if whole else "IN_PROGRESS" if left else "NOT_STARTED"
    states = {line["lineItemFulfillmentStatus"] for line in order["lineItems"]}
    order["orderFulfillmentStatus"] = "FULFILLED" if states == {"FULFILLED"} else "IN_PROGRESS"


def _refund(store: Store, call: Call) -> Answer:
    order, said = order_of(store, call.path[0]), call.said
    name = order["orderId"]
    if said.get("reasonForRefund") not in _REASONS:
        raise Refusal(400, 34903, "The refund reason must be specified.")
    if len(said.get("comment", "")) > _LONGEST_COMMENT:
        raise Refusal(400, 34921, "The comment exceeds the length limit.")
    items, whole = rows(said.get("refundItems")), said.get("orderLevelRefundAmount")
    if bool(items) == bool(whole):
        raise Refusal(400, 34905, "Either orderLevelRefundAmount or refundItems must be specified.")
    known = {line["lineItemId"] for line in order["lineItems"]}
    for item in items:
        if item.get("lineItemId") not in known:
            raise Refusal(400, 34914, "Can't find the item in the order.")
    lines = [(str(item["lineItemId"]), _positive(store, item.get("refundAmount"))) for item in items]
    value = Money.sum((part for _, part in lines), store.currency) if lines else _positive(store, whole)
    if not store.left(name):
        raise Refusal(400, 34917, "This order was already refunded.")
    if any(each["orderId"] == name and each["status"] != "CLOSED" for each in store.returns.values()):
        raise Refusal(400, 34916, "A post-transaction case exists on this order, seller refund can't be triggered.")
    if value > store.left(name):
        raise Refusal(400, 34915, "The refund amount exceeds order amount.")
    made = store.give_back(name, value, lines)
    store.done.append(("refund", name))
    return Answer({"refundId": made, "refundStatus": "PENDING"})


def _positive(store: Store, said: Said | None) -> Money:
    needed(said or {}, "value", "currency")
    value = money(said)
    if value.currency != store.currency:
        raise Refusal(400, 34909, "The amount currency isn't correct.")
    if value.minor <= 0:
        raise Refusal(400, 34907, "The amount value must be positive and within two decimals.")
    return value


ROUTES: Routes = (
    ("GET", _ORDER, _page),
    ("GET", f"{_ORDER}/([^/]+)", _one),
    ("GET", f"{_ORDER}/([^/]+)/shipping_fulfillment", _fulfillments),
    ("POST", f"{_ORDER}/([^/]+)/shipping_fulfillment", _fulfil),
    ("POST", f"{_ORDER}/([^/]+)/issue_refund", _refund),
)
