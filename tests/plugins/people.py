"""Stores' own people: they send units of an order's first line themselves, on their store's pages, past the hub."""

from plugins.amazon.sandbox.store import Store as Account
from plugins.ebay.sandbox.store import Store as Seller
from plugins.ebay.wire import spoken
from plugins.shopify.sandbox.records import number_of, stamp
from plugins.shopify.sandbox.store import Store as Shop


def sent_by_the_shop(shop: Shop, sold: str, units: int, number: str) -> None:
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


def sent_by_the_seller(seller: Seller, sold: str, units: int, number: str) -> None:
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


def sent_by_the_account(account: Account, sold: str, units: int, number: str) -> None:
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
