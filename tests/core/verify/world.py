"""A small world in which a bit of everything has happened: bought, sold, shipped, returned, refunded, rolled up."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

from sqlalchemy import select
from sqlalchemy.engine import Engine
from sqlalchemy.orm import Session

from core import clock
from core.catalog.models import Channel
from core.db import transaction
from core.external.models import CallState, ExternalCall
from core.flows import book, purchase, refund, statuses, take_back
from core.flows.capture import capture
from core.flows.stock import Adjustment, adjust
from core.fulfillment.models import FulfillmentLine, FulfillmentMethod, FulfillmentOrder
from core.ledgers import rollup
from core.orders.lines import Shift, shift
from core.orders.models import OrderLine
from core.shipments.models import Label, LabelState, Package, Shipment, ShipmentStatus
from core.stock.models import Location, MovementReason
from core.stock.service import Wanted, reserve
from crossdock import Money
from crossdock.orders import FeeData, FulfillmentData, LineData, LineKind, OrderData, PaymentData, PaymentState
from tests.builders import a_bundle, a_channel, a_location, an_item

MARCH = datetime(2026, 3, 2, 12, tzinfo=UTC)


def gbp(minor: int) -> Money:
    return Money(minor, "GBP")


def a_line(sku: str, quantity: int, price: int, *, discount: int = 0, tax: int = 0) -> LineData:
    return LineData(
        external_id=f"line-{sku}",
        sku=sku,
        name=sku.title(),
        quantity=quantity,
        unit_price=gbp(price),
        discount=gbp(discount),
        tax=gbp(tax),
    )


def an_order_data(external_id: str, *lines: LineData, shipped: bool = False) -> OrderData:
    total = sum(line.total.minor for line in lines) + 600
    payment = PaymentData(
        reference=f"pay-{external_id}", gateway="card", state=PaymentState.CAPTURED, amount=gbp(total), at=MARCH
    )
    fee = FeeData(external_id="fee", kind=LineKind.COMMISSION, amount=gbp(150), at=MARCH)
    sent = FulfillmentData(external_id=f"sent-{external_id}", shipped_at=MARCH, carrier="pigeon")
    return OrderData(
        external_id=external_id,
        placed_at=MARCH,
        currency="GBP",
        lines=lines,
        version=3,
        shipping=gbp(600),
        shipping_tax=gbp(100),
        payments=(payment,),
        fees=(fee,),
        fulfillments=(sent,) if shipped else (),
    )


def build(engine: Engine) -> None:
    """Order 1 has shipped and partly come back, order 2 is in work, order 3 waits, a purchase is on its way."""
    with transaction(engine) as session:
        _stock(session)
    with transaction(engine) as session:
        channel = session.scalars(select(Channel).where(Channel.key == "web")).one()
        here = session.scalars(select(Location).where(Location.code == "MAIN")).one()
        lines = (a_line("RED", 10, 2390, discount=5975, tax=2988), a_line("KIT", 1, 5000, tax=833))
        capture(session, channel, [an_order_data("first", *lines, shipped=True)], shipped_from=here.id)
        second = an_order_data("second", a_line("KIT", 2, 5000, tax=1667))
        capture(session, channel, [second, an_order_data("third", a_line("BLUE", 4, 700))])
    with transaction(engine) as session:
        _put_in_work(session, 2)
        _label(session, 2)
        _take_back(session, 1)
    with transaction(engine) as session:
        _buy(session)
        rollup.roll_up(session, limit=5)


def _stock(session: Session) -> None:
    red, blue = an_item(session, "RED"), an_item(session, "BLUE")
    a_bundle(session, {red: 1, blue: 2}, "KIT")
    here = a_location(session, "MAIN")
    a_channel(session, "web", (here,), buffer=2)
    for sku in ("RED", "BLUE"):
        received = Adjustment(sku=sku, location="MAIN", reason=MovementReason.RECEIPT, delta=50, unit_cost=gbp(333))
        adjust(session, [received])
    adjust(session, [Adjustment(sku="BLUE", location="MAIN", reason=MovementReason.DAMAGE, delta=-2)])


def _put_in_work(session: Session, order_id: int) -> None:
    here = session.scalars(select(Location).where(Location.code == "MAIN")).one()
    work = FulfillmentOrder(order_id=order_id, location_id=here.id, method=FulfillmentMethod.SELF)
    session.add(work)
    session.flush()
    wanted = []
    for line in session.scalars(select(OrderLine).where(OrderLine.order_id == order_id, OrderLine.ships)):
        assert line.item_id is not None
        about = {"order_line_id": line.id, "item_id": line.item_id, "sku": line.sku, "quantity": line.quantity}
        task = FulfillmentLine(fulfillment_order_id=work.id, **about)
        session.add(task)
        session.flush()
        wanted.append(Wanted(task.id, line.id, order_id, line.item_id, here.id, line.quantity))
    assert reserve(session, wanted) == set()
    shift(session, [Shift(each.order_line_id, "open", "allocated", each.quantity) for each in wanted])
    statuses.refresh(session, [order_id])


def _label(session: Session, order_id: int) -> None:
    shipment = Shipment(order_id=order_id, status=ShipmentStatus.LABELLED)
    session.add(shipment)
    session.flush()
    package = Package(shipment_id=shipment.id)
    session.add(package)
    about = {"purpose": "label", "subject": f"ship_{shipment.id}", "call_key": "label-1", "state": CallState.SUCCEEDED}
    call = ExternalCall(**about, created_at=clock.now() - timedelta(minutes=1))
    session.add(call)
    session.flush()
    bought = Label(
        package_id=package.id,
        shipment_id=shipment.id,
        external_call_id=call.id,
        state=LabelState.PURCHASED,
        carrier="pigeon",
        service="day",
        cost_minor=399,
        cost_currency="GBP",
        purchased_at=clock.now(),
    )
    session.add(bought)
    session.flush()
    book.label(session, bought.id)


def _take_back(session: Session, order_id: int) -> None:
    line = session.scalars(select(OrderLine).where(OrderLine.order_id == order_id, OrderLine.sku == "RED")).first()
    here = session.scalars(select(Location).where(Location.code == "MAIN")).one()
    assert line is not None
    fact = take_back.ReturnFact(
        order_id=order_id,
        external_id="back",
        at=MARCH,
        lines=(take_back.ReturnedUnits(line.id, line.sku, 3, line.item_id),),
        location_id=here.id,
    )
    take_back.record(session, [fact])
    refund.create(session, order_id, refund.Wanted(lines={line.id: 3}, reason="scratched"))


def _buy(session: Session) -> None:
    purchase.supplier_upsert(session, "acme", {"name": "Acme", "currency": "GBP"})
    wanted = [purchase.Wanted(sku="RED", quantity=20, unit_cost=Decimal("3.10"))]
    bought = purchase.create(session, "acme", "MAIN", wanted)
    purchase.approve(session, bought)
    purchase.send(session, bought)
    purchase.receive(session, bought, [purchase.Received(sku="RED", quantity=5)])
