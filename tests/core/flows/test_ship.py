"""Goods leaving: packed and labelled by us, or shipped by somebody else."""

import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import event, select, text
from sqlalchemy.orm import Session

import crossdock
from core import clock
from core.catalog.models import Item
from core.config import Config
from core.errors import IllegalState, Invalid, OutcomeUnknown
from core.flows import fulfil, ship, statuses
from core.flows.labels.cancel import void_all
from core.flows.labels.purchase import purchase
from core.flows.labels.rates import fetch
from core.flows.route import route_orders
from core.flows.ship import ShipmentFact
from core.hub import Hub
from core.integrations.mirror import mirror
from core.jobs.run import run_jobs
from core.orders import queries as orders
from core.orders.models import Order, OrderLine
from core.orders.states import FulfillmentStatus, OrderStatus
from core.origin import Origin
from core.shipments.models import Document, Label, LabelState, Package, Shipment, ShipmentLine, ShippingRate
from core.stock.models import Location
from tests.builders import a_channel, a_level, a_location, an_item
from tests.core.flows.fulfilling import a_ready_order, cases, configured, events, level_of, lines_of, work_of
from tests.core.stock.ledger import assert_levels_are_sums

WAREHOUSE = {"line1": "2 Dock Road", "city": "Leeds", "postal_code": "LS1 4AP", "country": "GB"}


@pytest.fixture
def config(config: Config) -> Config:
    return configured(config, '[integrations.post]\nplugin = "table_rate"\n')


@pytest.fixture
def packed(hub: Hub, session: Session) -> tuple[Order, Item, Location, int]:
    """An order of 3 TEA that cost 2.00 each, packed into one parcel: (order, item, shelf, shipment id)."""
    mirror(session, hub.registry)
    tea, shelf = (
        an_item(session, "TEA", weight_grams=250, barcode="5012345678900"),
        a_location(session, address=WAREHOUSE),
    )
    a_level(session, tea, shelf, 10)
    session.execute(
        text("insert into item_costs (item_id, quantity, value_minor) values (:id, 10, 2000)"), {"id": tea.id}
    )
    order = a_ready_order(session, a_channel(session), {tea: 3})
    session.commit()
    route_orders(hub, [order.id])
    (work,) = work_of(session, order)
    shipment = fulfil.pack(session, work.id, [fulfil.Packed(weight_grams=900)])
    session.commit()
    return order, tea, shelf, shipment


def line_ids(session: Session, order: Order) -> list[int]:
    query = select(OrderLine.id).where(OrderLine.order_id == order.id).order_by(OrderLine.position)
    return list(session.scalars(query))


@contextmanager
def acting(hub: Hub, **verbs: Any) -> Iterator[None]:
    """The carrier's verbs, done otherwise: what a network does between it and us."""
    carrier = hub.registry.bound("post", "carrier").instance
    with pytest.MonkeyPatch.context() as patch:
        for name, verb in verbs.items():
            patch.setattr(carrier, name, verb)
        yield


def test_packed_goods_leave_with_a_label_and_everything_moves(hub: Hub, session: Session, packed: Any) -> None:
    order, tea, shelf, shipment_id = packed

    assert fetch(hub, shipment_id) == []
    assert purchase(hub, shipment_id) == []

    shipment = session.get_one(Shipment, shipment_id)
    (label,) = session.scalars(select(Label)).all()
    assert (label.state, label.carrier) == (LabelState.PURCHASED, "post")
    assert (shipment.status, shipment.tracking_number) == ("LABELLED", label.tracking_number)
    document = session.get_one(Document, label.document_id)
    assert document.content.startswith(b"%PDF")
    accrued = text(
        "select amount_minor from postings join ledger_accounts a on a.id = account_id where a.code = '5100'"
    )
    cheapest = session.scalar(select(ShippingRate.cost_minor).order_by(ShippingRate.cost_minor))
    assert label.cost_minor == shipment.cost_minor == cheapest
    assert session.scalar(accrued) == cheapest

    assert ship.hand_over(session, [shipment_id]) == [shipment_id]
    assert ship.hand_over(session, [shipment_id]) == []
    session.commit()

    assert level_of(session, tea, shelf.id) == (7, 0)
    assert lines_of(session, order) == [("TEA", 0, 0, 0, 3, 0)]
    assert session.scalars(select(ShipmentLine.cost_minor)).all() == [600]
    session.refresh(order)
    assert (order.fulfillment_status, order.status) == (FulfillmentStatus.FULFILLED, OrderStatus.PROCESSING)
    assert [work.work_state for work in work_of(session, order)] == ["CLOSED"]
    assert events(session, order) == [
        "order.routed",
        "shipment.packed",
        "call.succeeded",
        "label.purchased",
        "shipment.labelled",
        "shipment.handed_over",
    ]
    assert_levels_are_sums(session)


def test_a_hundred_requests_at_once_buy_one_label(hub: Hub, session: Session, packed: Any) -> None:
    shipment_id = packed[3]
    fetch(hub, shipment_id)
    bought = []
    buy = type(hub.registry.bound("post", "carrier").instance).buy_label

    def slowly(ctx: Any, request: Any) -> Any:
        bought.append(ctx.key)
        time.sleep(0.3)
        return buy(hub.registry.bound("post", "carrier").instance, ctx, request)

    with acting(hub, buy_label=slowly), ThreadPoolExecutor(12) as threads:
        answers = list(threads.map(lambda _: purchase(hub, shipment_id), range(100)))

    assert answers == [[]] * 100
    assert len(bought) == 1
    assert session.scalars(select(Label.state)).all() == [LabelState.PURCHASED]


def test_a_label_whose_purchase_timed_out_is_found_and_not_bought_again(
    hub: Hub, session: Session, packed: Any
) -> None:
    shipment_id = packed[3]
    carrier = type(hub.registry.bound("post", "carrier").instance)
    bought = []

    def times_out(ctx: Any, request: Any) -> Any:
        bought.append(carrier.buy_label(hub.registry.bound("post", "carrier").instance, ctx, request))
        raise crossdock.OutcomeUnknown("The line went dead.")

    with acting(hub, buy_label=times_out):
        (problem,) = purchase(hub, shipment_id)
        assert isinstance(problem, OutcomeUnknown)
        assert session.scalars(select(Label.state)).one() is LabelState.UNKNOWN
        session.rollback()
    assert purchase(hub, shipment_id) == []

    assert len(bought) == 1
    label = session.scalars(select(Label)).one()
    assert (label.state, label.tracking_number) == (LabelState.PURCHASED, bought[0].tracking_number)


def test_a_carrier_that_refuses_leaves_no_label_and_a_sentence(hub: Hub, session: Session, packed: Any) -> None:
    shipment_id = packed[3]

    def refuses(ctx: Any, request: Any) -> Any:
        raise crossdock.Rejected("too_heavy", "The parcel is too heavy.")

    with acting(hub, buy_label=refuses):
        (problem,) = purchase(hub, shipment_id)

    assert (problem.code, problem.message) == ("PLUGIN_REJECTED", "The parcel is too heavy.")
    assert session.get_one(Shipment, shipment_id).status == "PACKED"
    session.rollback()
    assert purchase(hub, shipment_id) == []  # and a second try may succeed


def test_a_voided_label_costs_nothing_and_the_shipment_is_packed_again(hub: Hub, session: Session, packed: Any) -> None:
    shipment_id = packed[3]
    purchase(hub, shipment_id)

    assert void_all(hub, shipment_id) == []
    assert void_all(hub, shipment_id) == []

    label = session.scalars(select(Label)).one()
    assert label.state is LabelState.VOIDED
    shipment = session.get_one(Shipment, shipment_id)
    assert (shipment.status, shipment.tracking_number, shipment.cost_minor) == ("PACKED", None, None)
    total = text(
        "select sum(amount_minor) from postings join ledger_accounts a on a.id = account_id where a.code = '5100'"
    )
    assert session.scalar(total) == 0


def test_an_order_cancelled_after_its_label_was_bought_gives_everything_back(
    hub: Hub, session: Session, packed: Any
) -> None:
    order, tea, shelf, shipment_id = packed
    purchase(hub, shipment_id)
    (line,) = line_ids(session, order)

    orders.locked(session, [order.id])
    withdrawn = fulfil.withdraw(session, order.id, {line: 3})
    statuses.refresh(session, [order.id])
    session.commit()
    run_jobs_named(hub, "labels.void")

    assert (withdrawn.taken, withdrawn.asked, withdrawn.refused) == ({line: 3}, {}, {})
    assert level_of(session, tea, shelf.id) == (10, 0)
    assert session.scalars(select(Label.state)).all() == [LabelState.VOIDED]
    session.expire_all()
    assert session.get_one(Shipment, shipment_id).status == "CANCELLED"
    assert [work.work_state for work in work_of(session, order)] == ["CANCELLED"]
    assert_levels_are_sums(session)


def test_unpacking_puts_the_units_back_into_the_work(hub: Hub, session: Session, packed: Any) -> None:
    order, tea, shelf, shipment_id = packed

    ship.cancel(session, shipment_id)
    ship.cancel(session, shipment_id)
    session.commit()

    (work,) = work_of(session, order)
    again = fulfil.pack(session, work.id, [fulfil.Packed(weight_grams=900)])
    ship.hand_over(session, [again])
    session.commit()
    with pytest.raises(IllegalState):
        ship.cancel(session, again)
    assert level_of(session, tea, shelf.id) == (7, 0)


def test_a_packed_shipment_has_a_packing_slip(hub: Hub, session: Session, packed: Any) -> None:
    run_jobs_named(hub, "shipments.print_slip")
    run_jobs_named(hub, "shipments.print_slip")

    slip = session.scalars(select(Document)).one()
    assert (slip.kind, slip.format, slip.shipment_id) == ("PACKING_SLIP", "pdf", packed[3])
    assert slip.content.startswith(b"%PDF")


def test_what_left_cannot_be_withdrawn(hub: Hub, session: Session, packed: Any) -> None:
    order, *_, shipment_id = packed
    ship.hand_over(session, [shipment_id])
    (line,) = line_ids(session, order)

    withdrawn = fulfil.withdraw(session, order.id, {line: 3})

    assert (withdrawn.taken, withdrawn.refused) == ({}, {line: 3})


def test_packages_hold_exactly_what_is_there(hub: Hub, session: Session, packed: Any) -> None:
    order, _, _, shipment_id = packed
    (work,) = work_of(session, order)
    (line,) = line_ids(session, order)
    with pytest.raises(IllegalState):
        fulfil.pack(session, work.id, [fulfil.Packed(weight_grams=10)])
    session.rollback()
    ship.cancel(session, shipment_id)
    session.commit()

    too_much = [fulfil.Packed(weight_grams=10, lines={line: 2}), fulfil.Packed(weight_grams=10, lines={line: 2})]
    with pytest.raises(Invalid, match="1 are left to pack, not 2"):
        fulfil.pack(session, work.id, too_much)
    session.rollback()
    two = fulfil.pack(
        session, work.id, [fulfil.Packed(weight_grams=600, lines={line: 2}), fulfil.Packed(weight_grams=300)]
    )

    contents = select(Package.position, Package.expected_weight_grams, ShipmentLine.quantity).join(
        ShipmentLine, ShipmentLine.package_id == Package.id
    )
    rows = session.execute(contents.where(Package.shipment_id == two).order_by(Package.position)).all()
    assert [tuple(row) for row in rows] == [(1, 500, 2), (2, 250, 1)]


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


def run_jobs_named(hub: Hub, name: str) -> None:
    """Only these: the others would take the story further."""
    with hub.transaction() as session:
        session.execute(text("delete from jobs where name <> :name"), {"name": name})
    run_jobs(hub)
