"""Who waits for stock is served by priority, then age."""

from datetime import UTC, datetime
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from core.config import Config
from core.flows.stock import Adjustment, adjust, promote
from core.hub import Hub
from core.jobs.models import Job
from core.jobs.run import run_jobs
from core.orders.models import Order
from core.stock.models import MovementReason
from tests.builders import a_channel, a_level, a_listing, a_location, an_item, an_order
from tests.core.flows.fulfilling import a_ready_order, configured, level_of, lines_of
from tests.core.stock.ledger import assert_levels_are_sums


@pytest.fixture
def config(config: Config) -> Config:
    return configured(config, "")


def test_backorders_are_promoted_by_priority_then_by_age(session: Session) -> None:
    item, place = an_item(session), a_location(session)
    shop, market = a_channel(session), a_channel(session, priority=3)
    a_level(session, item, place, 1)

    def waiting(day: int, priority: int = 0, **columns: Any) -> Order:
        placed = datetime(2026, 3, day, tzinfo=UTC)
        channel = columns.pop("channel", shop)
        return an_order(session, channel, {item: 2}, backordered=True, placed_at=placed, priority=priority, **columns)

    late, early, urgent, preferred = waiting(9), waiting(2), waiting(12, 5), waiting(11, channel=market)
    waiting(1, on_hold=True)
    an_order(session, shop, {item: 2})

    assert promote(session, [item.id]) == [urgent.id, preferred.id, early.id, late.id]
    session.commit()

    in_turn = select(Job.arguments).where(Job.name == "orders.advance").order_by(Job.run_at, Job.id)
    assert [job["order_id"] for job in session.scalars(in_turn)] == [urgent.id, preferred.id, early.id, late.id]


def test_nobody_is_woken_for_stock_that_is_not_there(session: Session) -> None:
    item, other = an_item(session), an_item(session)
    a_level(session, item, a_location(session), 4, safety=4)
    a_level(session, other, a_location(session), 4)
    an_order(session, a_channel(session), {item: 2}, backordered=True)

    assert promote(session, [item.id, other.id]) == []


def test_a_short_receipt_goes_to_the_first_in_the_queue(session: Session, hub: Hub) -> None:
    """The whole way: orders that wait, a receipt for some of them, and the jobs that follow."""
    item, place, channel = an_item(session, "MUG"), a_location(session, "LONDON"), a_channel(session)
    listing = a_listing(session, channel, item)
    late, early, urgent = (
        a_ready_order(
            session, channel, {item: 2}, backordered=True, placed_at=datetime(2026, 3, day, tzinfo=UTC), **more
        )
        for day, more in ((9, {}), (2, {}), (12, {"priority": 5}))
    )
    session.commit()

    with hub.transaction() as receiving:
        adjust(receiving, [Adjustment(sku="MUG", location="LONDON", reason=MovementReason.RECEIPT, delta=5)])
    run_jobs(hub)

    assert [lines_of(session, order)[0][2:4] for order in (urgent, early)] == [(0, 2), (0, 2)]
    # One is left: the last in the queue gets it, and waits for another.
    assert lines_of(session, late)[0][2:4] == (1, 1)
    assert level_of(session, item, place.id) == (5, 5)
    session.refresh(listing)
    assert listing.published_quantity == 0
    assert_levels_are_sums(session)
