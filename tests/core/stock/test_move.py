"""The stock ledger: levels are the sums of their movements, and own levels never fall below what is promised."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime

import pytest
from sqlalchemy import select, text
from sqlalchemy.engine import Engine
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from core.actor import acting_as
from core.db import transaction
from core.errors import InsufficientStock, Invalid
from core.stock.models import LocationKind, MovementReason, StockLevel, StockMovement
from core.stock.service import Movement, move, reserve
from tests.builders import a_channel, a_level, a_location, an_item, an_order, work_for
from tests.core.stock.ledger import assert_levels_are_sums


def test_a_level_begins_with_its_first_movement(session: Session) -> None:
    item, place = an_item(session), a_location(session)
    noon = datetime(2026, 3, 1, 12, tzinfo=UTC)
    receipt = Movement(
        item_id=item.id,
        location_id=place.id,
        reason=MovementReason.RECEIPT,
        on_hand=12,
        unit_cost_minor=345,
        cost_currency="GBP",
        reference="po_7",
        note="pallet 3",
        occurred_at=noon,
    )

    with acting_as("key:warehouse"):
        move(session, [receipt])

    level = session.scalars(select(StockLevel)).one()
    assert (level.on_hand, level.reserved, level.damaged, level.owned) == (12, 0, 0, True)
    row = session.scalars(select(StockMovement)).one()
    assert (row.on_hand_delta, row.unit_cost_minor, row.cost_currency) == (12, 345, "GBP")
    assert (row.reference, row.note, row.actor, row.occurred_at) == ("po_7", "pallet 3", "key:warehouse", noon)


def test_the_database_itself_refuses_a_movement_without_a_level(session: Session) -> None:
    here = a_level(session, an_item(session), a_location(session), 3)
    elsewhere = a_location(session)
    written = text(
        "insert into stock_movements (item_id, location_id, reason, actor, occurred_at) "
        "values (:item, :here, 'COUNT', 'ada', now()), (:item, :place, 'COUNT', 'ada', now())"
    )
    session.execute(written, {"item": here.item_id, "here": here.location_id, "place": here.location_id})

    with pytest.raises(IntegrityError, match="stock moves at a level"):
        session.execute(written, {"item": here.item_id, "here": here.location_id, "place": elsewhere.id})


def test_an_own_level_never_falls_below_zero(session: Session) -> None:
    item, place = an_item(session, "MUG"), a_location(session, "LONDON")
    level = a_level(session, item, place, 3)

    with pytest.raises(InsufficientStock) as refused:
        move(session, [Movement(item_id=item.id, location_id=place.id, reason=MovementReason.WRITE_OFF, on_hand=-4)])

    assert refused.value.message == (
        "MUG at LONDON has 3 on hand, of which 0 reserved, and 4 were asked. "
        "Take less, receive or count stock there first, or free what is reserved."
    )
    session.refresh(level)
    assert level.on_hand == 3
    assert_levels_are_sums(session)


def test_a_level_never_holds_more_than_can_be_counted(session: Session) -> None:
    item, place = an_item(session, "MUG"), a_location(session, "LONDON")
    level = a_level(session, item, place, 1_500_000_000)
    more = Movement(item_id=item.id, location_id=place.id, reason=MovementReason.RECEIPT, on_hand=1_000_000_000)

    with pytest.raises(Invalid, match="2,500,000,000 units of MUG would lie at LONDON"):
        move(session, [more])

    session.refresh(level)
    assert level.on_hand == 1_500_000_000
    assert_levels_are_sums(session)


def test_nor_below_what_is_reserved(session: Session) -> None:
    item, place = an_item(session, "MUG"), a_location(session, "LONDON")
    a_level(session, item, place, 5)
    assert reserve(session, work_for(session, an_order(session, a_channel(session), {item: 3}), place)) == set()

    with pytest.raises(InsufficientStock, match="5 on hand, of which 3 reserved, and 3 were asked"):
        move(session, [Movement(item_id=item.id, location_id=place.id, reason=MovementReason.ADJUST, on_hand=-3)])


def test_one_movement_that_does_not_fit_keeps_all_the_others_back(session: Session) -> None:
    place = a_location(session)
    good, bad = an_item(session), an_item(session)
    levels = [a_level(session, good, place, 5), a_level(session, bad, place, 1)]

    with pytest.raises(InsufficientStock):
        move(
            session,
            [
                Movement(item_id=item.id, location_id=place.id, reason=MovementReason.ADJUST, on_hand=-2)
                for item in (good, bad)
            ],
        )

    for level in levels:
        session.refresh(level)
    assert [level.on_hand for level in levels] == [5, 1]


def test_a_suppliers_figures_may_fall_below_zero(session: Session) -> None:
    item, place = an_item(session), a_location(session, kind=LocationKind.SUPPLIER)

    move(session, [Movement(item_id=item.id, location_id=place.id, reason=MovementReason.SNAPSHOT, on_hand=-2)])

    level = session.scalars(select(StockLevel)).one()
    assert (level.owned, level.on_hand) == (False, -2)


def test_more_than_is_damaged_cannot_be_taken_from_damaged(session: Session) -> None:
    item, place = an_item(session, "MUG"), a_location(session, "LONDON")
    a_level(session, item, place, 3)

    with pytest.raises(InsufficientStock, match="MUG at LONDON has 0 damaged units, and 1 were to be taken"):
        move(session, [Movement(item_id=item.id, location_id=place.id, reason=MovementReason.WRITE_OFF, damaged=-1)])


def test_first_movements_from_many_sides_at_once_lose_nothing(engine: Engine) -> None:
    with transaction(engine) as session:
        place = a_location(session)
        items = [an_item(session) for _ in range(6)]

    def receive(number: int) -> None:
        mixed = items if number % 2 else items[::-1]
        movements = [
            Movement(item_id=item.id, location_id=place.id, reason=MovementReason.RECEIPT, on_hand=number)
            for item in mixed
        ]
        for _ in range(5):
            with transaction(engine) as session:
                move(session, movements)

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(receive, range(1, 9)))

    with transaction(engine) as session:
        assert [level.on_hand for level in session.scalars(select(StockLevel))] == [5 * 36] * 6
        assert_levels_are_sums(session)
