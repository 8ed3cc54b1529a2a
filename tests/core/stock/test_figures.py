"""Figures of some time ago: what moved since still counts, and nothing is deducted twice."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.engine import Engine
from sqlalchemy.orm import Session

from core import clock
from core.cases.models import Case
from core.db import transaction
from core.flows.stock import Adjustment, Figure, adjust, snapshot
from core.fulfillment.models import FulfillmentLine, FulfillmentOrder
from core.orders.lines import Shift, shift
from core.orders.models import Order, OrderLine
from core.orders.queries import locked
from core.stock.models import Location, LocationKind, MovementReason, StockAuthority, StockLevel, StockMovement
from core.stock.service import Movement, Wanted, consume, move, reserve
from tests.builders import a_channel, a_level, a_location, an_item, an_order, routed, work_for
from tests.core.stock.ledger import assert_levels_are_sums


@pytest.fixture(autouse=True)
def _clock() -> Iterator[None]:
    before = clock._offset
    yield
    clock._offset = before


def later(minutes: int) -> datetime:
    """Let time pass; the moment that it is then."""
    clock.shift(timedelta(minutes=minutes))
    return clock.now()


def accepted(session: Session, lines: list[Wanted], at: datetime) -> None:
    work = session.scalars(
        select(FulfillmentOrder)
        .join(FulfillmentLine, FulfillmentLine.fulfillment_order_id == FulfillmentOrder.id)
        .where(FulfillmentLine.id == lines[0].fulfillment_line_id)
    ).one()
    work.accepted_at = at
    session.flush()


def count(session: Session, on_hand: int, as_of: datetime | None, location: str = "LONDON") -> StockLevel:
    given = Adjustment(sku="MUG", location=location, reason=MovementReason.COUNT, set_on_hand=on_hand, as_of=as_of)
    [level] = adjust(session, [given])
    return level


def test_a_stocktake_while_selling_goes_on(session: Session) -> None:
    item, place, channel = an_item(session, "MUG"), a_location(session, "LONDON"), a_channel(session)
    a_level(session, item, place, 100)
    before = routed(session, an_order(session, channel, {item: 10}), place)
    counted_at = later(10)
    later(10)
    consume(session, {before[0].fulfillment_line_id: 10}, reference="shp_1")
    receipt = Movement(item_id=item.id, location_id=place.id, reason=MovementReason.RECEIPT, on_hand=30)
    move(session, [receipt])
    routed(session, an_order(session, channel, {item: 5}), place)
    later(10)

    level = count(session, 98, counted_at)

    assert (level.on_hand, level.reserved) == (98 - 10 + 30, 5)
    correction = session.scalars(select(StockMovement).where(StockMovement.reason == MovementReason.COUNT)).one()
    assert (correction.on_hand_delta, correction.occurred_at) == (-2, counted_at)
    assert_levels_are_sums(session)


def test_the_same_count_again_changes_nothing(session: Session) -> None:
    a_level(session, an_item(session, "MUG"), a_location(session, "LONDON"), 100)
    counted_at = later(10)
    later(10)

    assert [count(session, 97, counted_at).on_hand, count(session, 97, counted_at).on_hand] == [97, 97]


def test_a_count_that_a_later_one_has_overtaken_is_passed_over(session: Session) -> None:
    a_level(session, an_item(session, "MUG"), a_location(session, "LONDON"), 100)
    first = later(10)
    second = later(10)
    later(10)

    count(session, 90, second)
    assert count(session, 95, first).on_hand == 90


def test_a_count_of_less_than_has_left_since_is_a_case(session: Session) -> None:
    item, place = an_item(session, "MUG"), a_location(session, "LONDON")
    a_level(session, item, place, 10)
    counted_at = later(10)
    later(10)
    move(session, [Movement(item_id=item.id, location_id=place.id, reason=MovementReason.WRITE_OFF, on_hand=-7)])

    assert count(session, 5, counted_at).on_hand == 0

    case = session.scalars(select(Case)).one()
    assert (case.code, case.data) == ("stock_figure_contradicted", {"units": 2})
    assert_levels_are_sums(session)


@pytest.fixture
def third_party(session: Session) -> Location:
    return a_location(
        session,
        "DEPOT",
        kind=LocationKind.THIRD_PARTY,
        stock_authority=StockAuthority.LOCATION_NET_OF_ORDERS,
    )


def test_a_3pl_snapshot_from_before_it_saw_our_last_orders_deducts_nothing_twice(
    session: Session, third_party: Location
) -> None:
    item, channel = an_item(session, "MUG"), a_channel(session)
    a_level(session, item, third_party, 100)
    seen = [routed(session, an_order(session, channel, {item: 4}), third_party) for _ in range(2)]
    for lines in seen:
        accepted(session, lines, later(1))
    unseen = [routed(session, an_order(session, channel, {item: 1}), third_party) for _ in range(3)]
    taken_at = later(10)
    for lines in unseen:
        accepted(session, lines, later(1))
    consume(session, {seen[0][0].fulfillment_line_id: 4}, reference="shp_1")
    later(10)

    # 100 lie there, and it has taken off the two orders that it saw.
    assert snapshot(session, third_party.id, [Figure(item.id, 92)], as_of=taken_at, reference="stock-0417.csv") == 1

    level = session.scalars(select(StockLevel).execution_options(populate_existing=True)).one()
    assert (level.on_hand, level.reserved) == (96, 7)
    assert session.scalars(select(StockMovement).where(StockMovement.reason == MovementReason.SNAPSHOT)).all() == []
    assert_levels_are_sums(session)


def test_and_one_that_differs_corrects_by_the_difference(session: Session, third_party: Location) -> None:
    item, channel = an_item(session, "MUG"), a_channel(session)
    a_level(session, item, third_party, 100)
    accepted(session, routed(session, an_order(session, channel, {item: 4}), third_party), later(1))
    routed(session, an_order(session, channel, {item: 3}), third_party)
    taken_at = later(10)
    later(10)

    level = count(session, 95, taken_at, "DEPOT")

    assert (level.on_hand, level.reserved) == (99, 7)


def test_a_location_that_counts_everything_is_believed_as_it_is(session: Session) -> None:
    place = a_location(session, "STORE", stock_authority=StockAuthority.LOCATION)
    item = an_item(session, "MUG")
    a_level(session, item, place, 20)
    accepted(session, routed(session, an_order(session, a_channel(session), {item: 4}), place), later(1))
    taken_at = later(10)

    snapshot(session, place.id, [Figure(item.id, 18)], as_of=taken_at)

    level = session.scalars(select(StockLevel).execution_options(populate_existing=True)).one()
    assert (level.on_hand, level.reserved) == (18, 4)


def test_what_a_complete_list_does_not_name_is_not_there(session: Session, third_party: Location) -> None:
    named, forgotten = an_item(session), an_item(session)
    for item in (named, forgotten):
        a_level(session, item, third_party, 5)
    taken_at = later(10)

    assert snapshot(session, third_party.id, [Figure(named.id, 5)], as_of=taken_at, complete=True) == 2

    levels = session.scalars(select(StockLevel).order_by(StockLevel.item_id).execution_options(populate_existing=True))
    assert [level.on_hand for level in levels] == [5, 0]


def test_counts_and_sales_at_the_same_time_keep_every_promise_that_stands(engine: Engine) -> None:
    with transaction(engine) as session:
        item, place, channel = an_item(session, "MUG"), a_location(session, "LONDON"), a_channel(session)
        a_level(session, item, place, 60)
        orders = [an_order(session, channel, {item: 2}) for _ in range(40)]

    def sell(order: Order) -> int:
        with transaction(engine) as session:
            locked(session, [order.id])
            wanted = work_for(session, order, place)
            if reserve(session, wanted):
                session.rollback()
                return 0
            shift(session, [Shift(line.order_line_id, "open", "allocated", line.quantity) for line in wanted])
            return 2

    def recount(number: int) -> None:
        with transaction(engine) as session:
            counted = Adjustment(sku="MUG", location="LONDON", reason=MovementReason.COUNT, set_on_hand=40 - 5 * number)
            adjust(session, [counted])

    with ThreadPoolExecutor(6) as pool:
        counts = [pool.submit(recount, number) for number in range(4)]
        sold = sum(pool.map(sell, orders))
        for each in counts:
            each.result()

    with transaction(engine) as session:
        level = session.scalars(select(StockLevel)).one()
        assert level.reserved <= level.on_hand <= 40
        assert level.reserved <= sold
        allocated = session.scalars(select(OrderLine.allocated)).all()
        assert sum(allocated) == level.reserved
        assert_levels_are_sums(session)
