"""An exchange: the new order is paid with what came back, and the difference is owed one way or the other."""

from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from core.errors import IllegalState, Invalid
from core.flows import take_back
from core.flows.take_back import Arrival, Asked
from core.hub import Hub
from core.orders.models import Order, Payment
from core.orders.states import PaymentStatus
from core.origin import Origin
from core.returns import queries
from core.returns.models import Disposition, Return, ReturnReason, ReturnResolution
from tests.builders import a_channel, a_location
from tests.core.returns.sold import a_line, line_of, sell, stocked


def exchanged(hub: Hub, session: Session, *wanted: dict[str, Any]) -> tuple[Order, Return]:
    """A cup for 10.00 that came back, closed as an exchange for what is wanted."""
    location = a_location(session)
    channel = a_channel(session, locations=(location,))
    stocked(session, "CUP-1", location)
    stocked(session, "POT-1", location)
    order = sell(session, channel, location, [a_line("CUP-1", 1, 1000, tax=167)])
    asked = Asked(line_id=line_of(session, order, "CUP-1").id, quantity=1, reason=ReturnReason.WRONG_ITEM)
    return_id = take_back.request(hub, order.id, [asked], exchange=wanted)
    (line,) = queries.lines(session, return_id)
    take_back.receive(
        session, return_id, [Arrival(return_line_id=line.id, quantity=1, disposition=Disposition.RESTOCK)]
    )
    take_back.close(session, return_id, ReturnResolution.EXCHANGE)
    session.commit()
    return order, session.get_one(Return, return_id)


def wish(sku: str, price: int | None, quantity: int = 1) -> dict[str, Any]:
    return {"sku": sku, "quantity": quantity, "unit_price_minor": price, "metadata": {}}


def test_the_shopper_owes_the_difference_of_a_dearer_one(hub: Hub, session: Session) -> None:
    order, found = exchanged(hub, session, wish("POT-1", 1450))

    assert found.exchange_order_id is not None
    new = session.get_one(Order, found.exchange_order_id)
    assert (new.total_minor, new.paid_minor, new.payment_status) == (1450, 1000, PaymentStatus.PARTIALLY_PAID)
    assert (new.original_id, new.origin, new.customer_id) == (order.id, Origin.HUB, order.customer_id)
    payment = session.scalars(select(Payment).where(Payment.order_id == new.id)).one()
    assert (payment.gateway, payment.reference, payment.captured_minor) == ("exchange", found.number, 1000)


def test_a_cheaper_one_is_paid_and_the_rest_of_the_refund_goes_back(hub: Hub, session: Session) -> None:
    order, found = exchanged(hub, session, wish("POT-1", 800))

    new = session.get_one(Order, found.exchange_order_id)
    session.refresh(order)
    assert (new.total_minor, new.paid_minor, new.payment_status) == (800, 800, PaymentStatus.PAID)
    assert order.refunded_minor == 1000


def test_without_a_price_the_same_article_costs_what_it_did(hub: Hub, session: Session) -> None:
    _, found = exchanged(hub, session, wish("CUP-1", None))

    new = session.get_one(Order, found.exchange_order_id)
    assert (new.total_minor, new.tax_minor, new.payment_status) == (1000, 167, PaymentStatus.PAID)


def test_another_article_without_a_price_is_refused_at_once(hub: Hub, session: Session) -> None:
    with pytest.raises(Invalid) as refused:
        exchanged(hub, session, wish("POT-1", None))

    assert refused.value.path == ("exchange", "0", "unitPrice")
    assert session.scalars(select(Return)).all() == []


def test_nothing_can_be_exchanged_for_nothing(hub: Hub, session: Session) -> None:
    with pytest.raises(IllegalState):
        exchanged(hub, session)
