"""Fulfillments, made over the API, and requests to stop, answered."""

from collections.abc import Callable

from plugins.shopify.sandbox.once import no
from plugins.shopify.sandbox.records import Record, number_of, stamp
from plugins.shopify.sandbox.store import Info, Store

_OPEN = {"OPEN", "IN_PROGRESS"}


def fulfillment_create(_root: object, info: Info, fulfillment: Record) -> Record:
    store = info.context
    wishes = fulfillment["lineItemsByFulfillmentOrder"]
    works = [_work(store, each["fulfillmentOrderId"]) for each in wishes]
    if any(work is None or work["status"] not in _OPEN for work in works):
        return no("fulfillment", "Fulfillment order does not exist or is not open.", ["fulfillment"])
    if len({work["assignedLocation"]["location"]["id"] for work in works if work}) > 1:
        return no("fulfillment", "All fulfillment orders must be assigned to the same location.", ["fulfillment"])
    units: list[tuple[Record, int]] = []
    for wish, work in zip(wishes, works, strict=True):
        known = {line["id"]: line for line in (work or {})["lineItems"]}
        asked = wish.get("fulfillmentOrderLineItems") or [
            {"id": name, "quantity": line["remainingQuantity"]} for name, line in known.items()
        ]
        for each in asked:
            line = known.get(each["id"])
            if line is None or not 0 < each["quantity"] <= line["remainingQuantity"]:
                return no("fulfillment", "Invalid fulfillment order line item quantity requested.", ["fulfillment"])
            units.append((line, each["quantity"]))
    order = _order_of(store, works[0] or {})
    made: Record = {
        "id": store.new("Fulfillment"),
        "status": "SUCCESS",
        "createdAt": stamp(store.stage.now()),
        "trackingInfo": _tracking(fulfillment.get("trackingInfo")),
        "fulfillmentOrders": [each["fulfillmentOrderId"] for each in wishes],
        "fulfillmentLineItems": [{"quantity": quantity, "lineItem": line["lineItem"]} for line, quantity in units],
    }
    for line, quantity in units:
        line["remainingQuantity"] -= quantity
    order["fulfillments"].append(made)
    store.close(order)
    store.changed(order, "fulfillments/create", {"order_id": number_of(order["id"])})
    return {"fulfillment": made, "userErrors": []}


def fulfillment_tracking_info_update(
    _root: object,
    info: Info,
    fulfillmentId: str,  # the API's names
    trackingInfoInput: Record,
    notifyCustomer: bool | None = None,
) -> Record:
    store = info.context
    for order in store.orders.values():
        for each in order["fulfillments"]:
            if each["id"] == fulfillmentId:
                each["trackingInfo"] = _tracking(trackingInfoInput)
                store.changed(order, "fulfillments/update", {"order_id": number_of(order["id"])})
                return {"fulfillment": each, "userErrors": []}
    return no("fulfillment", "Fulfillment does not exist.", ["fulfillmentId"])


def answer_to_cancellation(status: str) -> Callable[..., Record]:
    """Accept or reject a request to stop."""

    def answer(
        _root: object,
        info: Info,
        id: str,
        message: str | None = None,
    ) -> Record:
        store = info.context
        work = _work(store, id)
        if work is None or work["requestStatus"] != "CANCELLATION_REQUESTED":
            return no("fulfillmentOrder", "There is no cancellation request.", ["id"])
        work["requestStatus"] = status
        store.changed(_order_of(store, work))
        return {"fulfillmentOrder": work, "userErrors": []}

    return answer


def _work(store: Store, name: str) -> Record | None:
    found = (each for order in store.orders.values() for each in order["fulfillmentOrders"] if each["id"] == name)
    return next(found, None)


def _order_of(store: Store, work: Record) -> Record:
    return next(order for order in store.orders.values() if work in order["fulfillmentOrders"])


def _tracking(said: Record | None) -> list[Record]:
    return [{"company": said.get("company"), "number": said.get("number"), "url": said.get("url")}] if said else []
