"""Transfers and safety stock."""

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from core.catalog.models import ItemKind
from core.errors import CrossdockError, InsufficientStock
from core.flows.stock import set_safety, transfer
from core.stock.models import LocationKind, StockLevel, StockMovement
from core.stock.service import available
from tests.builders import a_channel, a_level, a_location, an_item, an_order, routed
from tests.core.stock.ledger import assert_levels_are_sums


def test_units_leave_here_and_arrive_there_at_once(session: Session) -> None:
    a_level(session, an_item(session, "MUG"), a_location(session, "LONDON"), 10)
    a_location(session, "LEEDS")

    levels = transfer(session, "MUG", "LONDON", "LEEDS", 4, reference="van 2")

    assert [level.on_hand for level in levels] == [6, 4]
    rows = session.scalars(select(StockMovement).order_by(StockMovement.id)).all()
    assert [(row.reason, row.on_hand_delta, row.reference) for row in rows[1:]] == [
        ("TRANSFER_OUT", -4, "van 2"),
        ("TRANSFER_IN", 4, "van 2"),
    ]
    assert_levels_are_sums(session)


def test_what_is_promised_stays(session: Session) -> None:
    item, place = an_item(session, "MUG"), a_location(session, "LONDON")
    a_level(session, item, place, 10)
    a_location(session, "LEEDS")
    routed(session, an_order(session, a_channel(session), {item: 7}), place)

    with pytest.raises(InsufficientStock):
        transfer(session, "MUG", "LONDON", "LEEDS", 4)


@pytest.mark.parametrize(
    ("arguments", "path"),
    [
        (("MUGG", "LONDON", "LEEDS", 1), "sku"),
        (("ADVICE", "LONDON", "LEEDS", 1), "sku"),
        (("MUG", "PARIS", "LEEDS", 1), "from"),
        (("MUG", "LONDON", "PARIS", 1), "to"),
        (("MUG", "LONDON", "LONDON", 1), "to"),
        (("MUG", "LONDON", "MILL", 1), "to"),
        (("MUG", "LONDON", "LEEDS", 0), "quantity"),
        (("MUG", "LONDON", "LEEDS", 2**31), "quantity"),
    ],
)
def test_what_makes_no_sense_is_refused(session: Session, arguments: tuple[str, str, str, int], path: str) -> None:
    a_level(session, an_item(session, "MUG"), a_location(session, "LONDON"), 10)
    an_item(session, "ADVICE", kind=ItemKind.SERVICE)
    a_location(session, "LEEDS")
    a_location(session, "MILL", kind=LocationKind.SUPPLIER)

    with pytest.raises(CrossdockError) as refused:
        transfer(session, *arguments)

    assert refused.value.path == (path,)


def test_safety_stock_is_kept_back_until_it_is_left_to_demand(session: Session) -> None:
    item, place = an_item(session, "MUG"), a_location(session, "LONDON")
    a_level(session, item, place, 10)

    level = set_safety(session, "MUG", "LONDON", 4)
    assert (level.safety, level.safety_automatic) == (4, False)
    assert available(session, [item.id]) == {(item.id, place.id): 6}

    level = set_safety(session, "MUG", "LONDON", None)
    assert (level.safety, level.safety_automatic) == (0, True)


def test_safety_stock_may_be_set_before_there_is_any(session: Session) -> None:
    an_item(session, "MUG")
    a_location(session, "LONDON")

    set_safety(session, "MUG", "LONDON", 4)

    assert session.scalars(select(StockLevel)).one().safety == 4
