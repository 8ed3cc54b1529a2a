"""What left before a count and is told of after it: the count knew, so nothing is deducted twice."""

from collections.abc import Iterator
from datetime import datetime, timedelta

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from core import clock
from core.cases.models import Case
from core.catalog.models import Item
from core.flows import fulfil, ship
from core.flows.ship.record import ShipmentFact
from core.flows.stock import Adjustment, Figure, adjust, snapshot
from core.fulfillment.models import FulfillmentLine, FulfillmentMethod, FulfillmentOrder
from core.ledgers.models import ItemCost
from core.orders.lines import Shift, shift
from core.orders.models import Order, OrderLine
from core.origin import Origin
from core.stock.models import Location, LocationKind, MovementReason, StockAuthority, StockLevel, StockMovement
from core.stock.service import Wanted, reserve
from crossdock.money import Money
from tests.builders import a_channel, a_level, a_location, an_item, an_order, routed
from tests.core.stock.ledger import assert_levels_are_sums


@pytest.fixture(autouse=True)
def _clock() -> Iterator[None]:
    before = clock._offset
    yield
    clock._offset = before


def later(minutes: int) -> datetime:
    clock.shift(timedelta(minutes=minutes))
    return clock.now()


def count(session: Session, on_hand: int, as_of: datetime | None = None) -> None:
    adjust(
        session,
        [Adjustment(sku="MUG", location="LEEDS", reason=MovementReason.COUNT, set_on_hand=on_hand, as_of=as_of)],
    )


def stands(session: Session) -> tuple[int, int]:
    level = session.scalars(select(StockLevel), execution_options={"populate_existing": True}).one()
    return level.on_hand, level.reserved


def pool(session: Session) -> tuple[int, int]:
    cost = session.scalars(select(ItemCost), execution_options={"populate_existing": True}).one()
    return cost.quantity, cost.value_minor


def told(session: Session, order: Order, at: datetime, place: Location) -> None:
    ship.record(session, [ShipmentFact(order_id=order.id, shipped_at=at, origin=Origin.PERSON, location_id=place.id)])


@pytest.fixture
def shelf(session: Session) -> Location:
    """Ten MUG at 2.00 each."""
    place = a_location(session, "LEEDS")
    an_item(session, "MUG")
    received = Adjustment(
        sku="MUG", location="LEEDS", reason=MovementReason.RECEIPT, delta=10, unit_cost=Money(200, "GBP")
    )
    adjust(session, [received])
    return place


def _mug(session: Session) -> Item:
    return session.scalars(select(Item).where(Item.sku == "MUG")).one()


@pytest.mark.parametrize("promised", [True, False])
def test_a_count_that_knew_of_a_shipment_stands_when_it_is_recorded_later(
    session: Session, shelf: Location, promised: bool
) -> None:
    order = an_order(session, a_channel(session), {_mug(session): 4})
    if promised:
        routed(session, order, shelf)
    left_at = later(10)
    later(10)
    count(session, 6)
    later(10)
    assert stands(session) == (6, 4 if promised else 0)

    told(session, order, left_at, shelf)

    assert stands(session) == (6, 0)
    assert pool(session)[0] == 6
    assert session.scalars(select(Case.code)).all() == []
    assert_levels_are_sums(session)


def test_what_left_after_the_count_is_deducted(session: Session, shelf: Location) -> None:
    order = an_order(session, a_channel(session), {_mug(session): 4})
    routed(session, order, shelf)
    counted_at = later(10)
    left_at = later(10)
    count(session, 10, counted_at)
    later(10)

    told(session, order, left_at, shelf)

    assert stands(session) == (6, 0)
    assert_levels_are_sums(session)


def test_goods_that_we_handed_over_before_the_count_are_not_deducted_twice(session: Session, shelf: Location) -> None:
    order = an_order(session, a_channel(session), {_mug(session): 4})
    routed(session, order, shelf)
    work = session.scalars(select(FulfillmentOrder)).one()
    fulfil.accept(session, work.id)
    shipment = fulfil.pack(session, work.id, [fulfil.Packed(weight_grams=500)])
    left_at = later(10)
    later(10)
    count(session, 6)

    ship.hand_over(session, [shipment], at=left_at)

    assert stands(session) == (6, 0)
    assert pool(session)[0] == 6
    assert_levels_are_sums(session)


@pytest.mark.parametrize("authority", [StockAuthority.LOCATION, StockAuthority.LOCATION_NET_OF_ORDERS])
def test_a_3pl_tells_of_a_shipment_after_its_list(session: Session, authority: StockAuthority) -> None:
    """Ten are there and four leave: its list says six, taken off for the parcel or before that for the order."""
    place = a_location(session, "LEEDS", kind=LocationKind.THIRD_PARTY, stock_authority=authority)
    item = an_item(session, "MUG")
    a_level(session, item, place, 10)
    order = an_order(session, a_channel(session), {item: 4})
    routed(session, order, place)
    session.scalars(select(FulfillmentOrder)).one().accepted_at = clock.now()
    left_at = later(10)
    listed_at = later(10)
    snapshot(session, place.id, [Figure(item.id, 6)], as_of=listed_at)
    later(10)

    told(session, order, left_at, place)

    assert stands(session) == (6, 0)
    assert_levels_are_sums(session)


def test_a_list_that_changed_nothing_is_remembered_all_the_same(session: Session) -> None:
    """Our books say six, and so does the list; four that nobody told us of had left before it, and it knew."""
    place = a_location(session, "LEEDS", kind=LocationKind.THIRD_PARTY, stock_authority=StockAuthority.LOCATION)
    item = an_item(session, "MUG")
    a_level(session, item, place, 6)
    order = an_order(session, a_channel(session), {item: 4})
    left_at = later(10)
    listed_at = later(10)
    moves = select(func.count(StockMovement.id))
    before = session.scalar(moves)
    for at in (later(-5), listed_at):
        snapshot(session, place.id, [Figure(item.id, 6)], as_of=at)
    assert session.scalar(moves) == before  # a list that changes nothing writes nothing
    later(20)

    told(session, order, left_at, place)
    snapshot(session, place.id, [Figure(item.id, 10)], as_of=left_at)  # it comes late, and a later one is known

    assert stands(session) == (6, 0)
    assert_levels_are_sums(session)


def test_a_shortfall_takes_back_what_was_promised_from_that_place_alone(session: Session) -> None:
    """An order of eight has four from each of two places; one of them turns out to be empty."""
    item = an_item(session, "MUG")
    leeds, york = a_location(session, "LEEDS"), a_location(session, "YORK")
    for place in (leeds, york):
        a_level(session, item, place, 4)
    order = an_order(session, a_channel(session), {item: 8})
    line = session.scalars(select(OrderLine)).one()
    for place in (leeds, york):
        _promised(session, order, line, place, 4)

    count(session, 0)

    levels = session.scalars(select(StockLevel).order_by(StockLevel.location_id)).all()
    for level in levels:
        session.refresh(level)
    assert [(level.on_hand, level.reserved) for level in levels] == [(0, 0), (4, 4)]
    (case,) = session.scalars(select(Case)).all()
    assert case.data["taken_back"] == {order.number: 4}


def _promised(session: Session, order: Order, line: OrderLine, place: Location, units: int) -> None:
    """Work for some units of a line at one place, reserved there."""
    work = FulfillmentOrder(order_id=order.id, location_id=place.id, method=FulfillmentMethod.SELF)
    session.add(work)
    session.flush()
    assert line.item_id is not None
    task = FulfillmentLine(
        fulfillment_order_id=work.id, order_line_id=line.id, item_id=line.item_id, sku=line.sku, quantity=units
    )
    session.add(task)
    session.flush()
    assert reserve(session, [Wanted(task.id, line.id, order.id, line.item_id, place.id, units)]) == set()
    shift(session, [Shift(line.id, "open", "allocated", units)])
