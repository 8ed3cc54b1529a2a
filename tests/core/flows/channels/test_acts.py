"""What the hub decides is told to the channel once, and never what the channel told us itself."""

from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from core import clock
from core.actor import acting_as
from core.catalog.models import Channel, Listing
from core.external.models import ExternalCall
from core.flows import cancel, refund, ship, statuses, sync, take_back
from core.flows.publish_stock import stock_changed
from core.flows.refund.plan import Wanted
from core.hub import Hub
from core.integrations.models import Integration
from core.jobs.models import Job
from core.jobs.run import run_jobs
from core.orders.models import Order, OrderLine
from core.orders.states import CancelReason, OrderStatus
from core.origin import Origin
from core.plugins import Problem
from core.returns import queries as returns
from core.returns.models import Disposition, Refund, Return, ReturnReason, ReturnResolution, ReturnState
from tests.builders import a_level, a_location, an_item
from tests.core.flows.channels.sandbox import Shop
from tests.core.flows.fulfilling import cases

KEY = "main-store"


def bring(hub: Hub, session: Session, shop: Shop, number: str = "1001", units: int = 3, **facts: Any) -> Order:
    """An order that the shop sold, as we have it after everything that follows has run."""
    order = shop.sells(number, units, **facts)
    order.update(facts.get("says", {}))
    sync.sync(hub, KEY, "orders")
    run_jobs(hub)
    session.rollback()
    return session.scalars(select(Order).where(Order.external_id == number)).one()


def acts(shop: Shop, what: str) -> list[dict[str, Any]]:
    return [act for act in shop.acts.values() if act["what"] == what]


def leave(session: Session, order: Order, line: OrderLine, units: int) -> None:
    """Units left by another way than ours."""
    fact = ship.ShipmentFact(
        order_id=order.id, shipped_at=clock.now(), origin=Origin.PERSON, lines=[(line.id, units)], location_id=None
    )
    ship.record(session, [fact])
    statuses.refresh(session, [order.id])
    session.commit()


def run(hub: Hub, session: Session) -> None:
    """Run all jobs, those that wait for a later moment too."""
    for _ in range(3):
        session.execute(update(Job).values(run_at=clock.now()))
        session.commit()
        run_jobs(hub)


def test_a_cancellation_is_told_whole_or_by_line(hub: Hub, session: Session, shop: Shop) -> None:
    order = bring(hub, session, shop)
    (line,) = session.scalars(select(OrderLine).where(OrderLine.order_id == order.id))

    cancel.cancel(session, order.id, lines={line.id: 1}, reason=CancelReason.OUT_OF_STOCK)
    session.commit()
    run(hub, session)
    cancel.cancel(session, order.id, reason=CancelReason.CUSTOMER)
    session.commit()
    run(hub, session)

    assert [act["lines"] for act in acts(shop, "cancel")] == [[["1001-1", 1]], None]
    assert [act["amount"] for act in acts(shop, "refund")] == [1000, 2000]
    assert None not in session.scalars(select(Refund.external_id)).all()


@pytest.mark.parametrize(("price", "back"), [(800, [200]), (1000, []), (1450, [])])
def test_of_an_exchange_the_channel_gives_back_only_what_is_left_over(
    hub: Hub, session: Session, shop: Shop, price: int, back: list[int]
) -> None:
    order = bring(hub, session, shop, units=1)
    (line,) = session.scalars(select(OrderLine).where(OrderLine.order_id == order.id))
    leave(session, order, line, 1)
    instead = {"sku": "POT", "quantity": 1, "unit_price_minor": price, "metadata": {}}
    asked = take_back.Asked(line_id=line.id, quantity=1, reason=ReturnReason.WRONG_ITEM)
    return_id = take_back.request(hub, order.id, [asked], exchange=[instead])
    (expected,) = returns.lines(session, return_id)
    lost = take_back.Arrival(return_line_id=expected.id, quantity=1, disposition=Disposition.WRITE_OFF)
    take_back.receive(session, return_id, [lost])

    take_back.close(session, return_id, ReturnResolution.EXCHANGE)
    session.commit()
    run(hub, session)

    assert [act["amount"] for act in acts(shop, "refund")] == back


def test_what_the_channel_cancelled_is_not_told_back(hub: Hub, session: Session, shop: Shop) -> None:
    order = bring(hub, session, shop)

    with acting_as(f"channel:{KEY}"):
        cancel.cancel(session, order.id, reason=CancelReason.CUSTOMER, refund=False)
        session.commit()
    run(hub, session)

    assert shop.acts == {}


def test_a_channel_that_is_disabled_is_told_once_it_is_enabled(hub: Hub, session: Session, shop: Shop) -> None:
    order = bring(hub, session, shop)
    running = hub.registry.integrations[KEY]
    hub.registry.add(replace(running, problem=Problem("It is disabled.", "Enable it.")))
    session.execute(update(Integration).values(enabled=False))

    cancel.cancel(session, order.id, reason=CancelReason.CUSTOMER)
    session.commit()
    run(hub, session)

    assert shop.acts == {}
    waits = select(Job.state, Job.attempts).where(Job.name == "channels.tell_cancelled")
    assert session.execute(waits).all() == [("PENDING", 0)]

    session.execute(update(Integration).values(enabled=True))
    hub.registry.add(running)
    run(hub, session)

    assert len(acts(shop, "cancel")) == 1


def test_an_answer_that_was_lost_is_looked_for_before_anything_is_done_twice(
    hub: Hub, session: Session, shop: Shop
) -> None:
    order = bring(hub, session, shop)
    refund.create(session, order.id, Wanted(goodwill_minor=500, reason="Late"))
    session.commit()
    shop.faults["/acts"] = ["500 after"]

    run(hub, session)

    assert [act["amount"] for act in acts(shop, "refund")] == [500]
    assert shop.asked.count(("POST", "/acts")) == 1
    assert session.scalars(select(ExternalCall.state)).all() == ["SUCCEEDED"]
    assert session.scalars(select(Refund.external_id)).all() == [acts(shop, "refund")[0]["id"]]


def test_a_channel_that_refuses_opens_a_case(hub: Hub, session: Session, shop: Shop) -> None:
    order = bring(hub, session, shop)
    refund.create(session, order.id, Wanted(goodwill_minor=500))
    session.commit()
    shop.faults["/acts"] = ["422"]

    run(hub, session)

    assert [case.code for case in cases(session)] == ["refund_not_taken"]


@pytest.mark.parametrize("gone", [False, True])
def test_a_shopper_s_request_to_cancel_is_acted_upon_and_answered(
    hub: Hub, session: Session, shop: Shop, gone: bool
) -> None:
    order = bring(hub, session, shop)
    if gone:
        (line,) = session.scalars(select(OrderLine).where(OrderLine.order_id == order.id))
        leave(session, order, line, 3)

    shop.sells("1001", 3, version=2)["cancel_request"] = "CR-1"
    sync.sync(hub, KEY, "orders")
    run(hub, session)
    run(hub, session)

    (answer,) = acts(shop, "accept_cancel")
    assert (answer["request"], answer["accepted"]) == ("CR-1", not gone)
    assert acts(shop, "cancel") == acts(shop, "refund") == []
    session.refresh(order)
    assert (order.status is OrderStatus.CANCELLED) is not gone


def test_a_return_is_judged_here_and_the_answer_told_there(hub: Hub, session: Session, shop: Shop) -> None:
    order = bring(hub, session, shop)
    (line,) = session.scalars(select(OrderLine).where(OrderLine.order_id == order.id))
    leave(session, order, line, 3)
    asked = {"order": "1001", "version": 1, "lines": [("1001-1", 1)]}
    shop.returns = [{**asked, "id": "R1", "state": "REQUESTED"}, {**asked, "id": "R2", "state": "APPROVED"}]

    sync.sync(hub, KEY, "returns")
    run(hub, session)
    sync.sync(hub, KEY, "returns")
    run(hub, session)

    found = {each.external_id: each for each in session.scalars(select(Return))}
    assert {name: each.state for name, each in found.items()} == {
        "R1": ReturnState.APPROVED,
        "R2": ReturnState.APPROVED,
    }
    assert [(act["return"], act["accepted"]) for act in acts(shop, "return")] == [("R1", True)]

    shop.returns = [{**asked, "id": "R1", "version": 2, "state": "CANCELLED"}]
    sync.sync(hub, KEY, "returns")
    run(hub, session)
    session.refresh(found["R1"])
    assert found["R1"].state is ReturnState.CANCELLED
    assert len(acts(shop, "return")) == 1


def test_stock_is_told_through_a_feed_that_takes_its_time_and_drift_is_told_again(
    hub: Hub, session: Session, shop: Shop
) -> None:
    shop.listings = [{"id": "L1", "sku": "TEA", "title": "Tea"}]
    tea = an_item(session, "TEA")
    a_level(session, tea, a_location(session), 7)
    session.commit()
    sync.sync(hub, KEY, "listings")

    stock_changed(hub, [{"item_ids": [tea.id]}])
    run(hub, session)

    assert shop.stock == {"TEA": 7}
    assert shop.asked.count(("POST", "/feeds")) == 1
    listing = session.scalars(select(Listing)).one()
    assert (listing.publish_state, listing.confirmed_quantity) == ("CONFIRMED", 7)
    assert session.scalars(select(Channel.key).where(Channel.id == listing.channel_id)).one() == KEY

    shop.stock["TEA"] = 99
    compared = sync.sync(hub, KEY, "stock")
    run(hub, session)
    session.refresh(listing)
    assert compared
    assert shop.stock == {"TEA": 7}
    assert (listing.published_sequence, listing.publish_state) == (2, "CONFIRMED")
