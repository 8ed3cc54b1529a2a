"""The sentence that an agent could paste."""

from datetime import UTC, date, datetime
from typing import Any

from core.orders.states import FulfillmentStatus, OrderStatus, PaymentStatus
from core.orders.summary import Facts, OpenHold, OpenReturn, Parcel, Summary, Work, summarize

NOON = datetime(2026, 3, 3, 12, tzinfo=UTC)


def told(**facts: Any) -> Summary:
    known = {
        "number": "CD-7",
        "status": OrderStatus.PROCESSING,
        "payment": PaymentStatus.PAID,
        "fulfillment": FulfillmentStatus.UNFULFILLED,
        "currency": "GBP",
        "units": 3,
    }
    return summarize(Facts(**{**known, **facts}), NOON)


def test_a_new_order_is_being_checked() -> None:
    assert told(status=OrderStatus.PENDING).headline == "Order CD-7 has arrived and is being checked."


def test_a_held_order_says_why_and_what_mends_it() -> None:
    hold = OpenHold("The SKU TEA-1 is not mapped to an item of ours.", "Map the listing.")

    summary = told(status=OrderStatus.PENDING, holds=[hold, OpenHold("It is not paid.")])

    assert summary.headline == "Order CD-7 is on hold: The SKU TEA-1 is not mapped to an item of ours."
    assert summary.next_step == "Map the listing."
    assert summary.attention == ["It is not paid."]


def test_work_in_two_places_names_both_and_the_later_day() -> None:
    summary = told(work=[Work("Berlin", date(2026, 3, 4)), Work("Leeds", date(2026, 3, 5)), Work("Berlin")])

    assert summary.headline == "Order CD-7 is being prepared at Berlin and Leeds."
    assert summary.next_step == "It leaves on 5 March 2026."


def test_a_backordered_order_names_what_is_missing() -> None:
    summary = told(status=OrderStatus.CONFIRMED, backordered=[("CUP-1", 1), ("TEA-1", 2)])

    assert summary.headline == "Order CD-7 waits for stock of 1 x CUP-1 and 2 x TEA-1."


def test_a_shipped_order_gives_carrier_tracking_and_expected_day() -> None:
    parcel = Parcel(
        status="IN_TRANSIT", carrier="DHL", tracking_number="0034", expected=datetime(2026, 3, 5, 18, tzinfo=UTC)
    )

    summary = told(shipped=3, parcels=[parcel])

    assert summary.headline == "Order CD-7 has shipped with DHL (0034), expected on 5 March 2026."
    assert summary.next_step is None


def test_what_is_left_of_a_part_shipment_is_the_next_step() -> None:
    parcel = Parcel(status="HANDED_OVER", carrier="DHL", tracking_number="0034")

    summary = told(shipped=2, parcels=[parcel], backordered=[("TEA-1", 1)])

    assert summary.headline == "2 of 3 units of order CD-7 have shipped with DHL (0034)."
    assert summary.next_step == "1 waits for stock of 1 x TEA-1."


def test_a_delivered_order_says_when() -> None:
    arrived = Parcel(status="DELIVERED", carrier="DHL", tracking_number="0034", delivered_at=NOON)

    summary = told(status=OrderStatus.COMPLETED, shipped=3, parcels=[arrived])

    assert summary.headline == "Order CD-7 was delivered on 3 March 2026 with DHL (0034)."


def test_a_lost_parcel_comes_before_those_that_arrived() -> None:
    parcels = [Parcel(status="DELIVERED", delivered_at=NOON), Parcel(status="LOST", carrier="DHL", tracking_number="9")]

    assert told(shipped=3, parcels=parcels).headline == "A parcel of order CD-7 with DHL (9) was lost."


def test_money_that_went_back_is_told() -> None:
    summary = told(status=OrderStatus.CANCELLED, cancelled_at=NOON, refunded_minor=7168)

    assert summary.headline == "Order CD-7 was cancelled on 3 March 2026. 71.68 GBP went back to the shopper."


def test_a_return_under_way_is_the_next_step_and_one_to_decide_needs_attention() -> None:
    summary = told(status=OrderStatus.COMPLETED, shipped=3, returns=[OpenReturn("RMA-1", "REQUESTED")])

    assert summary.next_step == "Return RMA-1 waits for a decision."
    assert summary.attention == ["Return RMA-1 waits for a decision."]


def test_lateness_disputes_cases_and_pending_addresses_need_attention() -> None:
    summary = told(
        payment=PaymentStatus.DISPUTED,
        ship_by=datetime(2026, 3, 2, tzinfo=UTC),
        address_pending=True,
        cases=["Shipped twice"],
    )

    assert summary.attention == [
        "Shipped twice.",
        "The payment is disputed.",
        "It should have shipped by 2 March 2026.",
        "A change of address waits for an answer from whoever ships it.",
    ]


def test_a_cancelled_order_is_never_late() -> None:
    assert told(status=OrderStatus.CANCELLED, ship_by=datetime(2026, 3, 2, tzinfo=UTC)).attention == []
