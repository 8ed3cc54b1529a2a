"""Orders of other channels that Amazon ships, and its stock."""

from datetime import datetime
from typing import Any

from plugins.amazon.mapping.marketplaces import usual_currency
from plugins.amazon.sandbox.answers.asked import Asked, page_of
from plugins.amazon.sandbox.previews import SPEEDS, Terms
from plugins.amazon.sandbox.refusals import Refused, check_body
from plugins.amazon.sandbox.store import Said, Store

_SPEEDS = {"Standard", "Expedited", "Priority", "ScheduledDelivery"}
_TEXTS = {"sellerFulfillmentOrderId": 40, "displayableOrderId": 40, "displayableOrderComment": 750}
_ADDRESS = ("name", "addressLine1", "postalCode", "countryCode")
_MOST_LINES, _MOST_UNITS = 100, 250


def create(store: Store, asked: Asked) -> tuple[int, Said | None]:
    body = check_body(asked.body, *_TEXTS, "displayableOrderDate", "shippingSpeedCategory")
    if (
        any(len(body[name]) > longest for name, longest in _TEXTS.items())
        or body["shippingSpeedCategory"] not in _SPEEDS
    ):
        raise Refused(400, "InvalidInput", "A text is too long, or there is no such speed.")
    check_body(body.get("destinationAddress"), *_ADDRESS)
    if body["sellerFulfillmentOrderId"] in store.warehouse.orders:
        raise Refused(400, "InvalidInput", "There is an order with this sellerFulfillmentOrderId already.")
    _check_items(store, body.get("items"))
    store.warehouse.take(body)
    return 200, {}


def preview(store: Store, asked: Asked) -> tuple[int, Said | None]:
    body = check_body(asked.body)
    check_body(body.get("address"), *_ADDRESS)
    _check_items(store, body.get("items"))
    speeds = body.get("shippingSpeedCategories", list(SPEEDS))
    if body.get("marketplaceId", store.marketplace) != store.marketplace or not set(speeds) <= set(SPEEDS):
        raise Refused(400, "InvalidInput", "There is no such marketplace, or no such speed here.")
    terms = Terms(
        marketplace=store.marketplace,
        currency=usual_currency(store.marketplace),
        now=store.now(),
        stock=store.warehouse.stock,
        undeliverable=frozenset(store.warehouse.undeliverable),
    )
    return 200, {"payload": {"fulfillmentPreviews": [terms.preview(speed, body["items"]) for speed in speeds]}}


def _check_items(store: Store, items: Any) -> None:
    if not isinstance(items, list) or not 1 <= len(items) <= _MOST_LINES:
        raise Refused(400, "InvalidInput", "An order has one to a hundred items.")
    for each in items:
        check_body(each, "sellerSku", "sellerFulfillmentOrderItemId")
        if not isinstance(each.get("quantity"), int) or each["quantity"] < 1:
            raise Refused(400, "InvalidInput", "A quantity is a number above zero.")
        if each["sellerSku"] not in store.warehouse.stock:
            item = each["sellerFulfillmentOrderItemId"]
            raise Refused(400, "InvalidInput", f"The SellerSKU for Item Id: {item} is invalid.")
    names = {each["sellerFulfillmentOrderItemId"] for each in items}
    if len(names) != len(items) or sum(each["quantity"] for each in items) > _MOST_UNITS:
        raise Refused(400, "InvalidInput", "An item comes twice, or there are more than 250 units.")


def get(store: Store, asked: Asked) -> tuple[int, Said | None]:
    return 200, {"payload": _order(store, asked)}


def list_all(store: Store, asked: Asked) -> tuple[int, Said | None]:
    start, _, begun = asked.query.get("nextToken", "").partition(" ")
    since = datetime.fromisoformat(begun or asked.query.get("queryStartDate", "2000-01-01T00:00:00Z"))
    orders = [said["fulfillmentOrder"] for said in store.warehouse.orders.values()]
    found = [each for each in orders if datetime.fromisoformat(each["statusUpdatedDate"]) >= since]
    page, token = page_of(found, start, 50)
    following = {"nextToken": f"{token} {since.isoformat()}"} if token else {}
    return 200, {"payload": {"fulfillmentOrders": page, **following}}


def cancel(store: Store, asked: Asked) -> tuple[int, Said | None]:
    _order(store, asked)
    if not store.warehouse.cancel(asked.path["sellerFulfillmentOrderId"]):
        raise Refused(400, "InvalidInput", "The order can no longer be cancelled.")
    return 200, {}


def get_tracking(store: Store, asked: Asked) -> tuple[int, Said | None]:
    known = store.warehouse.tracking.get(int(asked.query["packageNumber"]))
    if known is None:
        raise Refused(404, "NotFound", "There is no such package.")
    return 200, {"payload": known}


def get_inventory(store: Store, asked: Asked) -> tuple[int, Said | None]:
    rows = [
        {"sellerSku": sku, "condition": "NewItem", "inventoryDetails": {"fulfillableQuantity": units}}
        for sku, units in store.warehouse.stock.items()
    ]
    page, token = page_of(rows, asked.query.get("nextToken"), 50)
    granularity = {"granularityType": "Marketplace", "granularityId": asked.query["granularityId"]}
    said: Said = {"payload": {"granularity": granularity, "inventorySummaries": page}}
    return 200, {**said, "pagination": {"nextToken": token}} if token else said


def _order(store: Store, asked: Asked) -> Said:
    found = store.warehouse.orders.get(asked.path["sellerFulfillmentOrderId"])
    if found is None:
        raise Refused(404, "NotFound", "There is no such order.")
    return found
