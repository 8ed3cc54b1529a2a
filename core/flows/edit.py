"""Changing what an order is for, while it is not finished."""

from collections.abc import Mapping, Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from core import ids, outbox
from core.catalog.models import Channel, Item
from core.errors import IllegalState, Invalid, NotFound, VersionConflict
from core.flows import advance, book, cancel, statuses
from core.flows.cancel.stop import left
from core.flows.capture import lines as changing
from core.money import divide
from core.orders import queries
from core.orders.models import Order, OrderLine
from core.orders.states import OrderStatus
from crossdock.orders import LineData, OrderData

MOST_UNITS = 2**31 - 1
_FINISHED = {OrderStatus.COMPLETED, OrderStatus.CANCELLED, OrderStatus.CANCELLING}


def edit(
    session: Session,
    order_id: int,
    *,
    quantities: Mapping[int, int] | None = None,
    add: Sequence[LineData] = (),
    expected_version: int,
) -> int:
    """Give lines new quantities (order line id to units, 0 takes it away) and add lines; books the difference.

    Units taken away are given back where they were paid. More units cost what the first ones did. Raises NotFound,
    Invalid, VersionConflict; IllegalState for a finished order and for units that have left.
    """
    (order,) = queries.locked(session, [order_id])
    if order.version != expected_version:
        said = f"Order {order.number} is at version {order.version}, not {expected_version}. Read it again."
        raise VersionConflict(said, path=("expectedVersion",))
    if order.status in _FINISHED:
        raise IllegalState(f"Order {order.number} is {order.status.lower()} and cannot be edited.", path=("id",))
    lines = queries.lines_of(session, [order_id])[order_id]
    _requantify(session, order, lines, quantities or {})
    _add(session, order, add)
    session.flush()
    fresh = queries.lines_of(session, [order_id])[order_id]
    changing.sum_up(order, fresh, shipping=order.shipping_minor, shipping_tax=order.shipping_tax_minor)
    session.flush()
    book.changes(session, [order_id])
    queries.mark_unchecked(session, [order_id])
    outbox.record(
        session, "order.edited", ids.encode("ord", order_id), f"Order {order.number} was edited.", order_id=order_id
    )
    statuses.refresh(session, [order_id])
    advance.later(session, [order_id])
    return order_id


def _requantify(session: Session, order: Order, lines: Sequence[OrderLine], quantities: Mapping[int, int]) -> None:
    known = {line.id: line for line in lines}
    less: dict[int, int] = {}
    for place, (line_id, wanted) in enumerate(quantities.items()):
        line, path = known.get(line_id), ("quantities", str(place))
        if line is None:
            raise NotFound(f"Order {order.number} has no line orl_{line_id}.", path=(*path, "lineId"))
        if line.bundle_line_id is not None:
            raise Invalid(f"{line.sku} is part of a bundle: edit the bundle's line.", path=(*path, "lineId"))
        if not 0 <= wanted <= MOST_UNITS:
            raise Invalid(f"{wanted} cannot be: a quantity is between 0 and {MOST_UNITS}.", path=(*path, "quantity"))
        parts = [(part, part.per_bundle or 1) for part in lines if part.bundle_line_id == line.id] or [(line, 1)]
        gone = min(part.cancelled // per_unit for part, per_unit in parts)
        change = wanted - (line.quantity - gone)
        if change > 0:
            _grow(session, order, lines, line, change)
        for part, per_unit in parts if change < 0 else ():
            if -change * per_unit > left(part):
                said = f"{part.sku} has {left(part)} units that can still be taken away, not {-change * per_unit}."
                raise IllegalState(said, path=(*path, "quantity"))
            less[part.id] = -change * per_unit
    session.flush()
    if less:
        stopped = cancel.stop(session, order, lines, less, give_back=True, why="the order was edited")
        if stopped.refused:
            raise IllegalState(f"Some of it is leaving order {order.number} right now.", path=("quantities",))


def _grow(session: Session, order: Order, lines: Sequence[OrderLine], line: OrderLine, units: int) -> None:
    included = order.taxes_included
    gross = changing.gross_of(line, included=included) + line.unit_price_minor * units
    tax = line.tax_minor + (divide(line.tax_minor * units, line.quantity) if line.quantity else 0)
    changing.grow(session, lines, line, units)
    changing.price(
        lines, line, unit=line.unit_price_minor, gross=gross, discount=line.discount_minor, tax=tax, included=included
    )


def _add(session: Session, order: Order, add: Sequence[LineData]) -> None:
    if not add:
        return
    known = set(session.scalars(select(Item.sku).where(Item.sku.in_({line.sku for line in add}))))
    for place, line in enumerate(add):
        if line.sku not in known:
            raise NotFound(f"No item has the SKU {line.sku!r}.", path=("add", str(place), "sku"))
        if not 0 < line.quantity <= MOST_UNITS:
            said = f"{line.quantity} cannot be: a quantity is between 1 and {MOST_UNITS}."
            raise Invalid(said, path=("add", str(place), "quantity"))
    data = OrderData(
        external_id=order.external_id or "",
        placed_at=order.placed_at,
        currency=order.currency,
        taxes_included=order.taxes_included,
        lines=tuple(add),
    )
    channel = session.get_one(Channel, order.channel_id)
    changing.add(session, channel, [(order, data, [(line, 0) for line in add])])


__all__ = ["MOST_UNITS", "edit"]
