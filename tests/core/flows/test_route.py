"""Routing: who ships what."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import UTC, date, datetime, time, timedelta

import pytest
from sqlalchemy import event, select, text
from sqlalchemy.orm import Session

from core import clock
from core.catalog.models import ShortagePolicy
from core.config import Config
from core.errors import IllegalState, NotFound, Unroutable
from core.flows.route import preview, route_orders
from core.fulfillment.models import (
    FulfillmentMethod,
    RequestState,
    RoutingAssignment,
    RoutingCandidate,
    RoutingDecision,
    RoutingShortage,
)
from core.hub import Hub
from core.jobs.models import Job
from core.jobs.run import run_jobs
from core.orders.models import Hold, Order
from core.orders.states import FulfillmentStatus, OrderStatus
from core.stock.models import LocationKind
from tests.builders import a_channel, a_level, a_location, an_item
from tests.core.flows.fulfilling import a_ready_order, cases, configured, events, level_of, lines_of, parts_of, work_of
from tests.core.stock.ledger import assert_levels_are_sums

FROM_LEEDS = {"line1": "2 Dock Road", "city": "Leeds", "postal_code": "LS1 4AP", "country": "GB"}


@pytest.fixture
def config(config: Config) -> Config:
    return configured(config, '[integrations.post]\nplugin = "table_rate"\n')


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


def test_units_that_nobody_has_wait_and_the_decision_says_how_many(hub: Hub, session: Session) -> None:
    tea, shelf = an_item(session, "TEA"), a_location(session)
    a_level(session, tea, shelf, 2)
    order = a_ready_order(session, a_channel(session), {tea: 3})
    session.commit()

    route_orders(hub, [order.id])

    shortage = session.scalars(select(RoutingShortage)).one()
    assert (shortage.sku, shortage.quantity, shortage.reason) == ("TEA", 1, "All locations together have 2 of 3 TEA.")
    assert lines_of(session, order) == [("TEA", 0, 1, 2, 0, 0)]


def test_an_order_with_nothing_there_is_backordered_whole(hub: Hub, session: Session) -> None:
    tea = an_item(session)
    a_location(session)
    order = a_ready_order(session, a_channel(session), {tea: 3})
    session.commit()

    route_orders(hub, [order.id])

    session.refresh(order)
    assert order.fulfillment_status is FulfillmentStatus.BACKORDERED
    assert lines_of(session, order) == [(tea.sku, 0, 3, 0, 0, 0)]
    assert events(session, order) == ["order.backordered"]


def test_backorders_are_served_by_priority_then_age(hub: Hub, session: Session) -> None:
    tea, shelf, channel = an_item(session), a_location(session), a_channel(session)
    now = clock.now()
    young = a_ready_order(session, channel, {tea: 2}, placed_at=now)
    old = a_ready_order(session, channel, {tea: 2}, placed_at=now - timedelta(days=2))
    urgent = a_ready_order(session, channel, {tea: 2}, placed_at=now + timedelta(seconds=1), priority=5)
    session.commit()
    ids = [young.id, old.id, urgent.id]
    route_orders(hub, ids)
    a_level(session, tea, shelf, 3)
    session.commit()

    route_orders(hub, ids)

    assert lines_of(session, urgent) == [(tea.sku, 0, 0, 2, 0, 0)]
    assert lines_of(session, old) == [(tea.sku, 0, 1, 1, 0, 0)]
    assert lines_of(session, young) == [(tea.sku, 0, 2, 0, 0, 0)]
    assert_levels_are_sums(session)


def test_the_channel_with_the_higher_priority_comes_first_when_orders_are_equal(hub: Hub, session: Session) -> None:
    tea, shelf = an_item(session), a_location(session)
    a_level(session, tea, shelf, 1)
    first, second = a_channel(session, priority=0), a_channel(session, priority=9)
    plain = a_ready_order(session, first, {tea: 1}, placed_at=clock.now() - timedelta(days=1))
    preferred = a_ready_order(session, second, {tea: 1})
    session.commit()

    route_orders(hub, [plain.id, preferred.id])

    assert lines_of(session, preferred) == [(tea.sku, 0, 0, 1, 0, 0)]
    assert lines_of(session, plain) == [(tea.sku, 0, 1, 0, 0, 0)]


def test_the_last_unit_goes_to_one_of_three_that_are_routed_at_the_same_moment(hub: Hub, session: Session) -> None:
    tea, shelf = an_item(session), a_location(session)
    a_level(session, tea, shelf, 1)
    orders = [a_ready_order(session, a_channel(session), {tea: 1}) for _ in range(3)]
    session.commit()

    with ThreadPoolExecutor(3) as threads:
        list(threads.map(lambda order: route_orders(hub, [order.id]), orders))

    found = sorted(lines_of(session, order)[0][1:4] for order in orders)
    assert found == [(0, 0, 1), (0, 1, 0), (0, 1, 0)]
    assert level_of(session, tea, shelf.id) == (1, 1)
    assert_levels_are_sums(session)


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


def test_a_channel_that_holds_on_shortage_promises_nothing_and_asks_a_person(hub: Hub, session: Session) -> None:
    tea, shelf = an_item(session, "TEA"), a_location(session)
    a_level(session, tea, shelf, 2)
    order = a_ready_order(session, a_channel(session, shortage=ShortagePolicy.HOLD), {tea: 3})
    session.commit()

    route_orders(hub, [order.id])

    hold = session.scalars(select(Hold)).one()
    assert (hold.kind, hold.code) == ("STOCK", "out_of_stock")
    assert hold.message == "There is not enough stock. TEA: All locations together have 2 of 3 TEA."
    assert level_of(session, tea, shelf.id) == (2, 0)
    session.refresh(order)
    assert order.on_hold


def test_a_channel_that_cancels_on_shortage_ships_the_rest(hub: Hub, session: Session) -> None:
    tea, shelf = an_item(session), a_location(session)
    a_level(session, tea, shelf, 2)
    order = a_ready_order(session, a_channel(session, shortage=ShortagePolicy.CANCEL), {tea: 3})
    session.commit()

    route_orders(hub, [order.id])

    assert lines_of(session, order) == [(tea.sku, 0, 0, 2, 0, 1)]


def test_capacity_moves_the_rest_of_the_day_to_the_next(hub: Hub, session: Session) -> None:
    tea, channel = an_item(session), a_channel(session)
    week = ["MONDAY", "TUESDAY", "WEDNESDAY", "THURSDAY", "FRIDAY", "SATURDAY", "SUNDAY"]
    shelf = a_location(session, daily_capacity=3, workdays=week)
    a_level(session, tea, shelf, 50)
    orders = [a_ready_order(session, channel, {tea: 3}, placed_at=clock.now() + timedelta(seconds=n)) for n in range(3)]
    session.commit()

    route_orders(hub, [order.id for order in orders])

    today = clock.day_of(clock.now(), "UTC")
    assert [work_of(session, order)[0].ship_on for order in orders] == [
        today,
        today + timedelta(days=1),
        today + timedelta(days=2),
    ]


@pytest.mark.parametrize("shortage", [ShortagePolicy.BACKORDER, ShortagePolicy.CANCEL])
def test_what_is_too_much_for_a_day_is_routed_on_the_next_by_itself(
    hub: Hub, session: Session, shortage: ShortagePolicy
) -> None:
    tea, channel = an_item(session), a_channel(session, shortage=shortage)
    week = ["MONDAY", "TUESDAY", "WEDNESDAY", "THURSDAY", "FRIDAY", "SATURDAY", "SUNDAY"]
    shelf = a_location(session, daily_capacity=3, workdays=week, timezone="Europe/Berlin")
    a_level(session, tea, shelf, 50)
    order = a_ready_order(session, channel, {tea: 5})
    session.commit()
    before = clock._offset
    try:
        route_orders(hub, [order.id])
        assert lines_of(session, order) == [(tea.sku, 0, 2, 3, 0, 0)]
        begins = clock.start_of_day(clock.day_of(clock.now(), "Europe/Berlin") + timedelta(days=1), "Europe/Berlin")
        session.execute(text("delete from jobs where name <> 'orders.advance'"))  # nothing else moves the order
        session.commit()
        run_jobs(hub)
        assert lines_of(session, order) == [(tea.sku, 0, 2, 3, 0, 0)]

        clock.shift(begins - clock.now())
        run_jobs(hub)

        today = clock.day_of(clock.now(), "Europe/Berlin")
        assert lines_of(session, order) == [(tea.sku, 0, 0, 5, 0, 0)]
        assert [work.ship_on for work in work_of(session, order)] == [today - timedelta(days=1), today]
    finally:
        clock._offset = before


def test_a_supplier_that_was_left_out_is_asked_again_when_its_time_is_over(hub: Hub, session: Session) -> None:
    tea, supplier_shelf = an_item(session, "TEA"), a_location(session, "DROP", kind=LocationKind.SUPPLIER)
    a_level(session, tea, supplier_shelf, 10)
    session.execute(
        text("insert into suppliers (key, name, location_id, currency) values ('acme', 'Acme', :id, 'GBP')"),
        {"id": supplier_shelf.id},
    )
    session.execute(
        text(
            "insert into supplier_offers (supplier_id, item_id, supplier_sku, currency, cost_minor, left_out_until)"
            " select id, :item, 'A-1', 'GBP', 400, :until from suppliers"
        ),
        {"item": tea.id, "until": clock.now() + timedelta(hours=1)},
    )
    order = a_ready_order(session, a_channel(session), {tea: 2})
    session.commit()

    route_orders(hub, [order.id])
    assert lines_of(session, order) == [("TEA", 0, 2, 0, 0, 0)]

    session.execute(
        text("update supplier_offers set left_out_until = :past"), {"past": clock.now() - timedelta(seconds=1)}
    )
    session.commit()
    route_orders(hub, [order.id])

    (work,) = work_of(session, order)
    assert (work.method, work.request_state) == (FulfillmentMethod.DROPSHIP, RequestState.UNSUBMITTED)
    assert lines_of(session, order) == [("TEA", 0, 0, 2, 0, 0)]
    job = session.scalars(select(Job).where(Job.name == "fulfillment.submit")).one()
    assert job.arguments == {"work_id": work.id}


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
