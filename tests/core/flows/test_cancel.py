"""Cancelling: what has not left is stopped, booked back and refunded, once."""

import pytest
from sqlalchemy import select, text
from sqlalchemy.orm import Session

from core.catalog.models import Channel
from core.errors import IllegalState, Invalid, NotFound, VersionConflict
from core.events.models import Event
from core.flows.cancel import cancel, settle
from core.flows.capture import capture
from core.flows.edit import edit
from core.flows.fulfil.answer_cancel import answer
from core.flows.holds import hold
from core.flows.replace import replace as send_again
from core.fulfillment.models import FulfillmentLine, FulfillmentMethod, FulfillmentOrder, RequestState
from core.orders.models import Hold, Order, OrderLine
from core.orders.states import CancelReason, OrderStatus, PaymentStatus
from core.stock.models import Location
from crossdock.orders import FulfillmentData
from tests.builders import a_bundle, a_channel, a_level, a_location, an_item, routed
from tests.core.flows.selling import NOON, a_line, gbp, said


@pytest.fixture
def shop(session: Session) -> Channel:
    a_location(session, "main")
    for sku in ("A", "B"):
        a_level(session, an_item(session, sku), the_place(session), 10)
    channel = a_channel(session, "shop")
    session.commit()
    return channel


def the_place(session: Session) -> Location:
    return session.scalars(select(Location)).one()


def an_order_for(session: Session, shop: Channel, *args: object, **parts: object) -> Order:
    (order_id,) = capture(session, shop, [said("1", *args, **parts)]).created  # type: ignore[arg-type]  # as `said` takes them
    session.commit()
    return session.get_one(Order, order_id)


def lines_of(session: Session, order: Order) -> list[OrderLine]:
    query = select(OrderLine).where(OrderLine.order_id == order.id).order_by(OrderLine.position)
    return list(session.scalars(query, execution_options={"populate_existing": True}))


def booked(session: Session, account: str) -> int:
    query = "select sum(amount_minor) from postings join ledger_accounts a on a.id = account_id where a.code = :code"
    return int(session.execute(text(query), {"code": account}).scalar() or 0)


def test_an_order_that_waits_is_cancelled_whole_and_the_money_goes_back(session: Session, shop: Channel) -> None:
    order = an_order_for(session, shop, {"A": 2, "B": 1}, shipping=gbp(500))

    cancel(session, order.id, reason=CancelReason.CUSTOMER, note="changed her mind")
    session.commit()
    session.refresh(order)

    assert order.status is OrderStatus.CANCELLED
    assert order.payment_status is PaymentStatus.REFUNDED
    assert (order.cancelled_minor, order.refunded_minor) == (3500, 3500)
    assert order.cancelled_at is not None
    assert [line.cancelled for line in lines_of(session, order)] == [2, 1]
    assert {account: booked(session, account) for account in ("1000", "1100", "4000", "4050")} == {
        "1000": 0, "1100": 0, "4000": 0, "4050": 0,
    }  # fmt: skip
    assert session.execute(text("select spent_minor from customer_spend")).scalar_one() == 0
    names = list(session.scalars(select(Event.name).where(Event.order_id == order.id)))
    assert names.count("order.cancelled") == 1


def test_cancelling_twice_is_harmless(session: Session, shop: Channel) -> None:
    order = an_order_for(session, shop, {"A": 2})
    cancel(session, order.id, reason=CancelReason.CUSTOMER)
    session.commit()

    stopped = cancel(session, order.id, reason=CancelReason.CUSTOMER)
    session.commit()

    assert stopped.done == {}
    assert booked(session, "1000") == 0


def test_some_units_are_cancelled_and_the_rest_stays(session: Session, shop: Channel) -> None:
    order = an_order_for(session, shop, {"A": 3})
    (line,) = lines_of(session, order)

    cancel(session, order.id, lines={line.id: 1}, reason=CancelReason.OUT_OF_STOCK)
    session.commit()
    session.refresh(order)

    (line,) = lines_of(session, order)
    assert (line.open, line.cancelled) == (2, 1)
    assert (order.status, order.refunded_minor) == (OrderStatus.PENDING, 1000)


def test_without_refund_the_money_stays(session: Session, shop: Channel) -> None:
    order = an_order_for(session, shop, {"A": 1})

    cancel(session, order.id, reason=CancelReason.CUSTOMER, refund=False)
    session.commit()
    session.refresh(order)

    assert (order.status, order.refunded_minor) == (OrderStatus.CANCELLED, 0)
    assert booked(session, "1000") == 1000


def test_reserved_units_are_released_once(session: Session, shop: Channel) -> None:
    order = an_order_for(session, shop, {"A": 4})
    routed(session, order, the_place(session))
    session.commit()

    cancel(session, order.id, reason=CancelReason.CUSTOMER)
    session.commit()

    query = "select on_hand, reserved from stock_levels join items on items.id = item_id where sku = 'A'"
    assert session.execute(text(query)).one() == (10, 0)
    assert lines_of(session, order)[0].cancelled == 4


def test_a_bundle_is_cancelled_by_its_components(session: Session, shop: Channel) -> None:
    a_bundle(session, {an_item(session, "C"): 1, an_item(session, "D"): 2}, "KIT")
    order = an_order_for(session, shop, lines=(a_line("KIT", 2, 1000),))
    kit = lines_of(session, order)[0]

    cancel(session, order.id, lines={kit.id: 1}, reason=CancelReason.CUSTOMER)
    session.commit()

    assert [(line.sku, line.open, line.cancelled) for line in lines_of(session, order)] == [
        ("KIT", 1, 1),
        ("C", 1, 1),
        ("D", 2, 2),
    ]


def test_what_a_supplier_has_is_cancelled_when_the_supplier_agrees(session: Session, shop: Channel) -> None:
    order = an_order_for(session, shop, {"A": 4})
    routed(session, order, the_place(session))
    work = session.scalars(select(FulfillmentOrder)).one()
    work.method, work.request_state, work.submitted_at = FulfillmentMethod.DROPSHIP, RequestState.SUBMITTED, NOON
    session.commit()

    stopped = cancel(session, order.id, reason=CancelReason.CUSTOMER)
    session.commit()
    session.refresh(order)
    (line,) = lines_of(session, order)
    assert (order.status, line.cancelling, line.allocated) == (OrderStatus.CANCELLING, 4, 4)
    assert stopped.done == {}

    answer(session, work.id, accepted=True)
    settle(session, [order.id])
    session.commit()
    session.refresh(order)
    assert (order.status, order.refunded_minor) == (OrderStatus.CANCELLED, 4000)
    assert session.scalars(select(FulfillmentLine)).one().cancelled == 4


def test_a_shipped_order_cannot_be_cancelled(session: Session, shop: Channel) -> None:
    sent = FulfillmentData(external_id="f", shipped_at=NOON)
    order = an_order_for(session, shop, {"A": 1}, fulfillments=(sent,))

    with pytest.raises(IllegalState):
        cancel(session, order.id, reason=CancelReason.CUSTOMER)


def test_lines_that_make_no_sense_are_refused_with_their_place(session: Session, shop: Channel) -> None:
    order = an_order_for(session, shop, {"A": 2})
    (line,) = lines_of(session, order)

    with pytest.raises(NotFound) as unknown:
        cancel(session, order.id, lines={line.id + 99: 1}, reason=CancelReason.CUSTOMER)
    with pytest.raises(Invalid) as nothing:
        cancel(session, order.id, lines={line.id: 0}, reason=CancelReason.CUSTOMER)
    with pytest.raises(IllegalState) as more:
        cancel(session, order.id, lines={line.id: 3}, reason=CancelReason.CUSTOMER)

    assert unknown.value.path == ("lines", "0", "lineId")
    assert nothing.value.path == more.value.path == ("lines", "0", "quantity")


def test_holds_of_a_cancelled_order_are_over(session: Session, shop: Channel) -> None:
    order = an_order_for(session, shop, {"A": 1})
    hold(session, order.id, message="Ask her first.")
    cancel(session, order.id, reason=CancelReason.CUSTOMER)
    session.commit()
    session.refresh(order)

    assert not order.on_hold
    assert session.scalars(select(Hold)).one().released_at is not None


def test_an_edit_changes_quantities_adds_lines_and_books_the_difference(session: Session, shop: Channel) -> None:
    order = an_order_for(session, shop, {"A": 3, "B": 1})
    a, b = lines_of(session, order)
    session.refresh(order)

    extra = a_line("A", 2, 700, external_id="x")
    edit(session, order.id, quantities={a.id: 1, b.id: 2}, add=[extra], expected_version=order.version)
    session.commit()
    session.refresh(order)

    a, b, new = lines_of(session, order)
    assert (a.open, a.cancelled) == (1, 2)
    assert (b.quantity, b.open, b.total_minor) == (2, 2, 2000)
    assert (new.quantity, new.total_minor) == (2, 1400)
    assert order.total_minor == 6400
    assert order.cancelled_minor == 2000
    assert booked(session, "4000") == -4400


def test_an_edit_of_an_older_version_is_refused(session: Session, shop: Channel) -> None:
    order = an_order_for(session, shop, {"A": 3})

    with pytest.raises(VersionConflict):
        edit(session, order.id, quantities={}, expected_version=order.version - 1)


def test_sending_again_is_a_new_order_free_of_charge(session: Session, shop: Channel) -> None:
    sent = FulfillmentData(external_id="f", shipped_at=NOON)
    order = an_order_for(session, shop, {"A": 3}, fulfillments=(sent,))
    (line,) = lines_of(session, order)

    again = session.get_one(Order, send_again(session, order.id, {line.id: 1}, reason="broken in transit"))
    session.commit()
    session.refresh(again)

    assert (again.original_id, again.total_minor, again.payment_status) == (order.id, 0, PaymentStatus.PAID)
    assert [(line.sku, line.open, line.item_id is not None) for line in lines_of(session, again)] == [("A", 1, True)]
    assert booked(session, "4000") == -3000


@pytest.mark.parametrize("notify", [True, False])
def test_whether_the_shopper_is_to_hear_of_it_stands_in_the_event(
    session: Session, shop: Channel, notify: bool
) -> None:
    order = an_order_for(session, shop, {"A": 2})
    (line,) = lines_of(session, order)

    cancel(session, order.id, lines={line.id: 1}, reason=CancelReason.CUSTOMER, notify=notify)
    cancel(session, order.id, reason=CancelReason.CUSTOMER, notify=not notify)
    session.commit()

    query = select(Event).where(Event.name.in_(["order.lines_cancelled", "order.cancelled"])).order_by(Event.id)
    assert [event.data["notify"] for event in session.scalars(query)] == [notify, not notify]
