"""What eBay says of an order, in the hub's words."""

import json
from typing import Any

import pytest

from crossdock import BadData, Money, OrderData, OrderWindow, PaymentState, RawOrder
from crossdock.testing.world import World
from plugins.ebay.mapping.orders import map_order
from plugins.ebay.sandbox import writing
from plugins.ebay.wire import amount
from tests.plugins.ebay.account import NOON


def an_offer(price: Money, marketplace: str = "EBAY_GB") -> dict[str, Any]:
    return {
        "sku": "TEA",
        "marketplaceId": marketplace,
        "listing": {"listingId": "110"},
        "pricingSummary": {"price": amount(price)},
    }


def an_order(price: Money, quantity: int = 3, **facts: Any) -> dict[str, Any]:
    """One line of tea, as eBay writes it."""
    marketplace = facts.pop("marketplace", "EBAY_GB")
    nothing = Money.zero(price.currency)
    basket = writing.Basket(
        goods=[(an_offer(price, marketplace), "Tea", quantity)],
        **{"shipping": nothing, "discount": nothing, **facts},
    )
    return writing.order("10-1-1", ["1001"], basket, "acme", NOON)


def mapped(order: dict[str, Any], *fulfillments: dict[str, Any], test: bool = False) -> OrderData:
    payload = json.dumps({"order": order, "fulfillments": list(fulfillments)})
    return map_order(RawOrder(external_id="10-1-1", payload=payload), test=test)


@pytest.mark.parametrize(("currency", "price"), [("GBP", 1250), ("JPY", 1250), ("KWD", 12505)])
def test_money_adds_up_in_every_currency(currency: str, price: int) -> None:
    data = mapped(
        an_order(Money(price, currency), shipping=Money(399, currency), discount=Money(100, currency)),
    )

    assert data.total == Money(3 * price + 399 - 100, currency)
    assert data.payments[0].amount == data.total
    assert (data.lines[0].unit_price, data.lines[0].discount) == (Money(price, currency), Money(100, currency))
    assert (data.shipping, data.discount) == (Money(399, currency), Money.zero(currency))


def test_a_price_that_units_do_not_divide_is_kept_whole() -> None:
    order = an_order(Money(100, "GBP"))
    order["lineItems"][0]["lineItemCost"]["value"] = "10.00"

    (line,) = mapped(order).lines

    assert (line.gross, line.unit_price) == (Money(1000, "GBP"), Money(333, "GBP"))


def test_a_coupon_of_the_whole_order_is_a_discount_of_the_order() -> None:
    order = an_order(Money(1000, "GBP"))
    order["pricingSummary"]["priceDiscount"] = {"value": "-2.50", "currency": "GBP"}

    assert mapped(order).discount == Money(250, "GBP")


@pytest.mark.parametrize("included", [True, False])
def test_tax_that_ebay_collects_is_shown_and_is_never_ours(included: bool) -> None:
    order = an_order(Money(1000, "USD"), collected=True, marketplace="EBAY_US")
    if not included:  # without TAX_BREAKDOWN eBay leaves it out of what was paid
        order["paymentSummary"]["payments"][0]["amount"]["value"] = "30.00"

    data = mapped(order)

    (tax,) = data.taxes
    assert (tax.title, tax.amount, tax.collected_by_channel) == ("STATE_SALES_TAX", Money(240, "USD"), True)
    assert data.lines[0].tax == Money.zero("USD")
    assert data.total == data.payments[0].amount == Money(3000, "USD")
    assert not data.taxes_included


def test_tax_that_the_seller_takes_is_on_top() -> None:
    order = an_order(Money(1000, "USD"), marketplace="EBAY_US")
    order["lineItems"][0]["taxes"] = [{"taxType": "STATE_SALES_TAX", "amount": {"value": "2.40", "currency": "USD"}}]

    data = mapped(order)

    assert (data.lines[0].tax, data.total) == (Money(240, "USD"), Money(3240, "USD"))


@pytest.mark.parametrize(("value", "total"), [("1.50", 3150), ("-1.50", 2850)])
def test_an_adjustment_after_the_sale_counts(value: str, total: int) -> None:
    order = an_order(Money(1000, "GBP"))
    order["pricingSummary"]["adjustment"] = {"value": value, "currency": "GBP"}

    assert mapped(order).total == Money(total, "GBP")


def test_what_is_not_paid_is_not_captured() -> None:
    assert mapped(an_order(Money(1000, "GBP"), paid=False)).payments[0].state is PaymentState.PENDING


def test_notes_gifts_and_variations_are_kept() -> None:
    order = an_order(Money(1000, "GBP"), note="Ring twice", gift="Many happy returns")
    order["lineItems"][0]["variationAspects"] = [{"name": "Colour", "value": "Blue"}]
    del order["lineItems"][0]["sku"]
    order["lineItems"][0]["legacyVariationId"] = "7"

    data = mapped(order)

    assert data.note == "Ring twice"
    assert data.lines[0].sku == "110-7"
    assert data.lines[0].metadata["gift_message"] == "Many happy returns"
    assert data.lines[0].metadata["variation"] == {"Colour": "Blue"}


def test_the_address_of_ebays_hub_has_the_parcel_s_reference() -> None:
    order = an_order(Money(1000, "GBP"))
    order["fulfillmentStartInstructions"][0]["shippingStep"]["shipToReferenceId"] = "GSP-77"

    address = mapped(order).shipping_address

    assert address is not None
    assert (address.company, address.postal_code, address.country) == ("Ref GSP-77", "SW1Y 4JH", "GB")


def test_what_ebay_ships_itself_is_not_ours_to_ship() -> None:
    assert mapped(an_order(Money(1000, "GBP"), by_ebay=True)).fulfilled_by_channel
    assert not mapped(an_order(Money(1000, "GBP"))).fulfilled_by_channel


def test_orders_of_ebays_own_sandbox_are_tests() -> None:
    assert mapped(an_order(Money(1000, "GBP")), test=True).test


def test_a_shopper_s_request_waits_and_the_seller_s_does_not() -> None:
    order = an_order(Money(1000, "GBP"))
    asked = {"cancelRequestState": "REQUESTED", "cancelRequestedDate": "2026-03-02T13:00:00.000Z"}
    order["cancelStatus"] = {
        "cancelState": "IN_PROGRESS",
        "cancelRequests": [
            {**asked, "cancelRequestId": "1", "cancelInitiator": "Buyer", "cancelReason": "ORDER_MISTAKE"},
            {**asked, "cancelRequestId": "2", "cancelInitiator": "Seller"},
            {**asked, "cancelRequestId": "3", "cancelInitiator": "Buyer", "cancelRequestState": "REJECTED"},
        ],
    }

    data = mapped(order)

    assert [(each.external_id, each.reason) for each in data.cancel_requests] == [("1", "ORDER_MISTAKE")]
    assert data.cancellations == ()


def test_refunds_by_order_and_by_line_come_once_and_only_when_they_went_through() -> None:
    order = an_order(Money(1000, "GBP"))
    at, fifty = "2026-03-03T09:00:00.000Z", {"value": "0.50", "currency": "GBP"}
    order["paymentSummary"]["refunds"] = [
        {"refundId": "R1", "amount": fifty, "refundDate": at, "refundStatus": "REFUNDED"},
        {"refundId": "R2", "amount": fifty, "refundDate": at, "refundStatus": "PENDING"},
    ]
    order["lineItems"][0]["refunds"] = [
        {"refundId": "R1", "amount": fifty, "refundDate": at},
        {"refundReferenceId": "R3", "amount": fifty, "refundDate": at},
    ]

    data = mapped(order)

    assert [(each.external_id, each.amount.minor) for each in data.refunds] == [("R1", 50), ("R3", 50)]
    assert data.refunds[1].lines == (("1001", 0, Money(50, "GBP")),)


def test_what_left_is_known_by_line() -> None:
    sent = {
        "fulfillmentId": "F1",
        "shippedDate": "2026-03-02T15:00:00.000Z",
        "shippingCarrierCode": "UPS",
        "shipmentTrackingNumber": "1Z",
        "lineItems": [{"lineItemId": "1001", "quantity": 2}],
    }

    (left,) = mapped(an_order(Money(1000, "GBP")), sent).fulfillments

    assert (left.external_id, left.lines, left.tracking_number) == ("F1", (("1001", 2),), "1Z")


def test_one_order_of_a_page_that_makes_no_sense_is_set_aside(world: World) -> None:
    good, bad = (world.remote.store.place_order() for _ in range(2))
    world.remote.store.orders[bad]["orderId"] = ""

    page = world.ask("fetch_orders", OrderWindow(since=NOON, until=world.clock.now()))

    assert [raw.external_id for raw in page.orders] == [good]
    assert len(page.quarantined) == 1


def test_an_order_without_lines_is_bad_data() -> None:
    order = an_order(Money(1000, "GBP"))
    order["lineItems"] = []

    with pytest.raises(BadData, match="no lines"):
        mapped(order)
