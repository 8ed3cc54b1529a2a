"""Orders, changed over the API: cancelled, refunded, their returns decided."""

from collections.abc import Callable
from decimal import Decimal

from plugins.shopify.sandbox.once import no, once
from plugins.shopify.sandbox.records import Record, amount_of, bag, number_of
from plugins.shopify.sandbox.store import Info, Store


def order_cancel(
    _root: object,
    info: Info,
    orderId: str,
    reason: str,
    restock: bool,
    refundMethod: Record | None = None,
    notifyCustomer: bool | None = None,
    staffNote: str | None = None,
) -> Record:
    store = info.context
    order = store.orders.get(orderId)
    problem = None
    if order is None:
        problem = ("NOT_FOUND", "Order does not exist.")
    elif order["cancelledAt"] is not None:
        problem = ("INVALID", "Order has been cancelled already.")
    elif any(each["status"] == "SUCCESS" for each in order["fulfillments"]):
        problem = ("INVALID", "Order cannot be cancelled: it has fulfillments.")
    if problem is not None or order is None:
        code, message = problem or ("NOT_FOUND", "")
        return {"job": None, "orderCancelUserErrors": [{"code": code, "field": ["orderId"], "message": message}]}
    store.cancel_order(order, refund=bool((refundMethod or {}).get("originalPaymentMethodsRefund")))
    order["cancelReason"] = reason
    name = store.new("Job")
    store.jobs[name] = False
    return {"job": {"id": name, "done": False}, "orderCancelUserErrors": []}


def refund_create(_root: object, info: Info, input: Record) -> Record:
    store = info.context
    return once(info, input, lambda: _refund(store, input), lambda message: no("refund", message, ["input"]))


def _refund(store: Store, wish: Record) -> Record:
    order = store.orders.get(wish["orderId"])
    if order is None:
        return no("refund", "Order does not exist.", ["orderId"])
    currency = order["presentmentCurrencyCode"]
    amount = sum((Decimal(each["amount"]) for each in wish.get("transactions") or ()), Decimal(0))
    if amount > store.paid(order):
        return no("refund", "Refund amount exceeds the amount paid.", ["transactions"])
    known = {each["id"]: each for each in order["lineItems"]}
    lines: list[Record] = []
    for each in wish.get("refundLineItems") or ():
        line = known.get(each["lineItemId"])
        if line is None or not 0 < each["quantity"] <= line["refundableQuantity"]:
            return no("refund", "Quantity cannot refund more items than were purchased.", ["refundLineItems"])
        lines.append(_refund_line(line, each, currency))
    made = store.give_back(order, amount, note=wish.get("note") or "", lines=lines)
    if wish.get("shipping"):
        postage = bag(Decimal(wish["shipping"]["amount"]), currency)
        made["refundShippingLines"] = [
            {
                "id": store.new("RefundShippingLine"),
                "subtotalAmountSet": postage,
                "taxAmountSet": bag(Decimal(0), currency),
            }
        ]
    for each in wish.get("refundLineItems") or ():
        waiting = min(each["quantity"], store.waiting(order, each["lineItemId"]))
        store.take_off(order, each["lineItemId"], waiting)
        known[each["lineItemId"]]["currentQuantity"] -= each["quantity"] - waiting
        known[each["lineItemId"]]["refundableQuantity"] -= each["quantity"] - waiting
    store.changed(order, "refunds/create", {"order_id": number_of(order["id"])})
    return {"refund": made, "userErrors": []}


def return_decided(field: str, status: str) -> Callable[..., Record]:
    """Approve or decline a return that was asked for."""

    def decide(_root: object, info: Info, input: Record) -> Record:
        store = info.context
        asked = store.returns.get(input["id"])
        if asked is None or asked["status"] != "REQUESTED":
            code = "NOT_FOUND" if asked is None else "INVALID_STATE"
            return {"return": None, "userErrors": [{"code": code, "field": ["id"], "message": "It cannot be decided."}]}
        asked["status"] = status
        store.changed(asked["order"])
        store.tell(field, {"id": number_of(asked["id"])})
        return {"return": asked, "userErrors": []}

    return decide


def _refund_line(line: Record, wish: Record, currency: str) -> Record:
    share = Decimal(wish["quantity"]) / line["quantity"]
    whole = amount_of(line["originalTotalSet"])
    off = sum((amount_of(each["allocatedAmountSet"]) for each in line["discountAllocations"]), Decimal(0))
    tax = sum((amount_of(each["priceSet"]) for each in line["taxLines"]), Decimal(0))
    places = Decimal(1).scaleb(int(whole.as_tuple().exponent))
    return {
        "quantity": wish["quantity"],
        "restockType": wish.get("restockType") or "NO_RESTOCK",
        "restocked": wish.get("restockType") in {"RETURN", "CANCEL"},
        "lineItem": line,
        "subtotalSet": bag(((whole - off) * share).quantize(places), currency),
        "totalTaxSet": bag((tax * share).quantize(places), currency),
    }
