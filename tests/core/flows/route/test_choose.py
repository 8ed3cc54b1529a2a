"""Routing: who ships what."""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from sqlalchemy import event, select, text
from sqlalchemy.orm import Session

from core.flows.route import route_orders
from core.fulfillment.models import (
    FulfillmentMethod,
    RequestState,
    RoutingAssignment,
    RoutingCandidate,
    RoutingDecision,
)
from core.hub import Hub
from core.orders.states import OrderStatus
from tests.builders import a_channel, a_level, a_location, an_item
from tests.core.flows.fulfilling import a_ready_order, cases, events, level_of, lines_of, parts_of, work_of
from tests.core.stock.ledger import assert_levels_are_sums

FROM_LEEDS = {"line1": "2 Dock Road", "city": "Leeds", "postal_code": "LS1 4AP", "country": "GB"}


@contextmanager
def counted(hub: Hub) -> Iterator[list[str]]:
    """The statements that are executed meanwhile."""
    statements: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_rest: object) -> None:
        statements.append(statement)

    event.listen(hub.engine, "before_cursor_execute", note)
    try:
        yield statements
    finally:
        event.remove(hub.engine, "before_cursor_execute", note)


def test_the_preferred_location_ships_what_it_has_and_every_other_says_why_not(hub: Hub, session: Session) -> None:
    tea = an_item(session, "TEA", weight_grams=250)
    near, far = a_location(session, "NEAR", priority=2), a_location(session, "FAR", priority=1)
    a_level(session, tea, near, 5)
    a_level(session, tea, far, 50)
    order = a_ready_order(session, a_channel(session), {tea: 3})
    session.commit()

    assert route_orders(hub, [order.id]) == set()

    (work,) = work_of(session, order)
    assert (work.location_id, work.method, work.request_state) == (
        near.id,
        FulfillmentMethod.SELF,
        RequestState.ACCEPTED,
    )
    assert work.expected_weight_grams == 750
    assert [(part.sku, part.quantity, part.accepted) for part in parts_of(session, work)] == [("TEA", 3, 3)]
    assert lines_of(session, order) == [("TEA", 0, 0, 3, 0, 0)]
    assert level_of(session, tea, near.id) == (5, 3)
    session.refresh(order)
    assert order.status is OrderStatus.PROCESSING
    decision = session.scalars(select(RoutingDecision)).one()
    assert (decision.strategy, decision.automatic, decision.pinned) == ("priority", True, False)
    assert session.scalars(select(RoutingAssignment.lines)).one() == [
        {"order_line_id": parts_of(session, work)[0].order_line_id, "sku": "TEA", "quantity": 3}
    ]
    candidates = session.scalars(select(RoutingCandidate).order_by(RoutingCandidate.id)).all()
    assert [(each.location_id, each.chosen) for each in candidates] == [(near.id, True), (far.id, False)]
    assert candidates[1].rejections == ["Near is preferred: priority 2, against priority 1."]
    assert events(session, order) == ["order.routed"]
    assert_levels_are_sums(session)


def test_routing_twice_changes_nothing(hub: Hub, session: Session) -> None:
    tea, shelf = an_item(session), a_location(session)
    a_level(session, tea, shelf, 5)
    order = a_ready_order(session, a_channel(session), {tea: 7})
    session.commit()

    route_orders(hub, [order.id])
    before = session.scalar(text("select version from orders where id = :id"), {"id": order.id})
    route_orders(hub, [order.id])

    session.expire_all()
    assert order.version == before
    assert lines_of(session, order) == [(tea.sku, 0, 2, 5, 0, 0)]
    assert len(work_of(session, order)) == 1
    assert len(session.scalars(select(RoutingDecision)).all()) == 1


def test_two_lines_of_one_item_are_summed_before_stock_is_promised(hub: Hub, session: Session) -> None:
    tea, shelf, channel = an_item(session, "TEA"), a_location(session), a_channel(session)
    a_level(session, tea, shelf, 3)
    order = a_ready_order(session, channel, {tea: 2})
    line = text(
        "insert into order_lines (order_id, position, item_id, sku, name, quantity, open, currency)"
        " values (:order, 2, :item, 'TEA', 'Tea', 2, 2, 'GBP')"
    )
    session.execute(line, {"order": order.id, "item": tea.id})
    session.commit()

    route_orders(hub, [order.id])

    assert lines_of(session, order) == [("TEA", 0, 0, 2, 0, 0), ("TEA", 0, 1, 1, 0, 0)]
    assert level_of(session, tea, shelf.id) == (3, 3)


def test_held_and_unchecked_orders_are_passed_over(hub: Hub, session: Session) -> None:
    tea, shelf, channel = an_item(session), a_location(session), a_channel(session)
    a_level(session, tea, shelf, 5)
    held = a_ready_order(session, channel, {tea: 1}, on_hold=True)
    unchecked = a_ready_order(session, channel, {tea: 1}, validated_at=None)
    session.commit()

    route_orders(hub, [held.id, unchecked.id])

    assert work_of(session, held) == work_of(session, unchecked) == []


def test_a_channel_ships_from_its_own_locations_only(hub: Hub, session: Session) -> None:
    tea = an_item(session)
    ours, other = a_location(session, "OURS"), a_location(session, "OTHER", priority=9)
    a_level(session, tea, ours, 5)
    a_level(session, tea, other, 5)
    order = a_ready_order(session, a_channel(session, locations=(ours,)), {tea: 1})
    session.commit()

    route_orders(hub, [order.id])

    assert [work.location_id for work in work_of(session, order)] == [ours.id]
    lost = session.scalars(select(RoutingCandidate).where(~RoutingCandidate.chosen)).one()
    assert lost.rejections == ["The channel does not sell from it."]


def test_a_strategy_that_is_not_installed_opens_a_case_and_the_order_waits(hub: Hub, session: Session) -> None:
    tea, shelf = an_item(session), a_location(session)
    a_level(session, tea, shelf, 5)
    session.execute(text("update settings set routing_strategy = 'gone'"))
    order = a_ready_order(session, a_channel(session, routing_strategy="lost"), {tea: 2})
    session.commit()

    route_orders(hub, [order.id])
    route_orders(hub, [order.id])

    (case,) = cases(session)
    assert (case.code, case.order_id) == ("routing_refused", order.id)
    assert case.message == "No routing strategy 'lost' or 'gone' is installed."
    assert lines_of(session, order) == [(tea.sku, 2, 0, 0, 0, 0)]


def test_a_channel_may_have_a_strategy_of_its_own(hub: Hub, session: Session) -> None:
    tea = an_item(session)
    london = a_location(session, "LONDON", address={"postal_code": "E1 6AN", "country": "GB"})
    leeds = a_location(session, "LEEDS", address={"postal_code": "LS1 4AP", "country": "GB"}, priority=9)
    for shelf in (london, leeds):
        a_level(session, tea, shelf, 5)
    order = a_ready_order(session, a_channel(session, routing_strategy="nearest"), {tea: 2})
    session.commit()

    route_orders(hub, [order.id])

    assert [work.location_id for work in work_of(session, order)] == [london.id]


def test_a_hundred_orders_take_as_many_statements_as_one(hub: Hub, session: Session) -> None:
    items, channel, shelf = [an_item(session) for _ in range(5)], a_channel(session), a_location(session)
    for item in items:
        a_level(session, item, shelf, 1000)
    orders = [a_ready_order(session, channel, dict.fromkeys(items, 2)) for _ in range(100)]
    session.commit()

    with counted(hub) as statements:
        route_orders(hub, [order.id for order in orders])

    assert len(statements) <= 22
    assert session.scalar(text("select count(*) from fulfillment_orders")) == 100
    assert session.scalar(text("select sum(allocated) from order_lines")) == 1000
    assert_levels_are_sums(session)


def test_an_order_that_changes_while_it_is_planned_is_planned_again(
    hub: Hub, session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    tea, shelf = an_item(session), a_location(session)
    a_level(session, tea, shelf, 5)
    order = a_ready_order(session, a_channel(session), {tea: 2})
    session.commit()
    strategy = hub.registry.strategies["priority"][1].instance
    plan, runs = strategy.plan, list[object]()

    def interrupted(problem: object) -> object:
        if not runs:
            session.execute(text("update order_lines set quantity = 1, open = 1"))
            session.execute(text("update orders set version = version + 1"))
            session.commit()
        runs.append(problem)
        return plan(problem)

    monkeypatch.setattr(type(strategy), "plan", lambda _self, problem: interrupted(problem))
    route_orders(hub, [order.id])

    assert len(runs) == 2
    assert lines_of(session, order) == [(tea.sku, 0, 0, 1, 0, 0)]


def test_the_cheapest_location_is_known_without_asking_a_carrier(hub: Hub, session: Session) -> None:
    tea, shelf = an_item(session, weight_grams=300), a_location(session, "LEEDS", address=FROM_LEEDS)
    abroad = a_location(
        session, "PARIS", address={"city": "Paris", "postal_code": "75001", "country": "FR"}, priority=9
    )
    for place in (shelf, abroad):
        a_level(session, tea, place, 5)
    order = a_ready_order(session, a_channel(session, routing_strategy="lowest_cost"), {tea: 2})
    session.commit()

    route_orders(hub, [order.id])

    decision = session.scalars(select(RoutingDecision)).one()
    assert [work.location_id for work in work_of(session, order)] == [shelf.id]
    assert (decision.cost_minor, decision.cost_currency) == (155, "GBP")  # second class, up to 750 g
    (assignment,) = session.scalars(select(RoutingAssignment)).all()
    assert assignment.eta_days is not None
    assert assignment.eta_days >= 3
