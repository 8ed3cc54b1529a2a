"""A person decides: a preview, and a move."""

from datetime import UTC, date, datetime, time

import pytest
from sqlalchemy import select, text
from sqlalchemy.orm import Session

from core.errors import IllegalState, NotFound, Unroutable
from core.flows.route import preview, route_orders
from core.fulfillment.models import (
    RoutingDecision,
)
from core.hub import Hub
from core.orders.models import Order
from tests.builders import a_channel, a_level, a_location, an_item
from tests.core.flows.fulfilling import a_ready_order, level_of, lines_of, work_of
from tests.core.stock.ledger import assert_levels_are_sums


def test_a_preview_changes_nothing_and_can_look_at_another_day(hub: Hub, session: Session) -> None:
    tea = an_item(session)
    shelf = a_location(session, timezone="Europe/Berlin", cutoff=time(14))
    a_level(session, tea, shelf, 5)
    order = a_ready_order(session, a_channel(session), {tea: 2})
    session.commit()

    before = preview(hub, order.id, at=datetime(2026, 3, 27, 12, 59, 59, tzinfo=UTC))
    after = preview(hub, order.id, at=datetime(2026, 3, 27, 13, 0, tzinfo=UTC))

    assert before.ship_on[shelf.code] == date(2026, 3, 27)
    assert after.ship_on[shelf.code] == date(2026, 3, 30)  # a Friday: then Monday, an hour earlier in UTC
    assert [assignment.location for assignment in before.plan.assignments] == [shelf.code]
    assert work_of(session, order) == []
    assert session.scalars(select(RoutingDecision)).all() == []
    assert level_of(session, tea, shelf.id) == (5, 0)


def test_a_person_moves_the_order_and_later_runs_keep_to_it(hub: Hub, session: Session) -> None:
    tea, channel = an_item(session, "TEA"), a_channel(session)
    first, second = a_location(session, "FIRST", priority=9), a_location(session, "SECOND")
    a_level(session, tea, first, 2)
    a_level(session, tea, second, 2)
    order = a_ready_order(session, channel, {tea: 2})
    session.commit()
    route_orders(hub, [order.id])

    route_orders(hub, [order.id], locations=["SECOND"])

    old, new = work_of(session, order)
    assert (old.location_id, old.work_state, new.location_id) == (first.id, "CANCELLED", second.id)
    assert level_of(session, tea, first.id) == (2, 0)
    assert level_of(session, tea, second.id) == (2, 2)
    assert lines_of(session, order) == [("TEA", 0, 0, 2, 0, 0)]
    decision = session.scalars(select(RoutingDecision).order_by(RoutingDecision.id.desc())).first()
    assert decision is not None
    assert (decision.pinned, decision.automatic) == (True, False)

    # Two more units are ordered: they keep to the place that the person chose, and so wait.
    session.execute(text("update order_lines set quantity = 4, open = 2"))
    session.execute(text("update orders set version = version + 1"))
    session.commit()
    route_orders(hub, [order.id])

    assert lines_of(session, order) == [("TEA", 0, 2, 2, 0, 0)]
    assert level_of(session, tea, first.id) == (2, 0)
    assert_levels_are_sums(session)


def test_a_move_that_would_lose_a_place_is_refused_and_changes_nothing(hub: Hub, session: Session) -> None:
    tea, channel = an_item(session, "TEA"), a_channel(session)
    first, second = a_location(session, "FIRST", priority=9), a_location(session, "SECOND")
    a_level(session, tea, first, 2)
    a_level(session, tea, second, 1)
    order = a_ready_order(session, channel, {tea: 2})
    session.commit()
    route_orders(hub, [order.id])

    with pytest.raises(
        Unroutable,
        match=r"cannot ship what has a place now\. All locations together have 1 of 2 TEA\.",
    ):
        route_orders(hub, [order.id], locations=["SECOND"])
    with pytest.raises(NotFound):
        route_orders(hub, [order.id], locations=["NOWHERE"])

    (work,) = work_of(session, order)
    assert (work.location_id, work.work_state) == (first.id, "OPEN")
    assert level_of(session, tea, first.id) == (2, 2)


def test_what_has_begun_is_not_moved(hub: Hub, session: Session) -> None:
    tea, channel = an_item(session), a_channel(session)
    first, second = a_location(session, "FIRST", priority=9), a_location(session, "SECOND")
    a_level(session, tea, first, 2)
    a_level(session, tea, second, 2)
    order = a_ready_order(session, channel, {tea: 2})
    session.commit()
    route_orders(hub, [order.id])
    session.execute(text("update fulfillment_lines set picked = 1"))
    session.commit()

    with pytest.raises(IllegalState):
        route_orders(hub, [order.id], locations=["SECOND"])

    assert [work.location_id for work in work_of(session, order)] == [first.id]


def test_an_order_that_was_routed_shows_in_a_preview_what_could_still_be_moved(hub: Hub, session: Session) -> None:
    tea = an_item(session)
    first, second = a_location(session, "FIRST", priority=9), a_location(session, "SECOND")
    a_level(session, tea, first, 2)
    a_level(session, tea, second, 2)
    order: Order = a_ready_order(session, a_channel(session), {tea: 2})
    session.commit()
    route_orders(hub, [order.id])

    shown = preview(hub, order.id)

    assert [(each.location, each.lines[0][1]) for each in shown.plan.assignments] == [("FIRST", 2)]
