"""Goods arrive: stock and its cost, what we owe for it, and those who waited for it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from sqlalchemy import select
from sqlalchemy.orm import Session

from core import clock
from core.catalog.models import Item
from core.errors import Invalid, NotFound
from core.flows import book
from core.flows.purchase import incoming, short
from core.flows.stock import promote
from core.money import to_minor
from core.purchasing import queries, service
from core.purchasing.models import PurchaseOrder, PurchaseOrderLine, PurchaseOrderState
from core.stock import service as stock
from core.stock.models import MovementReason
from core.stock.service import Movement

_LARGEST = 1_000_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Received:
    """Units of one item that came. `unit_cost` None: as it was ordered."""

    sku: str
    quantity: int
    unit_cost: Decimal | None = None


def receive(
    session: Session, purchase_order_id: int, arrivals: Sequence[Received], *, at: datetime | None = None
) -> int:
    """Take goods in and book them; backorders that can be served now are looked at again, the first in line first.

    More than was ordered may come. `at`: when they came; None: now. Raises NotFound for an item that is not on it,
    IllegalState, Invalid.
    """
    order = queries.locked(session, purchase_order_id)
    if not arrivals:
        raise Invalid("Name at least one line.", path=("lines",))
    lines = _by_sku(session, order)
    came_at = at or clock.now()
    movements = [_movement(order, lines, arrival, place, came_at) for place, arrival in enumerate(arrivals)]
    units: dict[int, int] = {}
    for arrival in arrivals:
        line = lines[arrival.sku]
        units[line.id] = units.get(line.id, 0) + arrival.quantity
    service.received(session, order, units)
    if order.state is PurchaseOrderState.RECEIVED:
        short.settle(session, order, "All of it has come.")
    stock.move(session, movements)
    incoming.count(session, order)
    book.stock_value(session, movements)
    promote(session, sorted({movement.item_id for movement in movements}))
    return order.id


def _by_sku(session: Session, order: PurchaseOrder) -> dict[str, PurchaseOrderLine]:
    lines = {line.item_id: line for line in queries.lines_of(session, order.id)}
    found = session.execute(select(Item.sku, Item.id).where(Item.id.in_(lines)))
    return {sku: lines[item_id] for sku, item_id in found}


def _movement(
    order: PurchaseOrder, lines: Mapping[str, PurchaseOrderLine], arrival: Received, place: int, at: datetime
) -> Movement:
    path = ("lines", str(place))
    line = lines.get(arrival.sku)
    if line is None:
        raise NotFound(f"{arrival.sku!r} is not on {order.number}. Receive it with stockAdjust.", path=(*path, "sku"))
    if not 0 < arrival.quantity <= _LARGEST:
        raise Invalid(f"{arrival.quantity} units cannot come: 1 to {_LARGEST:,}.", path=(*path, "quantity"))
    cost = line.unit_cost_minor
    if arrival.unit_cost is not None:
        cost = to_minor(arrival.unit_cost, order.currency, path=(*path, "unitCost"))
        if cost < 0:
            raise Invalid("A cost is 0 or more.", path=(*path, "unitCost"))
    return Movement(
        item_id=line.item_id,
        location_id=order.location_id,
        reason=MovementReason.RECEIPT,
        on_hand=arrival.quantity,
        unit_cost_minor=cost,
        cost_currency=order.currency,
        reference=f"po_{order.id}",
        occurred_at=at,
    )
