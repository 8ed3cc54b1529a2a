"""Goods: what they cost when they come, leave, come back and are lost."""

import threading
from datetime import UTC, datetime
from decimal import Decimal
from itertools import count
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import select
from sqlalchemy.engine import Engine
from sqlalchemy.orm import Session

from core.cases.models import Case
from core.catalog.models import Item
from core.db import transaction
from core.flows import book
from core.ledgers import costs
from core.ledgers.models import ExchangeRate, ItemCost
from core.orders.models import Order, OrderLine
from core.purchasing.models import Supplier, SupplierOffer
from core.returns.models import Disposition, LineDisposition, Return, ReturnLine, ReturnReason
from core.shipments.models import Label, LabelState, ShipmentLine
from core.stock.models import Location, LocationKind, MovementReason
from core.stock.service import Movement, move
from tests.builders import a_channel, a_location, an_item
from tests.core.ledgers.build import NOON, a_sale, a_shipment, balances, entries, lines_of

_numbers = count(1)


def pool(session: Session, item: Item) -> tuple[int, int]:
    found = session.get_one(ItemCost, item.id, populate_existing=True)
    return found.quantity, found.value_minor


def stocked(session: Session, item: Item, location: Location, units: int, unit_cost: int | None, **about: Any) -> None:
    """Stock received and booked."""
    fields = {"reason": MovementReason.RECEIPT, "unit_cost_minor": unit_cost, "cost_currency": "GBP", **about}
    change = Movement(item_id=item.id, location_id=location.id, on_hand=units, occurred_at=NOON, **fields)
    move(session, [change])
    book.stock_value(session, [change])


def a_return(
    session: Session, order: Order, line: OrderLine, *units: tuple[Disposition, int], at: Location
) -> list[int]:
    """Units of a line that came back; gives the ids of what they turned out to be."""
    total = sum(quantity for _, quantity in units)
    made = Return(order_id=order.id, number=f"RMA-{next(_numbers)}", policy={})
    session.add(made)
    session.flush()
    about = {"quantity": total, "approved": total, "received": total, "reason": ReturnReason.OTHER}
    part = ReturnLine(return_id=made.id, order_line_id=line.id, sku=line.sku, **about)
    session.add(part)
    session.flush()
    found = [
        LineDisposition(
            return_line_id=part.id, disposition=each, quantity=quantity, location_id=at.id, recorded_at=NOON
        )
        for each, quantity in units
    ]
    session.add_all(found)
    session.flush()
    return [each.id for each in found]


@settings(max_examples=200)
@given(st.integers(1, 60), st.integers(0, 10_000), st.lists(st.integers(1, 9), min_size=1))
def test_a_pool_gives_all_of_its_value_and_then_nothing(units: int, value: int, takes: list[int]) -> None:
    left = [units, value]
    taken = [costs.take(left, quantity) for quantity in takes]
    taken.append(costs.take(left, left[0]))

    assert sum(taken) == value
    assert left == [0, 0]
    assert costs.take(left, 5) == 0
    assert min(taken) >= 0


def test_units_leave_at_moving_average(session: Session) -> None:
    item = an_item(session)
    costs.receive(session, [(item.id, 10, 1000), (item.id, 10, 1400)])

    assert costs.consume(session, [(item.id, 5), (item.id, 5)]) == [600, 600]
    costs.put_back(session, [(item.id, 5, 600)])
    assert pool(session, item) == (15, 1800)


def test_units_that_a_pool_has_not_got_cost_nothing(session: Session) -> None:
    item, unknown = an_item(session), an_item(session)
    costs.receive(session, [(item.id, 3, 100)])

    assert costs.consume(session, [(unknown.id, 1), (item.id, 5), (item.id, 1)]) == [0, 100, 0]
    assert pool(session, item) == (0, 0)


def test_two_that_consume_at_once_never_share_a_unit(engine: Engine) -> None:
    with transaction(engine) as session:
        items = [an_item(session).id for _ in range(3)]
        costs.receive(session, [(item_id, 100, 9_999) for item_id in items])
    taken: list[int] = []

    def work(order: list[int]) -> None:
        for _ in range(10):
            with transaction(engine) as session:
                taken.extend(costs.consume(session, [(item_id, 5) for item_id in order]))

    threads = [threading.Thread(target=work, args=(order,)) for order in (items, items[::-1])]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sum(taken) == 3 * 9_999
    with Session(engine) as session:
        assert {tuple(row) for row in session.execute(select(ItemCost.quantity, ItemCost.value_minor))} == {(0, 0)}


def test_a_receipt_is_owed_until_it_is_invoiced(session: Session) -> None:
    item = an_item(session)
    stocked(session, item, a_location(session), 4, 250)
    session.commit()

    assert balances(session) == {"1200": 1000, "2100": -1000}
    assert pool(session, item) == (4, 1000)


def test_goods_bought_in_another_currency_are_inventory_in_ours(session: Session) -> None:
    session.add(ExchangeRate(base="EUR", quote="GBP", at=datetime(2026, 1, 1, tzinfo=UTC), rate=Decimal("0.85")))
    item = an_item(session)
    stocked(session, item, a_location(session), 4, 250, cost_currency="EUR")
    session.commit()

    assert balances(session) == {"1200": 850, "1900": -850}
    assert balances(session, currency="EUR") == {"1900": 1000, "2100": -1000}
    assert pool(session, item) == (4, 850)


def test_opening_stock_stands_against_opening_balances(session: Session) -> None:
    item, location = an_item(session), a_location(session)
    opening = Movement(
        item_id=item.id, location_id=location.id, reason=MovementReason.RECEIPT, on_hand=7, unit_cost_minor=30
    )
    move(session, [opening])
    book.opening_stock(session, [opening])

    assert balances(session) == {"1200": 210, "3000": -210}


@pytest.mark.parametrize(
    ("reason", "units", "cost", "booked", "left"),
    [
        (MovementReason.WRITE_OFF, -3, None, {"1200": 700, "2100": -1000, "5400": 300}, (7, 700)),
        (MovementReason.DAMAGE, -1, None, {"1200": 900, "2100": -1000, "5400": 100}, (9, 900)),
        (MovementReason.COUNT, 2, None, {"1200": 1200, "2100": -1000, "5400": -200}, (12, 1200)),
        (MovementReason.ADJUST, 1, 500, {"1200": 1500, "2100": -1000, "5400": -500}, (11, 1500)),
        (MovementReason.TRANSFER_OUT, -4, None, {"1200": 1000, "2100": -1000}, (10, 1000)),
    ],
)
def test_what_is_found_lost_or_written_off_changes_value(
    session: Session,
    reason: MovementReason,
    units: int,
    cost: int | None,
    booked: dict[str, int],
    left: tuple[int, int],
) -> None:
    item, location = an_item(session), a_location(session)
    stocked(session, item, location, 10, 100)
    stocked(session, item, location, units, cost, reason=reason)

    assert balances(session) == booked
    assert pool(session, item) == left


def test_stock_at_a_supplier_is_not_ours(session: Session) -> None:
    item = an_item(session)
    stocked(session, item, a_location(session, kind=LocationKind.SUPPLIER), 10, 100, reason=MovementReason.SNAPSHOT)

    assert entries(session) == []
    assert session.get(ItemCost, item.id) is None


def test_shipped_goods_cost_what_their_pool_says(session: Session) -> None:
    item, location = an_item(session), a_location(session)
    stocked(session, item, location, 3, None)
    stocked(session, item, location, 3, 200)
    order = a_sale(session, a_channel(session), {"item": item, "quantity": 4, "total_minor": 4000})
    (line,) = lines_of(session, order)
    shipment = a_shipment(session, order, location, {line.id: 4})

    book.shipments(session, [shipment.id])
    book.shipments(session, [shipment.id])
    session.commit()

    assert balances(session, order) == {"5000": 400, "1200": -400}
    assert pool(session, item) == (2, 200)
    (left,) = session.scalars(select(ShipmentLine).execution_options(populate_existing=True))
    assert (left.cost_minor, left.cost_currency) == (400, "GBP")


def test_a_cost_that_nobody_ever_told_is_asked_for_once(session: Session) -> None:
    place, channel = a_location(session), a_channel(session)
    lamp, gift = an_item(session, "LAMP"), an_item(session, "GIFT")
    stocked(session, lamp, place, 5, None)
    stocked(session, gift, place, 5, 0)  # a cost of nothing is a cost

    for _ in range(2):
        order = a_sale(session, channel, {"item": lamp, "total_minor": 900}, {"item": gift, "total_minor": 0})
        units = {line.id: 1 for line in lines_of(session, order)}
        book.shipments(session, [a_shipment(session, order, place, units).id])

    (case,) = session.scalars(select(Case))
    assert (case.code, case.subject, case.title) == ("cost_missing", f"itm_{lamp.id}", "Nobody said what LAMP costs")
    assert "`unitCost`" in case.message


def test_what_a_supplier_ships_for_us_costs_what_it_offers(session: Session) -> None:
    item, location = an_item(session), a_location(session, kind=LocationKind.SUPPLIER)
    supplier = Supplier(key="acme", name="Acme", currency="EUR", location_id=location.id)
    session.add(supplier)
    session.flush()
    session.add(
        SupplierOffer(supplier_id=supplier.id, item_id=item.id, supplier_sku="X", currency="EUR", cost_minor=150)
    )
    order = a_sale(session, a_channel(session), {"item": item, "quantity": 2, "total_minor": 4000})
    (line,) = lines_of(session, order)

    book.shipments(session, [a_shipment(session, order, location, {line.id: 2}).id])

    assert balances(session, order, "EUR") == {"5000": 300, "2100": -300}


def test_a_supplier_that_never_named_its_price_is_asked_for_it_once(session: Session) -> None:
    lamp, rug = an_item(session, "LAMP"), an_item(session, "RUG")
    location, channel = a_location(session, kind=LocationKind.SUPPLIER), a_channel(session)
    supplier = Supplier(key="acme", name="Acme", currency="EUR", location_id=location.id)
    session.add(supplier)
    session.flush()
    session.add(
        SupplierOffer(supplier_id=supplier.id, item_id=rug.id, supplier_sku="R", currency="EUR", cost_minor=0)
    )  # for nothing, it says

    for _ in range(2):
        order = a_sale(session, channel, {"item": lamp, "total_minor": 900}, {"item": rug, "total_minor": 900})
        units = {line.id: 1 for line in lines_of(session, order)}
        book.shipments(session, [a_shipment(session, order, location, units).id])

    (case,) = session.scalars(select(Case))
    assert (case.code, case.subject, case.title) == (
        "cost_missing",
        f"itm_{lamp.id}",
        "Acme never said what LAMP costs",
    )
    assert "with supplierOfferSet" in case.message


def test_returned_units_come_back_at_the_cost_they_left_with(session: Session) -> None:
    item, location = an_item(session), a_location(session)
    stocked(session, item, location, 3, None)
    costs.receive(session, [(item.id, 0, 1000)])
    order = a_sale(session, a_channel(session), {"item": item, "quantity": 3, "total_minor": 4000})
    (line,) = lines_of(session, order)
    book.shipments(session, [a_shipment(session, order, location, {line.id: 3}).id])
    stocked(session, item, location, 10, 999)  # the price has changed since

    back = [a_return(session, order, line, (Disposition.RESTOCK, 1), at=location) for _ in range(3)]
    values = []
    for ids in back:
        before = pool(session, item)[1]
        book.received_returns(session, ids)
        book.received_returns(session, ids)
        values.append(pool(session, item)[1] - before)
    session.commit()

    assert values == [333, 334, 333]
    assert pool(session, item) == (13, 10990)
    assert balances(session, order) == {}


def test_units_back_from_two_shipments_take_each_ones_cost(session: Session) -> None:
    item, location = an_item(session), a_location(session)
    order = a_sale(session, a_channel(session), {"item": item, "quantity": 4, "total_minor": 4000})
    (line,) = lines_of(session, order)
    for unit_cost in (100, 300):
        stocked(session, item, location, 2, unit_cost)
        book.shipments(session, [a_shipment(session, order, location, {line.id: 2}).id])

    book.received_returns(session, a_return(session, order, line, (Disposition.RESTOCK, 3), at=location))

    assert pool(session, item) == (3, 500)
    assert balances(session, order) == {"5000": 300, "1200": -300}


def test_damaged_and_written_off_units_are_a_loss(session: Session) -> None:
    item, location = an_item(session), a_location(session)
    stocked(session, item, location, 3, 100)
    order = a_sale(session, a_channel(session), {"item": item, "quantity": 3, "total_minor": 3000})
    (line,) = lines_of(session, order)
    book.shipments(session, [a_shipment(session, order, location, {line.id: 3}).id])

    units = ((Disposition.DAMAGED, 1), (Disposition.WRITE_OFF, 1), (Disposition.MISSING, 1))
    book.received_returns(session, a_return(session, order, line, *units, at=location))

    assert pool(session, item) == (0, 0)
    assert balances(session, order) == {"1200": -300, "5000": 100, "5400": 200}


def test_a_label_is_owed_until_it_is_voided(session: Session) -> None:
    item, location = an_item(session), a_location(session)
    order = a_sale(session, a_channel(session), {"item": item, "total_minor": 1000})
    (line,) = lines_of(session, order)
    shipment = a_shipment(session, order, location, {line.id: 1})
    label = Label(
        shipment_id=shipment.id, carrier="pigeon", service="day", state=LabelState.PURCHASED, cost_minor=399,
        cost_currency="GBP", purchased_at=NOON,
    )  # fmt: skip
    session.add(label)
    session.flush()

    book.label(session, label.id)
    book.label(session, label.id)
    assert balances(session, order) == {"5100": 399, "2400": -399}

    book.label_voided(session, label.id)
    book.label_voided(session, label.id)
    session.commit()
    assert balances(session, order) == {}
