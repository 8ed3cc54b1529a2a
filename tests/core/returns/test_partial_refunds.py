"""However a line is refunded, its parts sum to the whole, tax included; and never more than was captured goes back."""

import pytest
from sqlalchemy.orm import Session

from core.errors import ExceedsRefundable, Invalid, NotFound
from core.flows import refund
from core.flows.refund import Wanted
from core.orders.models import Order
from core.orders.states import PaymentStatus
from core.returns.amounts import tax_within, worth
from core.returns.models import Refund
from tests.builders import a_channel, a_location
from tests.core.returns.sold import a_line, line_of, sell, stocked, ten_at_a_discount


def test_three_refunds_of_one_line_sum_to_the_line_to_the_last_cent(session: Session) -> None:
    order, line = ten_at_a_discount(session)
    assert (line.total_minor, line.tax_minor) == (17925, 2988)

    made = [
        session.get_one(Refund, refund.create(session, order.id, Wanted(lines={line.id: units}))) for units in (3, 4, 3)
    ]

    assert [one.amount_minor for one in made] == [5379, 7168, 5378]
    assert [one.tax_minor for one in made] == [897, 1195, 896]
    session.refresh(order)
    assert order.payment_status is PaymentStatus.REFUNDED
    assert order.refunded_minor == order.total_minor == 17925


def test_one_more_cent_is_too_much(session: Session) -> None:
    order, line = ten_at_a_discount(session)
    refund.create(session, order.id, Wanted(lines={line.id: 10}))

    with pytest.raises(ExceedsRefundable) as refused:
        refund.create(session, order.id, Wanted(goodwill_minor=1))

    assert str(refused.value) == "0.01 GBP is more than the 0.00 GBP that can still go back."


def test_units_are_refunded_once(session: Session) -> None:
    order, line = ten_at_a_discount(session)
    refund.create(session, order.id, Wanted(lines={line.id: 8}))

    with pytest.raises(ExceedsRefundable) as refused:
        refund.create(session, order.id, Wanted(lines={line.id: 3}))

    assert str(refused.value) == "3 units of TEA-1 cannot be refunded, only 2: the rest was refunded before."
    assert refused.value.path == ("input", "lines")


def test_goodwill_belongs_to_no_line_and_carries_no_tax(session: Session) -> None:
    order, _ = ten_at_a_discount(session)

    made = session.get_one(Refund, refund.create(session, order.id, Wanted(goodwill_minor=500, reason="A late parcel")))

    assert (made.amount_minor, made.goodwill_minor, made.tax_minor) == (500, 500, 0)
    assert line_of(session, order, "TEA-1").refunded_minor == 0


def test_shipping_goes_back_once_with_its_tax_in_it(session: Session) -> None:
    location = a_location(session)
    channel = a_channel(session, locations=(location,))
    stocked(session, "CUP-1", location)
    order = sell(session, channel, location, [a_line("CUP-1", 1, 1000)], shipping=399)

    refund.create(session, order.id, Wanted(shipping_minor=300))
    with pytest.raises(ExceedsRefundable) as refused:
        refund.create(session, order.id, Wanted(shipping_minor=100))

    assert str(refused.value) == "1.00 GBP is more than the 0.99 GBP that can still go back."


def test_no_more_goes_back_than_was_captured(session: Session) -> None:
    location = a_location(session)
    channel = a_channel(session, locations=(location,))
    stocked(session, "CUP-1", location)
    order = sell(session, channel, location, [a_line("CUP-1", 2, 1000)], paid=1500)

    with pytest.raises(ExceedsRefundable) as refused:
        refund.create(session, order.id, Wanted(lines={line_of(session, order, "CUP-1").id: 2}))

    assert str(refused.value) == "20.00 GBP is more than the 15.00 GBP that can still go back."


def test_a_preview_says_what_a_refund_comes_to_and_changes_nothing(session: Session) -> None:
    order, line = ten_at_a_discount(session)

    plan = refund.preview(session, order.id, Wanted(lines={line.id: 3}))

    assert (plan.amount, plan.tax, plan.refundable) == (5379, 897, 17925)
    assert refund.left(session, order.id) == 17925
    assert line_of(session, order, "TEA-1").refunded == 0


def test_a_line_of_another_order_and_no_units_are_refused(session: Session) -> None:
    order, line = ten_at_a_discount(session)

    with pytest.raises(NotFound):
        refund.preview(session, order.id, Wanted(lines={line.id + 999: 1}))
    with pytest.raises(Invalid):
        refund.preview(session, order.id, Wanted())
    with pytest.raises(NotFound):
        refund.preview(session, order.id + 999, Wanted(goodwill_minor=1))


@pytest.mark.parametrize("total", [17925, 100, 1, 0, -250])
@pytest.mark.parametrize("steps", [(10,), (3, 4, 3), (1,) * 10, (9, 1), (1, 9)])
def test_parts_of_any_split_sum_to_the_whole(total: int, steps: tuple[int, ...]) -> None:
    tax = total // 6
    refunded = refunded_tax = units = 0
    for step in steps:
        amount = worth(total, refunded, 10, units, step)
        refunded_tax += tax_within(total, tax, refunded, refunded_tax, amount)
        refunded, units = refunded + amount, units + step

    assert (refunded, refunded_tax) == (total, tax)


def test_the_order_is_read_as_paid_before_anything_went_back(session: Session) -> None:
    order, _ = ten_at_a_discount(session)

    assert session.get_one(Order, order.id).payment_status is PaymentStatus.PAID
