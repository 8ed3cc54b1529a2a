"""A substitute that a person has accepted: it is what is packed, shipped, moved and booked."""

from pathlib import Path

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from core import verify
from core.cases.models import Case
from core.catalog.models import Item
from core.config import Config
from core.flows import book, fulfil, ship, take_back
from core.flows.resolve import resolve
from core.flows.route import route_orders
from core.flows.take_back import Arrival, Asked
from core.hub import Hub
from core.integrations.mirror import mirror
from core.ledgers.models import ItemCost
from core.orders.models import Order
from core.returns import queries as returns
from core.returns.models import Disposition, ReturnReason
from core.shipments.models import ShipmentLine
from core.stock.models import MovementReason, StockLevel
from core.stock.movements import Movement
from tests.builders import a_channel, a_level, a_location, an_item
from tests.core.flows.fulfilling import a_ready_order, configured, level_of, lines_of, parts_of, work_of
from tests.core.stock.ledger import assert_levels_are_sums


@pytest.fixture
def config(config: Config, tmp_path: Path) -> Config:
    return configured(config, "")


@pytest.fixture
def order(hub: Hub, session: Session) -> Order:
    """Five TEA of our own; two of them are to be TIN, of which there are nine at 3.00."""
    mirror(session, hub.registry)
    tea, tin, leeds = an_item(session, "TEA"), an_item(session, "TIN"), a_location(session, "LEEDS")
    for item in (tea, tin):
        a_level(session, item, leeds, 9)
    order = a_ready_order(session, a_channel(session), {tea: 5})
    session.commit()
    route_orders(hub, [order.id])
    (work,) = work_of(session, order)
    (line,) = parts_of(session, work)
    fulfil.reject(session, work.id, lines={line.order_line_id: 2}, reason="Crushed.", substitute_sku="TIN")
    resolve(session, session.scalars(select(Case.id)).one(), option="accept_substitute")
    session.commit()
    assert (level_of(session, tea, leeds.id), level_of(session, tin, leeds.id)) == ((9, 3), (9, 0))
    return order


def packed(session: Session, shipment_id: int) -> list[tuple[str, int]]:
    query = select(ShipmentLine).where(ShipmentLine.shipment_id == shipment_id).order_by(ShipmentLine.id)
    return [(line.sku, line.quantity) for line in session.scalars(query)]


def test_what_is_sent_instead_is_named_and_taken_from_its_own_shelf(session: Session, order: Order) -> None:
    (work,) = work_of(session, order)
    (line,) = parts_of(session, work)

    first = fulfil.pack(session, work.id, [fulfil.Packed(weight_grams=100, lines={line.order_line_id: 4})])
    assert packed(session, first) == [("TEA", 3), ("TIN", 1)]
    ship.cancel(session, first)
    again = fulfil.pack(session, work.id, [fulfil.Packed(weight_grams=100)])
    assert packed(session, again) == [("TEA", 3), ("TIN", 2)]
    ship.hand_over(session, [again])

    assert lines_of(session, order) == [("TEA", 0, 0, 0, 5, 0)]
    levels = select(Item.sku, StockLevel.on_hand).join(StockLevel, StockLevel.item_id == Item.id)
    assert dict(session.execute(levels).all()) == {"TEA": 6, "TIN": 7}
    assert_levels_are_sums(session)


def test_a_substitute_that_is_withdrawn_is_no_longer_sent(session: Session, order: Order) -> None:
    (work,) = work_of(session, order)
    (line,) = parts_of(session, work)

    withdrawn = fulfil.withdraw(session, order.id, {line.order_line_id: 4})

    assert withdrawn.taken == {line.order_line_id: 4}
    left = fulfil.pack(session, work.id, [fulfil.Packed(weight_grams=100)])
    assert sum(units for _, units in packed(session, left)) == 1
    ship.hand_over(session, [left])
    assert_levels_are_sums(session)


@pytest.mark.parametrize(
    ("disposition", "tea", "tin", "pool"),
    [(Disposition.RESTOCK, (9, 0), (8, 0), (8, 2400)), (Disposition.DAMAGED, (9, 0), (7, 1), (7, 2100))],
)
def test_a_substitute_that_comes_back_is_put_where_it_was_taken_from(
    hub: Hub, session: Session, order: Order, disposition: Disposition, tea: tuple[int, int], tin: tuple[int, int],
    pool: tuple[int, int],
) -> None:  # fmt: skip
    """Three TEA and two TIN left; the first out are the first back, so that the fourth unit is a TIN."""
    tell_cost(session, TEA=200, TIN=300)
    (work,) = work_of(session, order)
    ship.hand_over(session, [fulfil.pack(session, work.id, [fulfil.Packed(weight_grams=100)])])
    session.commit()
    (line,) = parts_of(session, work)
    asked = Asked(line_id=line.order_line_id, quantity=4, reason=ReturnReason.WRONG_ITEM)
    return_id = take_back.request(hub, order.id, [asked])
    (expected,) = returns.lines(session, return_id)

    for units, judged in ((3, Disposition.RESTOCK), (1, disposition)):
        take_back.receive(session, return_id, [Arrival(return_line_id=expected.id, quantity=units, disposition=judged)])
    session.commit()

    held = select(Item.sku, StockLevel.on_hand, StockLevel.damaged).join(StockLevel, StockLevel.item_id == Item.id)
    assert {sku: (on_hand, damaged) for sku, on_hand, damaged in session.execute(held)} == {"TEA": tea, "TIN": tin}
    worth = select(Item.sku, ItemCost.quantity, ItemCost.value_minor).join(ItemCost, ItemCost.item_id == Item.id)
    pools = {sku: (units, value) for sku, units, value in session.execute(worth)}
    assert pools == {"TEA": (9, 1800), "TIN": pool}
    assert [found for found in verify.run(hub.engine) if found.invariant in {3, 9}] == []  # stock, and what it costs


def tell_cost(session: Session, **costs: int) -> None:
    """What the stock that is there was bought for, in pence a unit."""
    levels = session.execute(select(Item.sku, Item.id, StockLevel.location_id, StockLevel.on_hand).join(StockLevel))
    bought = [
        Movement(
            item_id=item_id,
            location_id=place,
            reason=MovementReason.RECEIPT,
            on_hand=on_hand,
            unit_cost_minor=costs[sku],
        )
        for sku, item_id, place, on_hand in levels
    ]
    book.stock_value(session, bought)
