"""What nobody has: it waits, is cancelled, or is for a person to decide."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from core import clock
from core.catalog.models import ShortagePolicy
from core.flows.route import route_orders
from core.fulfillment.models import (
    RoutingShortage,
)
from core.hub import Hub
from core.orders.models import Hold
from core.orders.states import FulfillmentStatus
from tests.builders import a_channel, a_level, a_location, an_item
from tests.core.flows.fulfilling import a_ready_order, events, level_of, lines_of
from tests.core.stock.ledger import assert_levels_are_sums


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
