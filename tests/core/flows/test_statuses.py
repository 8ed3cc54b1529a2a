"""Statuses follow from facts: the SQL and a plain reading of the tables agree, whatever the facts are."""

from dataclasses import asdict, dataclass

import orjson
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select, text, update
from sqlalchemy.orm import Session

from core.customers.models import Customer
from core.flows import statuses
from core.orders import status
from core.orders.lines import Shift, shift
from core.orders.models import Hold, Order, OrderLine, Payment
from core.orders.states import FulfillmentStatus, HoldKind, OrderStatus, PaymentState, PaymentStatus, ReturnStatus
from core.shipments.models import Shipment, ShipmentStatus
from tests.builders import a_channel, an_item, an_order


@dataclass(frozen=True)
class Facts:
    """What `core/orders/status.py` speaks of."""

    units: int
    waiting: int
    backordered: int
    allocated: int
    shipped: int
    cancelled: int
    cancelling: int
    returned: int
    held: bool
    validated: bool
    total: int
    due: int
    captured: int
    refunded: int
    disputed: int
    authorized: int
    voided: bool
    parcels: int
    parcels_delivered: int
    parcels_moving: int
    parcels_in_trouble: int
    parcels_under_way: int
    returns_requested: int
    returns_in_progress: int


few = st.integers(0, 2)
buckets = st.tuples(few, few, few, few, few)


@st.composite
def facts(draw: st.DrawFn) -> Facts:
    waiting, backordered, allocated, shipped, cancelled = draw(buckets)
    total = draw(st.sampled_from([0, 1000]))
    captured = draw(st.sampled_from([0, 400, 1000]))
    delivered, moving, trouble = draw(few), draw(few), draw(few)
    return Facts(
        units=waiting + backordered + allocated + shipped + cancelled,
        waiting=waiting,
        backordered=backordered,
        allocated=allocated,
        shipped=shipped,
        cancelled=cancelled,
        cancelling=draw(st.integers(0, allocated)),
        returned=draw(st.integers(0, shipped)),
        held=draw(st.booleans()),
        validated=draw(st.booleans()),
        total=total,
        due=draw(st.sampled_from([0, total])),
        captured=captured,
        refunded=draw(st.integers(0, captured)),
        disputed=draw(st.sampled_from([0, 0, captured])),
        authorized=draw(st.sampled_from([0, 1000])),
        voided=draw(st.booleans()),
        parcels=delivered + moving + trouble + draw(few),
        parcels_delivered=delivered,
        parcels_moving=moving,
        parcels_in_trouble=trouble,
        parcels_under_way=draw(few),
        returns_requested=draw(few),
        returns_in_progress=draw(few),
    )


def order_status(now: Facts) -> OrderStatus:
    left = now.waiting + now.backordered + now.allocated
    if now.units and now.units == now.cancelled:
        return OrderStatus.CANCELLED
    if now.cancelling and now.cancelling >= left:
        return OrderStatus.CANCELLING
    if now.units and not left and not now.parcels_under_way:
        return OrderStatus.COMPLETED
    if now.allocated or now.shipped:
        return OrderStatus.PROCESSING
    return OrderStatus.CONFIRMED if now.validated and not now.held else OrderStatus.PENDING


def payment_status(now: Facts) -> PaymentStatus:
    if now.disputed:
        return PaymentStatus.DISPUTED
    if now.captured:
        if now.refunded:
            return PaymentStatus.REFUNDED if now.refunded >= now.captured else PaymentStatus.PARTIALLY_REFUNDED
        return PaymentStatus.PAID if now.captured >= now.due else PaymentStatus.PARTIALLY_PAID
    if now.due <= 0 and now.total <= 0:
        return PaymentStatus.PAID
    if now.authorized:
        return PaymentStatus.AUTHORIZED
    return PaymentStatus.VOIDED if now.voided or now.due <= 0 else PaymentStatus.UNPAID


def fulfillment_status(now: Facts) -> FulfillmentStatus:
    if now.parcels_in_trouble:
        return FulfillmentStatus.EXCEPTION
    if not now.shipped:
        return FulfillmentStatus.BACKORDERED if now.backordered else FulfillmentStatus.UNFULFILLED
    if now.shipped < now.units - now.cancelled:
        return FulfillmentStatus.PARTIALLY_FULFILLED
    if now.parcels and now.parcels == now.parcels_delivered:
        return FulfillmentStatus.DELIVERED
    moved = now.parcels_moving or now.parcels_delivered
    return FulfillmentStatus.IN_TRANSIT if moved else FulfillmentStatus.FULFILLED


def return_status(now: Facts) -> ReturnStatus:
    if now.returns_in_progress:
        return ReturnStatus.IN_PROGRESS
    if now.returns_requested:
        return ReturnStatus.REQUESTED
    return ReturnStatus.RETURNED if now.returned else ReturnStatus.NONE


COLUMNS = ", ".join(f"{name} {'boolean' if kind is bool else 'int'}" for name, kind in Facts.__annotations__.items())
DERIVE = text(
    f"select {status.ORDER}, {status.PAYMENT}, {status.FULFILLMENT}, {status.RETURN} "
    f"from jsonb_to_recordset(cast(:facts as jsonb)) as facts({COLUMNS}, place int) order by place"
)


def test_the_expressions_say_what_their_tables_say(session: Session) -> None:
    @settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
    @given(st.lists(facts(), min_size=50, max_size=60))
    def agree(cases: list[Facts]) -> None:
        given_facts = orjson.dumps([{**asdict(case), "place": n} for n, case in enumerate(cases)]).decode()
        derived = [tuple(row) for row in session.execute(DERIVE, {"facts": given_facts})]
        assert derived == [
            (order_status(case), payment_status(case), fulfillment_status(case), return_status(case)) for case in cases
        ]

    agree()


@pytest.fixture
def order(session: Session) -> Order:
    """An order of two units over 20.00, checked."""
    order = an_order(session, a_channel(session), {an_item(session): 2})
    session.execute(update(Order).values(validated_at=order.placed_at))
    session.commit()
    return order


def refreshed(session: Session, order: Order) -> Order:
    statuses.refresh(session, [order.id])
    session.refresh(order)
    return order


def line_of(session: Session, order: Order) -> OrderLine:
    return session.scalars(select(OrderLine).where(OrderLine.order_id == order.id)).one()


def test_every_refresh_is_a_new_version(session: Session, order: Order) -> None:
    before = order.version
    assert refreshed(session, order).version == before + 1


def test_an_open_hold_makes_it_wait(session: Session, order: Order) -> None:
    hold = Hold(order_id=order.id, kind=HoldKind.MANUAL, code="manual", message="Wait.", opened_by="ada")
    session.add(hold)

    held = refreshed(session, order)

    assert (held.on_hold, held.status) == (True, OrderStatus.PENDING)


def test_money_follows_from_payments(session: Session, order: Order) -> None:
    payment = {"order_id": order.id, "gateway": "card", "currency": "GBP"}
    session.add(Payment(**payment, state=PaymentState.CAPTURED, amount_minor=500, captured_minor=500))
    assert refreshed(session, order).payment_status is PaymentStatus.PARTIALLY_PAID

    session.add(Payment(**payment, state=PaymentState.CAPTURED, amount_minor=1500, captured_minor=1500))
    assert refreshed(session, order).payment_status is PaymentStatus.PAID
    assert order.paid_minor == 2000


def test_an_order_is_complete_when_our_tracked_parcel_has_arrived(session: Session, order: Order) -> None:
    shift(session, [Shift(line_of(session, order).id, "open", "shipped", 2)])
    parcel = Shipment(order_id=order.id, status=ShipmentStatus.HANDED_OVER, tracking_number="T1")
    session.add(parcel)
    left = refreshed(session, order)
    assert (left.status, left.fulfillment_status) == (OrderStatus.PROCESSING, FulfillmentStatus.FULFILLED)

    parcel.status = ShipmentStatus.DELIVERED
    arrived = refreshed(session, order)
    assert (arrived.status, arrived.fulfillment_status) == (OrderStatus.COMPLETED, FulfillmentStatus.DELIVERED)
    assert order.completed_at is not None


def test_a_service_is_delivered_with_the_last_of_the_goods(session: Session, order: Order) -> None:
    goods = line_of(session, order)
    service = OrderLine(
        order_id=order.id, position=2, sku="ENGRAVE", name="Engraving", ships=False, quantity=1, open=1, currency="GBP"
    )
    session.add(service)
    shift(session, [Shift(goods.id, "open", "shipped", 1)])
    refreshed(session, order)
    session.refresh(service)
    assert service.open == 1

    shift(session, [Shift(goods.id, "open", "shipped", 1)])
    assert refreshed(session, order).status is OrderStatus.COMPLETED
    session.refresh(service)
    assert (service.open, service.shipped) == (0, 1)


def test_a_customers_orders_and_spend_are_counted_once(session: Session, order: Order) -> None:
    customer = Customer(name="Ada")
    session.add(customer)
    session.flush()
    session.execute(update(Order).values(customer_id=customer.id))

    refreshed(session, order)
    session.execute(update(Order).values(cancelled_minor=500))
    refreshed(session, order)
    refreshed(session, order)

    session.refresh(customer)
    spent = session.execute(text("select spent_minor from customer_spend")).scalar_one()
    assert (customer.order_count, spent) == (1, 1500)
