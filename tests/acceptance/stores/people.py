"""The stores' own people: they send parcels themselves, on the pages of their store, past the hub."""

from collections.abc import Callable, Mapping

from bench.ingest.played import Played
from plugins.ebay.wire import spoken
from plugins.shopify.sandbox.records import number_of, stamp


def send(stores: Played, store: str, sold: str, units: int, number: str) -> None:
    """So many units of an order's first line leave in a parcel with this tracking number."""
    _SENT[store](stores, sold, units, number)


def _from_the_shop(stores: Played, sold: str, units: int, number: str) -> None:
    shop = stores.shop
    order = shop.orders[sold]
    (work,) = order["fulfillmentOrders"]
    (line,) = work["lineItems"]
    line["remainingQuantity"] -= units
    order["fulfillments"].append(
        {
            "id": shop.new("Fulfillment"),
            "status": "SUCCESS",
            "createdAt": stamp(shop.stage.now()),
            "trackingInfo": [{"company": "DHL", "number": number, "url": None}],
            "fulfillmentOrders": [work["id"]],
            "fulfillmentLineItems": [{"quantity": units, "lineItem": line["lineItem"]}],
        }
    )
    shop.close(order)
    shop.changed(order, "fulfillments/create", {"order_id": number_of(order["id"])})


def _from_the_seller(stores: Played, sold: str, units: int, number: str) -> None:
    seller = stores.seller
    order = seller.orders[sold]
    line = order["lineItems"][0]
    seller.fulfillments[sold].append(
        {
            "fulfillmentId": number,
            "shipmentTrackingNumber": number,
            "shippingCarrierCode": "DHL",
            "lineItems": [{"lineItemId": line["lineItemId"], "quantity": units}],
            "shippedDate": spoken(seller.stage.now()),
        }
    )
    order["fulfillmentHrefs"].append(number)
    seller.touch(sold)


def _from_the_account(stores: Played, sold: str, units: int, number: str) -> None:
    account = stores.account
    order = account.orders[sold]
    item = order["orderItems"][0]
    package = {
        "packageReferenceId": str(len(order.get("packages", [])) + 1),
        "createdTime": account.instant(),
        "packageStatus": {"status": "SHIPPED"},
        "carrier": "DHL",
        "shipTime": account.instant(),
        "trackingNumber": number,
        "packageItems": [{"orderItemId": item["orderItemId"], "quantity": units}],
    }
    order["packages"] = [*order.get("packages", []), package]
    item["fulfillment"]["quantityFulfilled"] += units
    item["fulfillment"]["quantityUnfulfilled"] -= units
    account.shipped(order)


_SENT: Mapping[str, Callable[[Played, str, int, str], None]] = {
    "shopify": _from_the_shop,
    "ebay": _from_the_seller,
    "amazon": _from_the_account,
}
