"""Work of our own warehouse: accepted, picked, and what is not on the shelf."""

from typing import Any

import pytest
from sqlalchemy import select, text
from sqlalchemy.orm import Session

from core.errors import IllegalState, Invalid
from core.flows import fulfil, statuses
from core.fulfillment.models import FulfillmentLine, RequestState
from core.fulfillment.queries import pick_list
from core.hub import Hub
from core.jobs.run import run_jobs
from tests.core.flows.fulfil.answers import line_of
from tests.core.flows.fulfilling import (
    cases,
    level_of,
    lines_of,
    parts_of,
    work_of,
)
from tests.core.stock.ledger import assert_levels_are_sums


def test_our_own_warehouse_accepts_at_once(session: Session, own: Any) -> None:
    (work,) = work_of(session, own[0])
    assert (work.request_state, work.accepted_at is not None) == (RequestState.ACCEPTED, True)
    assert parts_of(session, work)[0].accepted == 5


def test_another_items_barcode_is_refused_and_nothing_is_counted(session: Session, own: Any) -> None:
    (work,) = work_of(session, own[0])
    line = line_of(session, own[0])

    with pytest.raises(Invalid, match="not that of TEA"):
        fulfil.pick(session, work.id, [fulfil.Picked(line, 1, "4006381333931")])
    session.rollback()
    fulfil.pick(session, work.id, [fulfil.Picked(line, 4, "5012345678900")])
    with pytest.raises(Invalid, match="1 are still to be picked, not 2"):
        fulfil.pick(session, work.id, [fulfil.Picked(line, 2)])


def test_what_is_not_on_the_shelf_is_routed_anew_from_elsewhere(hub: Hub, session: Session, own: Any) -> None:
    order, tea, first, second = own
    (work,) = work_of(session, order)
    line = line_of(session, order)

    fulfil.pick(session, work.id, [fulfil.Picked(line, 3)], short={line: 2})
    session.commit()
    run_jobs(hub)

    begun, other = work_of(session, order)
    assert (begun.work_state, other.location_id) == ("IN_PROGRESS", second.id)
    assert [part.quantity for part in parts_of(session, other)] == [2]
    assert (level_of(session, tea, first.id), level_of(session, tea, second.id)) == ((9, 3), (9, 2))
    assert [case.code for case in cases(session)] == ["not_on_shelf"]
    assert lines_of(session, order) == [("TEA", 0, 0, 5, 0, 0)]
    assert_levels_are_sums(session)


def test_the_pick_list_names_item_bin_and_work(session: Session, own: Any) -> None:
    order, tea, first, _ = own
    session.execute(text("update stock_levels set bin = 'A-7' where location_id = :id"), {"id": first.id})
    (work,) = work_of(session, order)

    (line,) = pick_list(session, "LEEDS")

    assert (line.item_id, line.bin, line.quantity, line.picked, line.fulfillment_order_ids) == (
        tea.id,
        "A-7",
        5,
        0,
        [work.id],
    )
    assert pick_list(session, "YORK") == []
    assert pick_list(session, "LEEDS", [work.id + 1]) == []


def test_accepting_and_rejecting_twice_changes_nothing(hub: Hub, session: Session, split: Any) -> None:
    order, *_ = split
    (work,) = work_of(session, order)
    line = line_of(session, order)

    for _ in range(2):
        fulfil.accept(session, work.id, lines={line: 6})
        fulfil.reject(session, work.id, lines={line: 4}, reason="Out of stock.")
        session.commit()

    (part,) = session.scalars(select(FulfillmentLine).where(FulfillmentLine.fulfillment_order_id == work.id)).all()
    assert (part.accepted, part.rejected) == (6, 4)
    assert cases(session) == []


def test_units_are_withdrawn_from_our_own_work_at_once_and_from_a_suppliers_by_asking(
    hub: Hub, session: Session, split: Any
) -> None:
    order, tea, first, _ = split
    line = line_of(session, order)

    withdrawn = fulfil.withdraw(session, order.id, {line: 4})
    again = fulfil.withdraw(session, order.id, {line: 10})
    statuses.refresh(session, [order.id])

    assert (withdrawn.taken, withdrawn.asked, withdrawn.refused) == ({}, {line: 4}, {})
    assert (again.asked, again.refused) == ({line: 6}, {line: 4})
    assert level_of(session, tea, first.id)[1] == 10


def test_work_that_is_over_takes_no_picking(session: Session, own: Any) -> None:
    order, *_ = own
    (work,) = work_of(session, order)
    line = line_of(session, order)
    fulfil.withdraw(session, order.id, {line: 5})

    with pytest.raises(IllegalState, match="is over"):
        fulfil.pick(session, work.id, [fulfil.Picked(line, 1)])
