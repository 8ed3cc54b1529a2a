"""Short ways to the things that tests begin with: real rows, with what a test does not care about filled in."""

from collections.abc import Mapping
from datetime import datetime
from itertools import count
from typing import Any, TypeVar

from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from core import clock
from core.catalog.models import Channel, Item, ItemKind, Listing, channel_locations
from core.catalog.service import Part, set_components
from core.db import Base
from core.fulfillment.models import FulfillmentLine, FulfillmentMethod, FulfillmentOrder
from core.orders.lines import Shift, shift
from core.orders.models import Order, OrderLine
from core.orders.states import OrderStatus
from core.stock.models import Location, LocationKind, MovementReason, StockLevel
from core.stock.service import Movement, Wanted, levels, move, open_levels, reserve

Row = TypeVar("Row", bound=Base)

_numbers = count(1)


def an_item(session: Session, sku: str | None = None, **columns: Any) -> Item:
    sku = sku or f"SKU-{next(_numbers)}"
    return _added(session, Item(sku=sku, **{"name": sku.title(), **columns}))


def a_bundle(session: Session, parts: Mapping[Item, int], sku: str | None = None) -> Item:
    """A bundle of these items, so many of each; its price is shared equally."""
    bundle = an_item(session, sku, kind=ItemKind.BUNDLE)
    set_components(session, bundle, [Part(item.sku, quantity) for item, quantity in parts.items()])
    return bundle


def a_location(session: Session, code: str | None = None, **columns: Any) -> Location:
    code = code or f"LOC-{next(_numbers)}"
    return _added(session, Location(code=code, **{"name": code.title(), "kind": LocationKind.WAREHOUSE, **columns}))


def a_channel(
    session: Session, key: str | None = None, locations: tuple[Location, ...] = (), **columns: Any
) -> Channel:
    """A channel in GBP; without locations it sells from all of them."""
    key = key or f"shop-{next(_numbers)}"
    channel = _added(session, Channel(key=key, **{"name": key.title(), "currency": "GBP", **columns}))
    for location in locations:
        session.execute(insert(channel_locations).values(channel_id=channel.id, location_id=location.id))
    return channel


def a_listing(session: Session, channel: Channel, item: Item | None, **columns: Any) -> Listing:
    external = columns.pop("external_id", None) or (item.sku if item else f"EXT-{next(_numbers)}")
    fields = {"external_sku": external, "item_id": item.id if item else None, **columns}
    return _added(session, Listing(channel_id=channel.id, external_id=external, **fields))


def a_level(
    session: Session, item: Item, location: Location, on_hand: int = 0, *, safety: int = 0, **movement: Any
) -> StockLevel:
    """Stock of one item, received through the ledger for nothing; `movement` holds its other columns."""
    place = (item.id, location.id)
    open_levels(session, [place])
    if on_hand:
        fields = {"reason": MovementReason.RECEIPT, "unit_cost_minor": 0, **movement}
        move(session, [Movement(item_id=item.id, location_id=location.id, on_hand=on_hand, **fields)])
    level = levels(session, [place])[place]
    level.safety = safety
    session.flush()
    return level


def an_order(
    session: Session,
    channel: Channel,
    lines: Mapping[Item, int],
    *,
    placed_at: datetime | None = None,
    backordered: bool = False,
    **columns: Any,
) -> Order:
    """A confirmed order at 10.00 a unit whose units are all open (or all backordered)."""
    number = f"TEST-{next(_numbers)}"
    total = sum(lines.values()) * 1000
    fields = {
        "currency": "GBP",
        "status": OrderStatus.CONFIRMED,
        "subtotal_minor": total,
        "total_minor": total,
        **columns,
    }
    order = _added(session, Order(number=number, channel_id=channel.id, placed_at=placed_at or clock.now(), **fields))
    for position, (item, quantity) in enumerate(lines.items(), start=1):
        line = OrderLine(
            order_id=order.id,
            position=position,
            item_id=item.id,
            sku=item.sku,
            name=item.name,
            quantity=quantity,
            open=0 if backordered else quantity,
            backordered=quantity if backordered else 0,
            currency=order.currency,
            unit_price_minor=1000,
            total_minor=quantity * 1000,
        )
        _added(session, line)
    return order


def work_for(session: Session, order: Order, location: Location) -> list[Wanted]:
    """A fulfillment order for all of an order's lines at one location, and what it wants reserved."""
    work = FulfillmentOrder(order_id=order.id, location_id=location.id, method=FulfillmentMethod.SELF)
    _added(session, work)
    wanted = []
    query = select(OrderLine).where(OrderLine.order_id == order.id).order_by(OrderLine.position)
    for line in session.scalars(query):
        assert line.item_id is not None
        task = FulfillmentLine(
            fulfillment_order_id=work.id,
            order_line_id=line.id,
            item_id=line.item_id,
            sku=line.sku,
            quantity=line.quantity,
        )
        _added(session, task)
        wanted.append(Wanted(task.id, line.id, order.id, line.item_id, location.id, line.quantity))
    return wanted


def routed(session: Session, order: Order, location: Location) -> list[Wanted]:
    """All of an open order allocated to one location, its units reserved there."""
    wanted = work_for(session, order, location)
    assert reserve(session, wanted) == set()
    shift(session, [Shift(line.order_line_id, "open", "allocated", line.quantity) for line in wanted])
    return wanted


def _added(session: Session, row: Row) -> Row:
    session.add(row)
    session.flush()
    return row
