"""What cannot be routed today is routed later, by itself."""

from datetime import timedelta

import pytest
from sqlalchemy import select, text
from sqlalchemy.orm import Session

from core import clock
from core.catalog.models import ShortagePolicy
from core.flows.route import route_orders
from core.fulfillment.models import (
    FulfillmentMethod,
    RequestState,
)
from core.hub import Hub
from core.jobs.models import Job
from core.jobs.run import run_jobs
from core.stock.models import LocationKind
from tests.builders import a_channel, a_level, a_location, an_item
from tests.core.flows.fulfilling import a_ready_order, lines_of, work_of


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
