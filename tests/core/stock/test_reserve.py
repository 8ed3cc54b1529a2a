"""Reserving: nobody gets what is not there, however many ask at once."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from sqlalchemy import func, select
from sqlalchemy.engine import Engine
from sqlalchemy.orm import Session

from core.db import transaction
from core.errors import InsufficientStock, Invalid
from core.stock.models import LocationKind, MovementReason, Reservation, StockLevel, StockMovement
from core.stock.service import Wanted, available, consume, release, reserve
from tests.builders import a_channel, a_level, a_location, an_item, an_order, work_for
from tests.core.stock.ledger import assert_levels_are_sums
from tests.statements import counted


def test_an_order_gets_what_is_there(session: Session) -> None:
    level = a_level(session, item := an_item(session), place := a_location(session), 10)
    wanted = work_for(session, an_order(session, a_channel(session), {item: 4}), place)

    assert reserve(session, wanted) == set()

    session.refresh(level)
    assert (level.on_hand, level.reserved) == (10, 4)
    assert available(session, [item.id]) == {(item.id, place.id): 6}
    kept = session.scalars(select(Reservation)).one()
    assert (kept.fulfillment_line_id, kept.quantity) == (wanted[0].fulfillment_line_id, 4)
    moved = session.scalars(select(StockMovement).where(StockMovement.reason == MovementReason.RESERVE)).one()
    assert (moved.reserved_delta, moved.on_hand_delta, moved.actor) == (4, 0, "hub")
    assert moved.reference == f"ord_{wanted[0].order_id}"
    assert_levels_are_sums(session)


def test_safety_stock_is_not_given_away(session: Session) -> None:
    level = a_level(session, item := an_item(session), place := a_location(session), 10, safety=7)
    channel = a_channel(session)
    four = work_for(session, an_order(session, channel, {item: 4}), place)
    three = work_for(session, an_order(session, channel, {item: 3}), place)

    assert reserve(session, four + three) == {four[0].order_id}

    session.refresh(level)
    assert level.reserved == 3


def test_an_order_gets_all_of_its_lines_or_none(session: Session) -> None:
    place, plenty, scarce = a_location(session), an_item(session), an_item(session)
    levels = [a_level(session, plenty, place, 100), a_level(session, scarce, place, 1)]
    wanted = work_for(session, an_order(session, a_channel(session), {plenty: 5, scarce: 2}), place)

    assert reserve(session, wanted) == {wanted[0].order_id}

    for level in levels:
        session.refresh(level)
    assert [level.reserved for level in levels] == [0, 0]
    assert session.scalar(select(func.count()).select_from(Reservation)) == 0


def test_two_lines_of_one_item_are_summed_before_they_are_judged(session: Session) -> None:
    a_level(session, item := an_item(session), place := a_location(session), 5)
    channel = a_channel(session)
    [first] = work_for(session, an_order(session, channel, {item: 3}), place)
    [second] = work_for(session, an_order(session, channel, {item: 3}), place)
    together = [first, Wanted(second.fulfillment_line_id, second.order_line_id, first.order_id, item.id, place.id, 3)]

    assert reserve(session, together) == {first.order_id}
    assert available(session, [item.id]) == {(item.id, place.id): 5}


def test_two_bundles_that_share_a_component_are_summed_too(session: Session) -> None:
    place, shared, own = a_location(session), an_item(session), an_item(session)
    a_level(session, shared, place, 3)
    a_level(session, own, place, 10)
    channel = a_channel(session)
    [kit, extra] = work_for(session, an_order(session, channel, {shared: 2, own: 1}), place)
    [other] = work_for(session, an_order(session, channel, {shared: 2}), place)
    in_one = Wanted(other.fulfillment_line_id, other.order_line_id, kit.order_id, shared.id, place.id, 2)

    assert reserve(session, [kit, extra, in_one]) == {kit.order_id}
    assert reserve(session, [kit, extra]) == set()
    assert available(session, [shared.id, own.id]) == {(shared.id, place.id): 1, (own.id, place.id): 9}


def test_orders_are_served_in_the_order_given_and_one_refused_stands_in_nobodys_way(session: Session) -> None:
    a_level(session, item := an_item(session), place := a_location(session), 6)
    channel = a_channel(session)
    wanted = [
        line
        for quantity in (2, 5, 3, 4, 1, 1)
        for line in work_for(session, an_order(session, channel, {item: quantity}), place)
    ]
    orders = [line.order_id for line in wanted]

    assert reserve(session, wanted) == {orders[1], orders[3], orders[5]}
    assert available(session, [item.id]) == {}
    assert_levels_are_sums(session)


def test_a_supplier_promises_no_more_than_it_offered(session: Session) -> None:
    place = a_location(session, kind=LocationKind.SUPPLIER)
    level = a_level(session, item := an_item(session), place, 2)
    wanted = work_for(session, an_order(session, a_channel(session), {item: 3}), place)

    assert level.owned is False
    assert reserve(session, wanted) == {wanted[0].order_id}


def test_where_there_never_was_stock_nothing_is_promised(session: Session) -> None:
    item, place = an_item(session), a_location(session)
    wanted = work_for(session, an_order(session, a_channel(session), {item: 1}), place)

    assert reserve(session, wanted) == {wanted[0].order_id}


@pytest.mark.parametrize("quantity", [0, -1])
def test_only_a_positive_number_of_units_can_be_reserved(session: Session, quantity: int) -> None:
    with pytest.raises(Invalid):
        reserve(session, [Wanted(1, 1, 1, 1, 1, quantity)])


def test_releasing_twice_frees_once(session: Session) -> None:
    level = a_level(session, item := an_item(session), place := a_location(session), 10)
    [line] = work_for(session, an_order(session, a_channel(session), {item: 6}), place)
    reserve(session, [line])

    assert release(session, {line.fulfillment_line_id: 2}) == {line.fulfillment_line_id: 2}
    assert release(session, {line.fulfillment_line_id: 9}, reference="ord_1") == {line.fulfillment_line_id: 4}
    assert release(session, {line.fulfillment_line_id: 9}) == {}

    session.refresh(level)
    assert (level.on_hand, level.reserved) == (10, 0)
    assert_levels_are_sums(session)


def test_what_ships_leaves_the_shelf_and_its_reservation_together(session: Session) -> None:
    level = a_level(session, item := an_item(session), place := a_location(session), 10)
    [line] = work_for(session, an_order(session, a_channel(session), {item: 6}), place)
    reserve(session, [line])

    consume(session, {line.fulfillment_line_id: 4}, reference="shp_7")

    session.refresh(level)
    assert (level.on_hand, level.reserved) == (6, 2)
    moved = session.scalars(select(StockMovement).where(StockMovement.reason == MovementReason.SHIP)).one()
    assert (moved.on_hand_delta, moved.reserved_delta, moved.reference) == (-4, -4, "shp_7")
    with pytest.raises(InsufficientStock, match="2 units reserved and cannot ship 3"):
        consume(session, {line.fulfillment_line_id: 3}, reference="shp_8")


def test_sixteen_tills_sell_four_hundred_units_and_not_one_more(engine: Engine) -> None:
    with transaction(engine) as session:
        level = a_level(session, item := an_item(session), place := a_location(session), 400)
        channel = a_channel(session)
        work = [work_for(session, an_order(session, channel, {item: 1 + n % 3}), place) for n in range(320)]
    start = Barrier(16)

    def till(number: int) -> int:
        start.wait()
        sold = 0
        for mine in range(number, len(work), 16):
            with transaction(engine) as session:
                refused = reserve(session, work[mine])
            sold += 0 if refused else work[mine][0].quantity
        return sold

    with ThreadPoolExecutor(16) as tills:
        assert sum(tills.map(till, range(16))) == 400

    with transaction(engine) as session:
        level = session.get_one(StockLevel, level.id)
        assert (level.on_hand, level.reserved) == (400, 400)
        assert_levels_are_sums(session)


def test_orders_that_want_the_same_two_items_in_any_sequence_never_wait_for_each_other(engine: Engine) -> None:
    with transaction(engine) as session:
        place, channel = a_location(session), a_channel(session)
        one, two = an_item(session), an_item(session)
        for item in (one, two):
            a_level(session, item, place, 30)
        work = [
            work_for(session, an_order(session, channel, {one: 1, two: 1} if n % 2 else {two: 1, one: 1}), place)
            for n in range(48)
        ]
    start = Barrier(8)

    def till(number: int) -> int:
        start.wait()
        sold = 0
        for mine in range(number, len(work), 8):
            with transaction(engine) as session:
                sold += not reserve(session, work[mine])
            with transaction(engine) as session:
                if mine % 3 == 0:
                    release(session, {line.fulfillment_line_id: 1 for line in work[mine]})
        return sold

    with ThreadPoolExecutor(8) as tills:
        assert sum(tills.map(till, range(8))) >= 30

    with transaction(engine) as session:
        assert_levels_are_sums(session)


def test_a_hundred_lines_take_one_statement(session: Session, engine: Engine) -> None:
    place, channel = a_location(session), a_channel(session)
    one, two = an_item(session), an_item(session)
    for item in (one, two):
        a_level(session, item, place, 1000)
    wanted = [
        line for _ in range(50) for line in work_for(session, an_order(session, channel, {one: 1, two: 2}), place)
    ]
    session.flush()

    with counted(engine) as statements:
        assert reserve(session, wanted) == set()

    assert len(statements) == 1
