"""What somebody else shipped, told to us."""

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import event, select, text
from sqlalchemy.orm import Session

from core import clock
from core.errors import Invalid
from core.flows import fulfil, ship, statuses
from core.flows.labels.purchase import purchase
from core.flows.ship import ShipmentFact
from core.hub import Hub
from core.integrations.mirror import mirror
from core.orders import queries as orders
from core.orders.states import FulfillmentStatus
from core.origin import Origin
from core.shipments.models import Label, Shipment, ShipmentLine
from tests.builders import a_channel, a_level, a_location, an_item
from tests.core.flows.fulfilling import a_ready_order, cases, level_of, lines_of, work_of
from tests.core.flows.ship.carrying import line_ids
from tests.core.stock.ledger import assert_levels_are_sums


def test_the_shop_says_that_it_shipped_some_while_picking_goes_on(hub: Hub, session: Session, packed: Any) -> None:
    order, tea, shelf, shipment_id = packed
    (line,) = line_ids(session, order)
    fact = ShipmentFact(
        order_id=order.id,
        shipped_at=clock.now(),
        origin=Origin.CHANNEL,
        lines=[(line, 2)],
        external_id="F-1",
        carrier="Royal Mail",
        tracking_number="RM1",
    )

    def told() -> list[int | None]:
        orders.lock(session, [order.id])
        made = ship.record(session, [fact])
        statuses.refresh(session, [order.id])
        session.commit()
        return made

    first, second = told(), told()

    assert first == second
    assert lines_of(session, order) == [("TEA", 0, 0, 1, 2, 0)]
    assert level_of(session, tea, shelf.id) == (8, 1)
    session.expire_all()
    assert session.get_one(Shipment, shipment_id).status == "CANCELLED"  # it held three
    (work,) = work_of(session, order)
    left = fulfil.pack(session, work.id, [fulfil.Packed(weight_grams=300)])
    assert session.scalars(select(ShipmentLine.quantity).where(ShipmentLine.shipment_id == left)).all() == [1]
    session.commit()
    assert session.scalar(text("select count(*) from channel_confirmations")) == 0
    session.refresh(order)
    assert order.fulfillment_status is FulfillmentStatus.PARTIALLY_FULFILLED
    assert_levels_are_sums(session)


def test_both_shipped_is_a_case_with_its_cost(hub: Hub, session: Session, packed: Any) -> None:
    order, tea, shelf, shipment_id = packed
    ship.hand_over(session, [shipment_id])
    (line,) = line_ids(session, order)
    fact = ShipmentFact(
        order_id=order.id,
        shipped_at=clock.now(),
        origin=Origin.CHANNEL,
        lines=[(line, 2)],
        external_id="F-1",
        tracking_number="RM1",
        cost_minor=350,
        cost_currency="GBP",
    )

    assert ship.record(session, [fact]) == [None]
    assert ship.record(session, [fact]) == [None]
    session.commit()

    (case,) = cases(session)
    assert (case.code, case.cost_minor, case.cost_currency) == ("duplicate_shipment", 2 * 200 + 350, "GBP")
    assert [option["key"] for option in case.options] == ["same_parcel", "write_off"]
    assert level_of(session, tea, shelf.id) == (7, 0)
    assert lines_of(session, order) == [("TEA", 0, 0, 0, 3, 0)]


def test_our_own_parcel_coming_back_from_the_channel_is_known_by_its_number(
    hub: Hub, session: Session, packed: Any
) -> None:
    order, *_, shipment_id = packed
    purchase(hub, shipment_id)
    ship.hand_over(session, [shipment_id])
    number = session.scalars(select(Label.tracking_number)).one()
    fact = ShipmentFact(
        order_id=order.id, shipped_at=clock.now(), origin=Origin.CHANNEL, external_id="F-9", tracking_number=number
    )

    assert ship.record(session, [fact]) == [shipment_id]
    assert ship.record(session, [fact]) == [shipment_id]
    assert cases(session) == []


def test_history_is_recorded_for_many_orders_at_once(hub: Hub, session: Session) -> None:
    mirror(session, hub.registry)
    items, shelf, channel = [an_item(session) for _ in range(4)], a_location(session), a_channel(session)
    for item in items:
        a_level(session, item, shelf, 100)
    placed = clock.now() - timedelta(days=400)
    made = [a_ready_order(session, channel, dict.fromkeys(items, 2), placed_at=placed) for _ in range(25)]
    session.commit()
    facts = [
        ShipmentFact(
            order_id=order.id,
            shipped_at=placed,
            origin=Origin.CHANNEL,
            location_id=shelf.id,
            external_id=f"F-{order.id}",
        )
        for order in made
    ]
    statements: list[str] = []
    note: Any = lambda *given: statements.append(given[2])  # noqa: E731  # a listener
    event.listen(hub.engine, "before_cursor_execute", note)
    with hub.transaction() as transaction:
        numbers = ship.record(transaction, facts)
    event.remove(hub.engine, "before_cursor_execute", note)

    assert len(set(numbers)) == 25
    assert len(statements) <= 20
    assert [level_of(session, item, shelf.id) for item in items] == [(50, 0)] * 4
    movements = text("select count(*), min(occurred_at) from stock_movements where reason = 'SHIP'")
    assert session.execute(movements).one() == (100, placed)
    assert session.scalar(text("select sum(shipped) from order_lines")) == 200
    assert_levels_are_sums(session)


def test_goods_that_left_though_the_books_had_none_are_booked_and_a_count_is_asked_for(
    hub: Hub, session: Session
) -> None:
    tea, shelf = an_item(session, "TEA"), a_location(session, "SHELF")
    a_level(session, tea, shelf, 1)
    order = a_ready_order(session, a_channel(session), {tea: 3})
    fact = ShipmentFact(order_id=order.id, shipped_at=clock.now(), origin=Origin.CHANNEL, location_id=shelf.id)

    ship.record(session, [fact])
    session.commit()

    assert level_of(session, tea, shelf.id) == (0, 0)
    (case,) = cases(session)
    assert (case.code, case.data["quantity"]) == ("shipped_without_stock", 2)
    assert lines_of(session, order) == [("TEA", 0, 0, 0, 3, 0)]
    assert_levels_are_sums(session)


def test_a_person_records_what_left_without_our_label(hub: Hub, session: Session) -> None:
    tea, shelf = an_item(session, "TEA"), a_location(session, "SHELF")
    a_level(session, tea, shelf, 5)
    order = a_ready_order(session, a_channel(session), {tea: 3})
    session.commit()
    (line,) = line_ids(session, order)

    ship.create(
        session, ship.Left(order_id=order.id, location="SHELF", lines={line: 2}, carrier="DHL", tracking_number="D1")
    )
    session.commit()

    assert lines_of(session, order) == [("TEA", 1, 0, 0, 2, 0)]
    assert level_of(session, tea, shelf.id) == (3, 0)
    with pytest.raises(Invalid):
        ship.create(session, ship.Left(order_id=order.id, lines={line: 0}))
    session.rollback()
    with pytest.raises(Invalid):
        ship.create(session, ship.Left(order_id=order.id, shipped_at=clock.now() + timedelta(days=1)))
