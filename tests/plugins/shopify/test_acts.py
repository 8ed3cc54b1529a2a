"""What the hub decides is done at Shopify once: parcels, cancellations, refunds, returns."""

from collections.abc import Callable
from typing import Any

import pytest

from crossdock import (
    CancelOrder,
    Money,
    NotSupported,
    OutcomeUnknown,
    Pending,
    RefundOrder,
    Rejected,
    ReturnDecision,
    ShipmentNotice,
)
from plugins.shopify.channel import ShopifyChannel
from plugins.shopify.sandbox.records import gid
from plugins.shopify.sandbox.store import Bought, Store
from tests.plugins.shopify.conftest import Clock, Wire

Make = Callable[..., Any]


def notice(order: dict[str, Any], units: int, now: Clock, **facts: Any) -> ShipmentNotice:
    said = {"tracking_number": "TRACK-1", "carrier": "DHL", "package_key": "pkg_1", **facts}
    return ShipmentNotice(
        order_external_id=order["id"], lines=((order["lineItems"][0]["id"], units),), shipped_at=now(), **said
    )


def test_a_parcel_is_confirmed_with_its_units_and_tracking(
    channel: ShopifyChannel, ctx: Make, store: Store, now: Clock
) -> None:
    order = store.place_order(Bought(sku="TEA", quantity=3))

    first = channel.confirm_shipment(ctx(key="confirm:pkg_1"), notice(order, 2, now))
    second = channel.confirm_shipment(ctx(key="confirm:pkg_2"), notice(order, 1, now, tracking_number="TRACK-2"))

    assert first.external_id != second.external_id
    sent = [
        (p["trackingInfo"][0]["number"], [line["quantity"] for line in p["fulfillmentLineItems"]])
        for p in order["fulfillments"]
    ]
    assert sent == [("TRACK-1", [2]), ("TRACK-2", [1])]
    assert order["fulfillmentOrders"][0]["status"] == "CLOSED"


@pytest.mark.parametrize("tracking", ["TRACK-1", None])
def test_a_parcel_whose_answer_was_lost_is_found_again(
    channel: ShopifyChannel, ctx: Make, store: Store, wire: Wire, now: Clock, tracking: str | None
) -> None:
    order = store.place_order(Bought(sku="TEA", quantity=4))
    channel.confirm_shipment(ctx(key="confirm:pkg_0"), notice(order, 2, now, tracking_number=tracking and "TRACK-0"))
    wanted = notice(order, 2, now, tracking_number=tracking)
    assert channel.find_shipment(ctx(handle=f"known:{order['fulfillments'][0]['id']}"), wanted) is None
    wire.lost = 1

    with pytest.raises(OutcomeUnknown) as lost:
        channel.confirm_shipment(ctx(key="confirm:pkg_1"), wanted)
    found = channel.find_shipment(ctx(handle=lost.value.handle), wanted)

    assert found is not None
    assert found.external_id == order["fulfillments"][1]["id"]
    assert len(order["fulfillments"]) == 2


def test_corrected_tracking_changes_the_parcel_and_makes_no_second(
    channel: ShopifyChannel, ctx: Make, store: Store, now: Clock
) -> None:
    order = store.place_order(Bought(sku="TEA"))
    before = channel.confirm_shipment(ctx(), notice(order, 1, now))

    channel.confirm_shipment(ctx(), notice(order, 1, now, tracking_number="NEW", corrects=before.external_id))

    assert [parcel["trackingInfo"][0]["number"] for parcel in order["fulfillments"]] == ["NEW"]


def split(store: Store, order: dict[str, Any]) -> None:
    """Give one of its two units to another location."""
    (work,) = order["fulfillmentOrders"]
    other = {**work, "id": store.new("FulfillmentOrder"), "lineItems": [dict(work["lineItems"][0])]}
    other["assignedLocation"] = {"location": {"id": gid("Location", 2), "isFulfillmentService": False}}
    other["lineItems"][0] |= {"id": store.new("FulfillmentOrderLineItem"), "remainingQuantity": 1}
    work["lineItems"][0]["remainingQuantity"] = 1
    order["fulfillmentOrders"].append(other)


def test_a_parcel_from_two_of_shopify_s_locations_is_two_fulfillments_and_one_receipt(
    channel: ShopifyChannel, ctx: Make, store: Store, now: Clock
) -> None:
    order = store.place_order(Bought(sku="TEA", quantity=2))
    split(store, order)

    receipt = channel.confirm_shipment(ctx(), notice(order, 2, now))

    assert receipt.external_id.split(",") == [each["id"] for each in order["fulfillments"]]
    assert len(order["fulfillments"]) == 2
    found = channel.find_shipment(ctx(), notice(order, 2, now))
    assert found is not None
    assert found.external_id == receipt.external_id


def test_a_parcel_of_which_one_half_was_confirmed_is_finished(
    channel: ShopifyChannel, ctx: Make, store: Store, now: Clock
) -> None:
    order = store.place_order(Bought(sku="TEA", quantity=2))
    split(store, order)
    store.faults = {"Fulfill": ["", "500"]}
    with pytest.raises(OutcomeUnknown):
        channel.confirm_shipment(ctx(), notice(order, 2, now))
    assert channel.find_shipment(ctx(), notice(order, 2, now)) is None

    receipt = channel.confirm_shipment(ctx(), notice(order, 2, now))

    assert receipt.external_id.split(",") == [each["id"] for each in order["fulfillments"]]
    assert len(order["fulfillments"]) == 2


def test_more_than_waits_to_be_shipped_is_rejected(
    channel: ShopifyChannel, ctx: Make, store: Store, now: Clock
) -> None:
    order = store.place_order(Bought(sku="TEA"))

    with pytest.raises(Rejected, match="1 units of parcel pkg_1"):
        channel.confirm_shipment(ctx(), notice(order, 2, now))
    assert order["fulfillments"] == []


def test_a_whole_order_is_cancelled_and_its_money_is_left_to_us(
    channel: ShopifyChannel, ctx: Make, store: Store
) -> None:
    order = store.place_order(Bought(sku="TEA", quantity=2))
    request = CancelOrder(order_external_id=order["id"], reason="OUT_OF_STOCK", refunded=True)

    with pytest.raises(Pending) as pending:
        channel.cancel(ctx(key="cancel:1"), request)
    receipt = channel.find_cancel(ctx(key="cancel:1", handle=pending.value.handle), request)

    assert receipt is not None
    assert (order["cancelReason"], order["refunds"]) == ("INVENTORY", [])
    assert channel.cancel(ctx(key="cancel:1"), request).message == "It was cancelled before."


def test_single_units_are_taken_off_without_paying_for_them(channel: ShopifyChannel, ctx: Make, store: Store) -> None:
    order = store.place_order(Bought(sku="TEA", quantity=3))
    line = order["lineItems"][0]
    request = CancelOrder(order_external_id=order["id"], reason="CUSTOMER", lines=((line["id"], 1),), refunded=True)
    assert channel.find_cancel(ctx(key="cancel:a"), request) is None

    taken = [channel.cancel(ctx(key="cancel:a"), request), channel.find_cancel(ctx(key="cancel:a"), request)]

    assert {receipt.external_id for receipt in taken if receipt is not None} == {order["refunds"][0]["id"]}
    assert (line["currentQuantity"], int(store.paid(order))) == (2, 35)
    assert channel.map_order(channel.fetch_order(ctx(), order["id"])).cancellations[0].lines == ((line["id"], 1),)


def test_what_is_left_of_a_partly_shipped_order_is_taken_off(
    channel: ShopifyChannel, ctx: Make, store: Store, now: Clock
) -> None:
    order = store.place_order(Bought(sku="TEA", quantity=3))
    channel.confirm_shipment(ctx(), notice(order, 1, now))

    channel.cancel(ctx(key="c"), CancelOrder(order_external_id=order["id"], reason="CUSTOMER", refunded=True))

    assert (order["lineItems"][0]["currentQuantity"], order["cancelledAt"]) == (1, None)
    data = channel.map_order(channel.fetch_order(ctx(), order["id"]))
    assert data.cancellations[0].lines == ((order["lineItems"][0]["id"], 2),)


def test_units_that_shopify_would_have_to_pay_for_are_not_taken_off(
    channel: ShopifyChannel, ctx: Make, store: Store
) -> None:
    order = store.place_order(Bought(sku="TEA", quantity=3))
    lines = ((order["lineItems"][0]["id"], 1),)

    with pytest.raises(NotSupported):
        channel.cancel(ctx(), CancelOrder(order_external_id=order["id"], reason="CUSTOMER", lines=lines))


def test_units_that_have_left_cannot_be_taken_off(channel: ShopifyChannel, ctx: Make, store: Store, now: Clock) -> None:
    order = store.place_order(Bought(sku="TEA", quantity=3))
    channel.confirm_shipment(ctx(), notice(order, 2, now))
    lines = ((order["lineItems"][0]["id"], 2),)

    with pytest.raises(Rejected, match="do not wait to be shipped"):
        channel.cancel(ctx(), CancelOrder(order_external_id=order["id"], reason="OTHER", lines=lines, refunded=True))


@pytest.mark.parametrize("accepted", [True, False])
def test_a_request_to_stop_is_answered(channel: ShopifyChannel, ctx: Make, store: Store, accepted: bool) -> None:
    order = store.place_order(Bought(sku="TEA"))
    store.ask_to_stop(order)
    name = order["fulfillmentOrders"][0]["id"]
    request = CancelOrder(order_external_id=order["id"], reason="CUSTOMER", request_external_id=name)
    assert channel.find_accept_cancel(ctx(), request) is None

    channel.accept_cancel(ctx(), request, accepted=accepted)

    found = channel.find_accept_cancel(ctx(), request)
    assert found is not None
    assert found.message == ("CANCELLATION_ACCEPTED" if accepted else "CANCELLATION_REJECTED")


def test_a_refund_is_made_once_and_comes_back_as_it_was(
    channel: ShopifyChannel, ctx: Make, store: Store, now: Clock
) -> None:
    order = store.place_order(Bought(sku="TEA", quantity=2))
    channel.confirm_shipment(ctx(), notice(order, 2, now))
    request = RefundOrder(
        order_external_id=order["id"],
        amount=Money(1500, "GBP"),
        lines=((order["lineItems"][0]["id"], 1, Money(1000, "GBP"), Money(167, "GBP")),),
        shipping=Money(500, "GBP"),
        reason="Broken",
        payment_reference=order["transactions"][0]["id"],
    )
    assert channel.find_refund(ctx(key="refund:ref_1"), request) is None

    made = channel.refund(ctx(key="refund:ref_1"), request)

    found = channel.find_refund(ctx(key="refund:ref_1"), request)
    assert found is not None
    assert found.external_id == made.external_id
    assert channel.find_refund(ctx(key="refund:ref_2"), request) is None
    (told,) = channel.map_order(channel.fetch_order(ctx(), order["id"])).refunds
    assert (told.external_id, told.amount, told.shipping) == (made.external_id, request.amount, request.shipping)
    assert told.lines == ((order["lineItems"][0]["id"], 1, Money(1000, "GBP")),)


def test_a_refund_leaves_what_waits_to_be_shipped_on_the_order(
    channel: ShopifyChannel, ctx: Make, store: Store
) -> None:
    order = store.place_order(Bought(sku="TEA", quantity=3))
    line = order["lineItems"][0]
    lines = ((line["id"], 1),)
    channel.cancel(
        ctx(key="c"), CancelOrder(order_external_id=order["id"], reason="CUSTOMER", lines=lines, refunded=True)
    )

    part = (line["id"], 1, Money(1000, "GBP"), Money(167, "GBP"))
    channel.refund(ctx(key="r"), RefundOrder(order_external_id=order["id"], amount=Money(1000, "GBP"), lines=(part,)))

    assert (line["currentQuantity"], store.waiting(order, line["id"]), int(store.paid(order))) == (2, 2, 25)


def test_a_refund_whose_answer_was_lost_is_not_paid_twice(
    channel: ShopifyChannel, ctx: Make, store: Store, wire: Wire
) -> None:
    order = store.place_order(Bought(sku="TEA"))
    request = RefundOrder(order_external_id=order["id"], amount=Money(500, "GBP"))
    wire.lost = 1

    with pytest.raises(OutcomeUnknown):
        channel.refund(ctx(key="refund:ref_1"), request)
    found = channel.find_refund(ctx(key="refund:ref_1"), request)

    assert found is not None
    assert len(order["refunds"]) == 1


def test_more_than_was_paid_is_not_refunded(channel: ShopifyChannel, ctx: Make, store: Store) -> None:
    order = store.place_order(Bought(sku="TEA"))

    with pytest.raises(Rejected, match=r"1\.00 GBP more than"):
        channel.refund(ctx(key="r"), RefundOrder(order_external_id=order["id"], amount=Money(1600, "GBP")))


@pytest.mark.parametrize(("accepted", "status"), [(True, "OPEN"), (False, "DECLINED")])
def test_a_return_is_decided(
    channel: ShopifyChannel, ctx: Make, store: Store, now: Clock, accepted: bool, status: str
) -> None:
    order = store.place_order(Bought(sku="TEA"))
    channel.confirm_shipment(ctx(), notice(order, 1, now))
    asked = store.request_return(order, "TEA")
    decision = ReturnDecision(
        return_external_id=asked["id"], order_external_id=order["id"], accepted=accepted, reason="Too late"
    )
    assert channel.find_return_decision(ctx(), decision) is None

    channel.decide_return(ctx(), decision)

    assert asked["status"] == status
    assert channel.find_return_decision(ctx(), decision) is not None
    with pytest.raises(Rejected, match="cannot be decided"):
        channel.decide_return(ctx(), decision)
