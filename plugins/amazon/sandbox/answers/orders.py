"""Orders and their packages."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from plugins.amazon.sandbox.answers.asked import Asked, page_of
from plugins.amazon.sandbox.refusals import Refused, check_body
from plugins.amazon.sandbox.store import Said, Store

_SETTLED = timedelta(minutes=2)
_CARRIER_BY_NAME = "Other"
_NOT_TO_SHIP = {"PENDING", "CANCELLED"}
_PARTS = {
    "BUYER": ("buyer",),
    "RECIPIENT": ("recipient",),
    "PROCEEDS": ("proceeds",),
    "FULFILLMENT": ("fulfillment",),
    "PACKAGES": ("packages",),
    "CANCELLATION": ("cancellation",),
    "TAX": ("tax",),
    "PAYMENT": ("payment",),
}


def search_orders(store: Store, asked: Asked) -> tuple[int, Said | None]:
    query = asked.query
    if ("createdAfter" in query) == ("lastUpdatedAfter" in query):
        raise Refused(400, "InvalidInput", "Give exactly one of createdAfter and lastUpdatedAfter.")
    name = "createdTime" if "createdAfter" in query else "lastUpdatedTime"
    after = datetime.fromisoformat(query.get("createdAfter") or query["lastUpdatedAfter"])
    until = query.get("createdBefore") or query.get("lastUpdatedBefore")
    before = datetime.fromisoformat(until) if until else store.now() - _SETTLED
    if before < after or before > store.now() - _SETTLED:
        raise Refused(400, "InvalidInput", "The end is before the beginning, or less than two minutes ago.")
    wanted = query.get("fulfilledBy", "MERCHANT,AMAZON").split(",")
    places = query.get("marketplaceIds", store.marketplace).split(",")
    found = [
        order
        for order in store.orders.values()
        if after <= datetime.fromisoformat(order[name]) <= before
        and order["fulfillment"]["fulfilledBy"] in wanted
        and order["salesChannel"]["marketplaceId"] in places
    ]
    found.sort(key=lambda order: (order[name], str(order["orderId"])))
    page, token = page_of(found, query.get("paginationToken"), int(query.get("maxResultsPerPage", 100)))
    included = set(query.get("includedData", "").split(","))
    said: Said = {"orders": [_shown(order, included) for order in page], "lastUpdatedBefore": before.isoformat()}
    if token:
        said["pagination"] = {"nextToken": token}
    return 200, said


def get_order(store: Store, asked: Asked) -> tuple[int, Said | None]:
    return 200, {"order": _shown(_order(store, asked), set(asked.query.get("includedData", "").split(",")))}


def confirm_shipment(store: Store, asked: Asked) -> tuple[int, Said | None]:
    order = _order(store, asked)
    body = check_body(asked.body, "marketplaceId")
    package = check_body(body.get("packageDetail"), "packageReferenceId", "carrierCode", "trackingNumber", "shipDate")
    if not package["packageReferenceId"].isdecimal():
        raise Refused(400, "InvalidInput", "Only positive numbers name a package.")
    if package["carrierCode"] == _CARRIER_BY_NAME and not package.get("carrierName"):
        raise Refused(400, "InvalidInput", "carrierName is required with this carrierCode.")
    fulfillment = order["fulfillment"]
    if fulfillment["fulfilledBy"] != "MERCHANT" or fulfillment["fulfillmentStatus"] in _NOT_TO_SHIP:
        raise Refused(400, "InvalidInput", "The order cannot be shipped by its seller now.")
    name, others = package["packageReferenceId"], order.get("packages", [])
    packages = [*(each for each in others if each["packageReferenceId"] != name), _package(store, package)]
    _check_units(order, packages)
    order["packages"] = packages
    for item in order["orderItems"]:
        sent = _units(packages, item["orderItemId"])
        item["fulfillment"]["quantityFulfilled"] = sent
        item["fulfillment"]["quantityUnfulfilled"] = item["quantityOrdered"] - sent
    store.shipped(order)
    return 204, None


def _package(store: Store, said: Said) -> Said:
    items = said.get("orderItems")
    if not items:
        raise Refused(400, "InvalidInput", "orderItems is required.")
    return {
        "packageReferenceId": said["packageReferenceId"],
        "createdTime": store.instant(),
        "packageStatus": {"status": "SHIPPED"},
        "carrier": said.get("carrierName") or said["carrierCode"],
        "shipTime": said["shipDate"],
        "trackingNumber": said["trackingNumber"],
        "packageItems": [{"orderItemId": each["orderItemId"], "quantity": each["quantity"]} for each in items],
    }


def _check_units(order: Said, packages: list[Said]) -> None:
    """No item that is not there, and not more of one than was ordered."""
    ordered = {item["orderItemId"]: item["quantityOrdered"] for item in order["orderItems"]}
    for item in {part["orderItemId"] for each in packages for part in each["packageItems"]}:
        if _units(packages, item) > ordered.get(item, 0):
            raise Refused(400, "InvalidInput", "More is confirmed than was ordered, or of another order.")


def _units(packages: list[Said], item: str) -> int:
    parts = [part for each in packages for part in each["packageItems"] if part["orderItemId"] == item]
    return sum(part["quantity"] for part in parts)


def _shown(order: Said, included: Iterable[str]) -> Said:
    """Only the data sets that were asked for; a pending order has no address and no price."""
    hidden = {name for kind, names in _PARTS.items() if kind not in included for name in names}
    if order["fulfillment"]["fulfillmentStatus"] == "PENDING":
        hidden |= {"recipient", "buyer", "proceeds"}
    items = [{name: value for name, value in item.items() if name not in hidden} for item in order["orderItems"]]
    return {**{name: value for name, value in order.items() if name not in hidden}, "orderItems": items}


def _order(store: Store, asked: Asked) -> Said:
    order = store.orders.get(asked.path["orderId"])
    if order is None:
        raise Refused(404, "NotFound", "There is no such order.")
    return order
