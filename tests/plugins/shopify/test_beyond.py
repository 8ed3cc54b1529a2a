"""An order with more of everything than comes with it is read to the end, and every query stays within its points."""

from collections.abc import Callable
from copy import deepcopy
from typing import Any

import pytest

from crossdock import BadData, Money, OrderData, OrderWindow, RefundOrder, ShipmentNotice
from plugins.shopify.channel import ShopifyChannel
from plugins.shopify.sandbox.store import Bought, Store
from tests.plugins.shopify.conftest import Clock

Make = Callable[..., Any]


def again(store: Store, rows: list[Any], wanted: int, **facts: Any) -> None:
    """Copies of the last of these, until there are as many, each with a name of its own."""
    kind = rows[-1]["id"].split("/")[-2]
    while len(rows) < wanted:
        rows.append({**deepcopy(rows[-1]), "id": store.new(kind), **facts})


def mapped(channel: ShopifyChannel, ctx: Make, order: dict[str, Any]) -> OrderData:
    return channel.map_order(channel.fetch_order(ctx(), order["id"]))


def notice(order: dict[str, Any], now: Clock, number: str) -> ShipmentNotice:
    lines = ((order["lineItems"][0]["id"], 1),)
    return ShipmentNotice(
        order_external_id=order["id"], package_key=number, lines=lines, shipped_at=now(), tracking_number=number
    )


def test_parcels_and_work_beyond_the_first_page_are_read_too(
    channel: ShopifyChannel, ctx: Make, store: Store, now: Clock
) -> None:
    order = store.place_order(Bought(sku="TEA", quantity=120))
    channel.confirm_shipment(ctx(), notice(order, now, "T-1"))
    again(store, order["fulfillments"], 103)
    again(store, order["fulfillmentOrders"], 23, status="CLOSED", lineItems=[])
    order["fulfillments"][-1]["fulfillmentOrders"] = [order["fulfillmentOrders"][-1]["id"]]

    data = mapped(channel, ctx, order)
    assert [each.external_id for each in data.fulfillments] == [each["id"] for each in order["fulfillments"]]

    order["fulfillments"][-1]["trackingInfo"] = [{"company": "DHL", "number": "LAST", "url": None}]
    found = channel.find_shipment(ctx(), notice(order, now, "LAST"))
    assert found is not None
    assert found.external_id == order["fulfillments"][-1]["id"]


def test_refunds_beyond_the_first_hundred_are_read_and_found_again(
    channel: ShopifyChannel, ctx: Make, store: Store
) -> None:
    order = store.place_order(Bought(sku="TEA", quantity=2))
    store.give_back(order, store.paid(order) / 25, note="First")
    again(store, order["refunds"], 102)

    assert len(mapped(channel, ctx, order).refunds) == 102

    request = RefundOrder(order_external_id=order["id"], amount=Money(100, "GBP"))
    made = channel.refund(ctx(key="refund:1"), request)
    found = channel.find_refund(ctx(key="refund:1"), request)
    assert found is not None
    assert found.external_id == made.external_id == order["refunds"][102]["id"]


def test_postage_beyond_the_first_page_is_paid_and_given_back_too(
    channel: ShopifyChannel, ctx: Make, store: Store
) -> None:
    order = store.place_order(Bought(sku="TEA"), tax_rate="0")
    again(store, order["shippingLines"], 12)
    refund = store.give_back(order, store.paid(order), note="Postage")
    price = order["shippingLines"][0]["discountedPriceSet"]
    none = {"presentmentMoney": {"amount": "0", "currencyCode": "GBP"}}
    refund["totalRefundedSet"] = {"presentmentMoney": {"amount": "60.00", "currencyCode": "GBP"}}
    refund["refundShippingLines"] = [
        {"id": store.new("RefundShippingLine"), "subtotalAmountSet": price, "taxAmountSet": none} for _ in range(12)
    ]

    data = mapped(channel, ctx, order)

    assert data.shipping == Money(12 * 500, "GBP")
    assert data.refunds[0].shipping == Money(12 * 500, "GBP")


def test_payments_beyond_the_first_page_are_read_and_more_than_shopify_tells_is_bad_data(
    channel: ShopifyChannel, ctx: Make, store: Store, now: Clock
) -> None:
    order = store.place_order(Bought(sku="TEA"))
    again(store, order["transactions"], 45)
    assert len(mapped(channel, ctx, order).payments) == 45

    again(store, order["transactions"], 241)
    with pytest.raises(BadData, match="has 241 payments, and Shopify tells of 240"):
        channel.fetch_order(ctx(), order["id"])
    page = channel.fetch_orders(ctx(), OrderWindow(since=now(), until=now()))
    assert [each.source for each in page.quarantined] == [order["id"]]


def test_returns_beyond_the_first_page_of_an_order_are_read_too(
    channel: ShopifyChannel, ctx: Make, store: Store, now: Clock
) -> None:
    order = store.place_order(Bought(sku="TEA", quantity=60))
    channel.confirm_shipment(ctx(), notice(order, now, "T-1"))
    for _ in range(52):
        store.request_return(order, "TEA")

    page = channel.fetch_returns(ctx(), OrderWindow(since=now(), until=now()))

    assert len({each.external_id for each in page.returns}) == 52
