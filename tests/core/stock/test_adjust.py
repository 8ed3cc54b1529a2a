"""Adjusting stock: receipts, corrections, damage; and facts that leave less than was promised."""

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from core import clock
from core.cases.models import Case
from core.catalog.models import ItemKind
from core.errors import CrossdockError, InsufficientStock, Invalid, NotFound
from core.events.models import Event
from core.flows.stock import Adjustment, adjust
from core.fulfillment.models import FulfillmentMethod, FulfillmentOrder
from core.jobs.models import Job
from core.ledgers.models import Posting
from core.orders.models import OrderLine
from core.stock.models import LocationKind, MovementReason, StockLevel, StockMovement
from crossdock import Money
from tests.builders import a_channel, a_level, a_location, an_item, an_order, routed
from tests.core.stock.ledger import assert_levels_are_sums


def test_a_receipt_adds_stock_and_its_value(session: Session) -> None:
    item = an_item(session, "MUG")
    a_location(session, "LONDON")

    [level] = adjust(
        session,
        [
            Adjustment(
                sku="MUG",
                location="LONDON",
                reason=MovementReason.RECEIPT,
                delta=12,
                bin="A-07",
                unit_cost=Money(345, "GBP"),
                reference="PO-7",
            )
        ],
    )

    assert (level.on_hand, level.bin) == (12, "A-07")
    assert sorted(session.scalars(select(Posting.amount_minor))) == [-4140, 4140]
    session.commit()
    told = session.scalars(select(Event).where(Event.name == "stock.adjusted")).one()
    assert told.subject == f"lvl_{level.id}"
    assert told.message == "MUG at LONDON: 0 on hand became 12, receipt (PO-7)."
    job = session.scalars(select(Job)).one()
    assert (job.name, job.arguments) == ("stock.changed", {"item_ids": [item.id]})


def test_damage_moves_units_from_the_shelf_to_damaged(session: Session) -> None:
    a_level(session, an_item(session, "MUG"), a_location(session, "LONDON"), 10)

    [level] = adjust(session, [Adjustment(sku="MUG", location="LONDON", reason=MovementReason.DAMAGE, delta=-3)])

    assert (level.on_hand, level.damaged) == (7, 3)
    assert_levels_are_sums(session)


def test_a_figure_sets_what_is_on_hand(session: Session) -> None:
    a_level(session, an_item(session, "MUG"), a_location(session, "LONDON"), 10)

    [level] = adjust(session, [Adjustment(sku="MUG", location="LONDON", reason=MovementReason.ADJUST, set_on_hand=4)])

    assert level.on_hand == 4
    assert session.scalars(select(StockMovement.on_hand_delta).order_by(StockMovement.id)).all() == [10, -6]


def test_a_correction_may_not_take_what_is_promised(session: Session) -> None:
    item, place = an_item(session, "MUG"), a_location(session, "LONDON")
    level = a_level(session, item, place, 5)
    routed(session, an_order(session, a_channel(session), {item: 3}), place)

    with pytest.raises(InsufficientStock, match="MUG at LONDON has 5 on hand, of which 3 reserved, and 3 were asked"):
        adjust(session, [Adjustment(sku="MUG", location="LONDON", reason=MovementReason.ADJUST, delta=-3)])

    session.refresh(level)
    assert level.on_hand == 5


@pytest.mark.parametrize("reason", [MovementReason.COUNT, MovementReason.DAMAGE])
def test_a_fact_takes_back_the_youngest_promises_and_opens_a_case(session: Session, reason: MovementReason) -> None:
    item, place, channel = an_item(session, "MUG"), a_location(session, "LONDON"), a_channel(session)
    a_level(session, item, place, 10)
    first, second, third = (an_order(session, channel, {item: quantity}) for quantity in (4, 3, 3))
    for order in (first, second, third):
        routed(session, order, place)
    session.commit()

    [level] = adjust(session, [Adjustment(sku="MUG", location="LONDON", reason=reason, delta=-4)])

    assert (level.on_hand, level.reserved) == (6, 6)
    lines = session.scalars(
        select(OrderLine).order_by(OrderLine.order_id).execution_options(populate_existing=True)
    ).all()
    assert [(line.allocated, line.open) for line in lines] == [(4, 0), (2, 1), (0, 3)]
    case = session.scalars(select(Case)).one()
    assert (case.code, case.subject) == ("stock_shortfall", f"lvl_{level.id}")
    assert case.message == (
        "4 units of MUG at LONDON were promised but are not there. "
        f"Taken back, youngest first, and routed again: 3 of {third.number}, 1 of {second.number}."
    )
    session.commit()
    again = session.scalars(select(Job.same_as).where(Job.name == "orders.advance").order_by(Job.same_as)).all()
    assert again == sorted([str(second.id), str(third.id)])
    assert_levels_are_sums(session)


def test_more_than_is_there_cannot_be_damaged(session: Session) -> None:
    level = a_level(session, an_item(session, "MUG"), a_location(session, "LONDON"), 3)

    with pytest.raises(InsufficientStock, match="MUG at LONDON has 3 on hand, of which 0 reserved, and 5 were asked"):
        adjust(session, [Adjustment(sku="MUG", location="LONDON", reason=MovementReason.DAMAGE, delta=-5)])

    session.refresh(level)
    assert (level.on_hand, level.damaged) == (3, 0)


def test_what_somebody_else_has_stays_on_hand_until_it_answers(session: Session) -> None:
    item, place = an_item(session, "MUG"), a_location(session, "DEPOT", kind=LocationKind.THIRD_PARTY)
    a_level(session, item, place, 10)
    order = an_order(session, a_channel(session), {item: 8})
    routed(session, order, place)
    work = session.scalars(select(FulfillmentOrder)).one()
    work.method, work.submitted_at = FulfillmentMethod.THIRD_PARTY, clock.now()
    session.commit()

    [level] = adjust(session, [Adjustment(sku="MUG", location="DEPOT", reason=MovementReason.COUNT, set_on_hand=5)])

    assert (level.on_hand, level.reserved) == (8, 8)
    assert session.scalars(select(FulfillmentOrder.request_state)).one() == "CANCELLATION_REQUESTED"
    assert session.scalars(select(Case.message)).one() == (
        "3 units of MUG at DEPOT were promised but are not there. "
        "3 could not be taken back and still count as on hand: find them, or cancel their work."
    )
    assert_levels_are_sums(session)


@pytest.mark.parametrize(
    ("fields", "path", "words"),
    [
        ({"sku": "MUGG", "delta": 1}, "sku", "No item has the SKU 'MUGG'"),
        ({"location": "PARIS", "delta": 1}, "location", "No location has the code 'PARIS'"),
        ({"sku": "ADVICE", "delta": 1}, "sku", "ADVICE is a service and has no stock"),
        ({"delta": 0}, "delta", "changes nothing"),
        ({"delta": 2**31}, "delta", "more than a location can hold"),
        ({"set_on_hand": 2**31}, "setOnHand", "cannot lie anywhere"),
        ({"set_on_hand": -1}, "setOnHand", "cannot lie anywhere"),
        ({"delta": 1, "set_on_hand": 1}, None, "not both"),
        ({}, None, "either"),
        ({"delta": -1, "reason": MovementReason.RECEIPT}, "delta", "brings units"),
        ({"delta": 1, "reason": MovementReason.WRITE_OFF}, "delta", "takes units away"),
        ({"delta": -1, "reason": MovementReason.DAMAGE, "location": "MILL"}, "location", "is a supplier"),
        ({"delta": 1, "unit_cost": Money(-1, "GBP")}, "unitCost", "0 or more"),
        ({"delta": 1, "as_of": clock.now() + timedelta(days=900)}, "asOf", "still to come"),
    ],
)
def test_what_makes_no_sense_is_refused_by_its_path(
    session: Session, fields: dict[str, object], path: str | None, words: str
) -> None:
    an_item(session, "MUG")
    an_item(session, "ADVICE", kind=ItemKind.SERVICE)
    a_location(session, "LONDON")
    a_location(session, "MILL", kind=LocationKind.SUPPLIER)
    good = Adjustment(sku="MUG", location="LONDON", reason=MovementReason.ADJUST, delta=5)
    given: dict[str, Any] = {"sku": "MUG", "location": "LONDON", "reason": MovementReason.ADJUST, **fields}

    with pytest.raises(CrossdockError, match=words) as refused:
        adjust(session, [good, Adjustment(**given)])

    assert isinstance(refused.value, Invalid | NotFound)
    assert refused.value.path == tuple(filter(None, ("adjustments", "1", path)))
    assert session.scalars(select(StockMovement)).all() == []


def test_a_figure_settles_a_place_so_it_is_named_once(session: Session) -> None:
    a_level(session, an_item(session, "MUG"), a_location(session, "LONDON"), 10)
    count = Adjustment(sku="MUG", location="LONDON", reason=MovementReason.COUNT, set_on_hand=4)

    with pytest.raises(Invalid, match="named more than once"):
        adjust(session, [count, count])

    assert session.scalars(select(StockLevel)).one().on_hand == 10
