"""Sales, cancellations, payments and refunds: to the cent, in any currency."""

from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from core.flows import book
from core.ledgers.models import Posting
from core.orders.models import Order, Payment
from core.orders.states import PaymentState
from core.returns.amounts import tax_within, worth
from core.returns.models import Refund, RefundLine, RefundState
from crossdock.orders import LineKind
from tests.builders import a_channel, an_item
from tests.core.ledgers.build import NOON, a_sale, balances, entries, lines_of

TEN_AT_23_90 = {
    "quantity": 10,
    "unit_price_minor": 2390,
    "discount_minor": 5975,
    "total_minor": 17925,
    "tax_minor": 2988,
}
"""10 x 23.90 GBP, 20% VAT included, 25% off."""


def a_payment(session: Session, order: Order, amount: int, **columns: Any) -> Payment:
    fields = {"state": PaymentState.CAPTURED, "captured_minor": amount, "currency": order.currency, **columns}
    payment = Payment(order_id=order.id, gateway="card", amount_minor=amount, created_at=NOON, **fields)
    session.add(payment)
    session.flush()
    return payment


def a_refund(session: Session, order: Order, units: int, state: RefundState = RefundState.SUCCEEDED) -> Refund:
    """A refund of units of the first line, as `core.flows.refund` would make it."""
    line = lines_of(session, order)[0]
    amount = worth(line.total_minor, line.refunded_minor, line.quantity, line.refunded, units)
    tax = tax_within(line.total_minor, line.tax_minor, line.refunded_minor, line.refunded_tax_minor, amount)
    line.refunded, line.refunded_minor = line.refunded + units, line.refunded_minor + amount
    line.refunded_tax_minor += tax
    refund = Refund(
        order_id=order.id, state=state, currency=order.currency, amount_minor=amount, tax_minor=tax, created_at=NOON
    )
    session.add(refund)
    session.flush()
    about = {"refund_id": refund.id, "order_line_id": line.id, "currency": order.currency}
    session.add(RefundLine(**about, quantity=units, amount_minor=amount, tax_minor=tax))
    session.flush()
    return refund


def test_a_sale_with_discount_and_tax_included_is_parted_to_the_cent(session: Session) -> None:
    order = a_sale(session, a_channel(session), {**TEN_AT_23_90})

    book.sales(session, [order.id])
    session.commit()

    assert balances(session, order) == {"1100": 17925, "4000": -19916, "4100": 4979, "2200": -2988}


def test_refunds_in_three_steps_give_back_exactly_what_was_sold(session: Session) -> None:
    order = a_sale(session, a_channel(session), {**TEN_AT_23_90})
    book.sales(session, [order.id])
    book.payments(session, [a_payment(session, order, 17925).id])

    given = []
    for units in (3, 4, 3):
        before = balances(session, order)
        book.refunds(session, [a_refund(session, order, units).id])
        after = balances(session, order)
        given.append((before["1000"] - after.get("1000", 0), after.get("2200", 0) - before["2200"]))
    session.commit()

    assert given == [(5379, 897), (7168, 1195), (5378, 896)]
    assert balances(session, order) == {"4000": -19916, "4100": 4979, "4200": 14937}


def test_prices_without_tax_leave_discounts_as_they_are(session: Session) -> None:
    line = {"quantity": 2, "unit_price_minor": 1000, "discount_minor": 100, "tax_minor": 380, "total_minor": 2280}
    order = a_sale(session, a_channel(session), line, taxes_included=False, shipping_minor=500, shipping_tax_minor=100)

    book.sales(session, [order.id])

    assert balances(session, order) == {"1100": 2880, "4000": -2000, "4100": 100, "4050": -500, "2200": -480}


def test_shipping_with_tax_in_it_is_booked_without(session: Session) -> None:
    order = a_sale(session, a_channel(session), {"total_minor": 1000}, shipping_minor=600, shipping_tax_minor=100)

    book.sales(session, [order.id])

    assert balances(session, order) == {"1100": 1600, "4000": -1000, "4050": -500, "2200": -100}


def test_tax_that_the_channel_collects_is_never_ours(session: Session) -> None:
    line = {"total_minor": 1080, "tax_minor": 80}
    taxes = [{"title": "Sales tax", "amount_minor": 80, "collected_by_channel": True}]
    order = a_sale(session, a_channel(session), line, taxes_included=False, tax_lines=taxes, tax_minor=80)

    book.sales(session, [order.id])
    book.refunds(session, [a_refund(session, order, 1).id])

    assert balances(session, order) == {"1100": 1080, "4000": -1000, "4200": 1000, "1000": -1080}


def test_a_bundle_is_booked_by_its_components(session: Session) -> None:
    first, second = an_item(session, "A"), an_item(session, "B")
    order = a_sale(session, a_channel(session), {"total_minor": 10000, "ships": False})
    (kit,) = lines_of(session, order)
    parts = a_sale(
        session, a_channel(session), {"item": first, "total_minor": 6000}, {"item": second, "total_minor": 4000}
    )
    for position, line in enumerate(lines_of(session, parts), start=2):
        line.order_id, line.position, line.bundle_line_id = order.id, position, kit.id
    session.flush()

    book.sales(session, [order.id])

    assert balances(session, order) == {"1100": 10000, "4000": -10000}
    revenue = select(Posting.item_id, Posting.amount_minor).where(Posting.amount_minor < 0)
    assert {tuple(row) for row in session.execute(revenue)} == {(first.id, -6000), (second.id, -4000)}


def test_lines_that_are_no_goods_have_accounts_of_their_own(session: Session) -> None:
    order = a_sale(
        session,
        a_channel(session),
        {"total_minor": 1000},
        {"total_minor": 300, "kind": LineKind.SHIPPING},
        {"total_minor": 2000, "kind": LineKind.VOUCHER},
        {"total_minor": 70, "kind": LineKind.MARKETPLACE_FEE},
        {"total_minor": -50, "kind": LineKind.DISCOUNT},
    )

    book.sales(session, [order.id])

    assert balances(session, order) == {
        "1100": 3320, "4000": -1000, "4050": -300, "2350": -2000, "5210": -70, "4100": 50,
    }  # fmt: skip


@pytest.mark.parametrize(
    ("currency", "total", "tax"), [("JPY", 1000, 91), ("KWD", 1_234_567, 0), ("GBP", 17925, 2988), ("EUR", 7, 1)]
)
def test_cancelling_bit_by_bit_takes_back_the_whole_and_no_cent_more(
    session: Session, currency: str, total: int, tax: int
) -> None:
    line = {"quantity": 7, "discount_minor": 11, "total_minor": total, "tax_minor": tax}
    order = a_sale(session, a_channel(session), line, currency=currency)
    (line_id,) = [made.id for made in lines_of(session, order)]
    book.sales(session, [order.id])

    taken = [book.cancellations(session, order.id, {line_id: units}) for units in (2, 1, 1, 3)]
    session.commit()

    assert sum(taken) == total
    assert balances(session, order, currency) == {}


def test_a_cancellation_is_worth_what_its_refund_gives(session: Session) -> None:
    order = a_sale(session, a_channel(session), {**TEN_AT_23_90})
    (line_id,) = [made.id for made in lines_of(session, order)]
    book.sales(session, [order.id])
    book.payments(session, [a_payment(session, order, 17925).id])

    assert book.cancellations(session, order.id, {line_id: 3}) == 5379
    book.refunds(session, [a_refund(session, order, 3).id])

    assert balances(session, order) == {"1000": 12546, "4000": -13940, "4100": 3485, "2200": -2091}


def test_shipping_is_taken_back_with_its_tax(session: Session) -> None:
    order = a_sale(session, a_channel(session), {"total_minor": 1000}, shipping_minor=600, shipping_tax_minor=100)
    (line_id,) = [made.id for made in lines_of(session, order)]
    book.sales(session, [order.id])

    assert book.cancellations(session, order.id, {line_id: 1}, shipping_minor=600) == 1600

    assert balances(session, order) == {}


def test_booking_a_sale_twice_changes_nothing(session: Session) -> None:
    order = a_sale(session, a_channel(session), {**TEN_AT_23_90})

    book.sales(session, [order.id])
    book.sales(session, [order.id, order.id])

    assert len(entries(session, "sale")) == 1


def test_an_edited_order_books_only_what_is_different(session: Session) -> None:
    order = a_sale(session, a_channel(session), {"quantity": 3, "total_minor": 3000}, {"total_minor": 500})
    book.sales(session, [order.id])
    first, second = lines_of(session, order)
    first.quantity, first.open, first.total_minor, second.total_minor = 2, 2, 2000, 450
    session.flush()

    book.changes(session, [order.id])
    book.changes(session, [order.id])
    session.commit()

    assert balances(session, order) == {"1100": 2450, "4000": -2450}
    (change,) = entries(session, "sale_change")
    units = session.scalars(
        select(Posting.quantity).where(Posting.entry_id == change.id, Posting.quantity.is_not(None))
    )
    assert list(units) == [-1]


def test_a_payment_is_booked_as_far_as_it_is_captured_and_not_charged_back(session: Session) -> None:
    order = a_sale(session, a_channel(session), {"total_minor": 1000})
    book.sales(session, [order.id])
    payment = a_payment(session, order, 1000, captured_minor=600)

    book.payments(session, [payment.id])
    book.payments(session, [payment.id])
    assert balances(session, order)["1000"] == 600

    payment.captured_minor = 1000
    session.flush()
    book.payments(session, [payment.id])
    assert balances(session, order)["1000"] == 1000

    payment.disputed_minor = 1000
    session.flush()
    book.payments(session, [payment.id])
    session.commit()
    assert balances(session, order) == {"1100": 1000, "4000": -1000}


def test_a_failed_refund_is_undone(session: Session) -> None:
    order = a_sale(session, a_channel(session), {"total_minor": 1000})
    book.sales(session, [order.id])
    book.payments(session, [a_payment(session, order, 1000).id])
    refund = a_refund(session, order, 1, RefundState.SUBMITTED)
    book.refunds(session, [refund.id])
    assert balances(session, order)["2300"] == -1000

    refund.state = RefundState.FAILED
    session.flush()
    book.refunds(session, [refund.id])
    session.commit()

    assert balances(session, order) == {"1000": 1000, "4000": -1000}


def test_what_was_paid_too_much_goes_back_without_touching_the_sale(session: Session) -> None:
    order = a_sale(session, a_channel(session), {"total_minor": 1000})
    book.sales(session, [order.id])
    book.payments(session, [a_payment(session, order, 1300).id])
    refund = Refund(
        order_id=order.id,
        state=RefundState.SUCCEEDED,
        currency="GBP",
        amount_minor=400,
        goodwill_minor=400,
        created_at=NOON,
    )
    session.add(refund)
    session.flush()

    book.refunds(session, [refund.id])

    assert balances(session, order) == {"1000": 900, "4000": -1000, "4200": 100}


def test_fees_lessen_the_profit_of_their_order(session: Session) -> None:
    channel = a_channel(session)
    order = a_sale(session, channel, {"total_minor": 1000})
    about: dict[str, Any] = {"currency": "GBP", "at": NOON, "order_id": order.id, "channel_id": channel.id}
    fees = [
        book.Fee(key="1", kind=LineKind.COMMISSION, amount_minor=150, **about),
        book.Fee(key="2", kind=LineKind.BANK_CHARGE, amount_minor=20, **about),
        book.Fee(key="3", kind=LineKind.MARKETPLACE_FEE, amount_minor=-5, **about),
    ]

    book.fees(session, fees)
    book.fees(session, fees)

    assert balances(session, order) == {"5200": 150, "5300": 20, "5210": -5, "2450": -165}


def test_money_without_an_order_is_booked_by_kind(session: Session) -> None:
    debt = book.AdjustmentLine(kind=LineKind.BAD_DEBT, amount_minor=-1106)
    book.adjustments(
        session, [book.Adjustment(key="A5", at=NOON, currency="GBP", description="Adjust bad debt", lines=(debt,))]
    )
    assert balances(session) == {"5500": 1106, "1100": -1106}

    lines = (
        book.AdjustmentLine(kind=LineKind.GOODS, amount_minor=600, tax_minor=100, quantity=2),
        book.AdjustmentLine(kind=LineKind.SHIPPING, amount_minor=120),
        book.AdjustmentLine(kind=LineKind.DISCOUNT, amount_minor=30),
    )
    book.credits(session, [book.Adjustment(key="C1", at=NOON, currency="GBP", description="Credit note", lines=lines)])

    assert balances(session) == {
        "5500": 1106, "1100": -1106, "4200": 500, "2200": 100, "4210": 120, "4100": 30, "1000": -750,
    }  # fmt: skip
