"""The sentence that an agent could paste."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

from core.orders.states import CancelReason, FulfillmentStatus, HoldKind, OrderStatus, PaymentStatus
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


def test_a_held_order_says_nothing_to_the_shopper_that_only_the_shop_should_read() -> None:
    fraud = OpenHold("The risk is high: three cards in an hour.", "Call the shopper.", HoldKind.FRAUD)

    summary = told(status=OrderStatus.PENDING, holds=[fraud, OpenHold("It is not paid")])

    assert summary.headline == "Order CD-7 is being looked at before it goes on."
    assert summary.next_step == "It goes on as soon as that is settled."
    assert summary.attention == [
        "On hold: The risk is high: three cards in an hour. Call the shopper.",
        "On hold: It is not paid.",
    ]


def test_a_hold_that_the_shopper_can_mend_is_told() -> None:
    summary = told(status=OrderStatus.PENDING, holds=[OpenHold("Nothing has been paid.", None, HoldKind.PAYMENT)])

    assert summary.headline == "Order CD-7 waits for its payment."
    assert summary.next_step == "It goes on as soon as the payment has arrived."


def test_work_in_two_places_names_both_and_the_later_day() -> None:
    summary = told(work=[Work("Berlin", date(2026, 3, 4)), Work("Leeds", date(2026, 3, 5)), Work("Berlin")])

    assert summary.headline == "Order CD-7 is being prepared at Berlin and Leeds."
    assert summary.next_step == "It leaves on 5 March 2026."


def test_a_backordered_order_names_what_is_missing() -> None:
    summary = told(status=OrderStatus.CONFIRMED, backordered=[("Cup", 1), ("Tea", 2)])

    assert summary.headline == "Order CD-7 waits for stock of 1 x Cup and 2 x Tea."


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

    assert summary.headline == "Order CD-7 was cancelled on 3 March 2026. 71.68 GBP was refunded."


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


def test_a_late_order_says_so_and_a_shipped_one_does_not() -> None:
    due = NOON - timedelta(days=1)

    late = told(ship_by=due, work=[Work("Leeds", date(2026, 3, 4))])

    assert late.headline == "Order CD-7 is being prepared at Leeds. It is late: it should have left by 2 March 2026."
    assert told(ship_by=due, shipped=3).headline == "Order CD-7 has shipped."


def test_a_cancelled_order_says_why_and_what_goes_back() -> None:
    summary = told(
        status=OrderStatus.CANCELLED,
        cancelled_at=NOON,
        cancel_reason=CancelReason.OUT_OF_STOCK,
        overpaid_minor=2000,
    )

    assert summary.headline == "Order CD-7 was cancelled on 3 March 2026 because it is out of stock."
    assert summary.next_step == "20.00 GBP is to be refunded."
    assert told(status=OrderStatus.CANCELLED, cancel_reason=CancelReason.FRAUD).headline == "Order CD-7 was cancelled."


def test_what_came_back_is_told() -> None:
    arrived = Parcel(status="DELIVERED", carrier="DHL", delivered_at=NOON)

    part = told(shipped=3, returned=1, parcels=[arrived], refunded_minor=500)

    assert part.headline == (
        "Order CD-7 was delivered on 3 March 2026 with DHL. 1 of 3 units came back. 5.00 GBP was refunded."
    )
    assert told(shipped=3, returned=3).headline == "Order CD-7 has shipped. All of it came back."


def test_a_delayed_parcel_and_one_past_its_day_say_so() -> None:
    delayed = Parcel(status="DELAYED", carrier="DHL", expected=NOON + timedelta(days=1))
    overdue = Parcel(status="IN_TRANSIT", carrier="DHL", tracking_number="7", expected=NOON - timedelta(days=1))

    expected = "Order CD-7 has shipped with DHL and is delayed, expected on 4 March 2026."
    assert told(shipped=3, parcels=[delayed]).headline == expected
    late = told(shipped=3, parcels=[overdue])
    assert late.headline == "Order CD-7 has shipped with DHL (7) and is late: it was expected on 2 March 2026."
    assert late.attention == ["Parcel 7 should have arrived by 2 March 2026."]


def test_parcels_that_have_arrived_are_counted_while_others_are_on_their_way() -> None:
    parcels = [Parcel(status="DELIVERED", carrier="UPS"), Parcel(status="IN_TRANSIT", carrier="DHL")]

    assert told(shipped=3, parcels=parcels).headline == "Order CD-7 has shipped with DHL. 1 of 2 parcels has arrived."


def test_a_part_that_waits_for_stock_follows_what_is_being_prepared() -> None:
    summary = told(work=[Work("Leeds")], backordered=[("Tea", 2)])

    assert summary.headline == "Order CD-7 is being prepared at Leeds."
    assert summary.next_step == "2 x Tea follows as soon as stock arrives."


def test_what_the_channel_ships_is_told_as_its_own() -> None:
    assert told(shipped_by="Amazon").headline == "Order CD-7 is being shipped by Amazon."
    assert told(shipped_by="Amazon", shipped=3).headline == "Order CD-7 was shipped by Amazon."


def test_days_are_those_of_the_shops_zone() -> None:
    parcel = Parcel(status="DELIVERED", delivered_at=datetime(2026, 3, 3, 23, 30, tzinfo=UTC))
    facts = Facts(
        number="CD-7",
        status=OrderStatus.COMPLETED,
        payment=PaymentStatus.PAID,
        fulfillment=FulfillmentStatus.DELIVERED,
        currency="EUR",
        units=1,
        shipped=1,
        parcels=[parcel],
    )

    assert summarize(facts, NOON, "Europe/Berlin").headline == "Order CD-7 was delivered on 4 March 2026."
