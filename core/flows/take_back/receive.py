"""Returned goods arrive and are judged: back to stock, damaged, written off, sent on, or still to be looked at."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from core import clock, outbox
from core.errors import ExceedsReturnable, Invalid, NotFound
from core.flows import statuses
from core.flows.take_back.decide import locked, require
from core.flows.take_back.put_away import STORED, Judged, put_away
from core.orders.models import OrderLine
from core.returns import queries
from core.returns.models import Disposition, LineDisposition, Return, ReturnLine, ReturnState
from core.shipments.models import Shipment, ShipmentLine
from core.stock.models import Location


@dataclass(frozen=True, slots=True, kw_only=True)
class Arrival:
    """Units of one return line, and what they turned out to be."""

    return_line_id: int
    quantity: int
    disposition: Disposition
    note: str | None = None


def receive(session: Session, return_id: int, arrivals: Sequence[Arrival], *, location: str | None = None) -> int:
    """Take units in. `location` is the code of where they are; without it, where most of them shipped from.

    MISSING units were announced and did not come: they are accounted for, and never refunded.
    Raises ExceedsReturnable for more than was approved, Invalid, NotFound, WrongReturnState.
    """
    found = locked(session, return_id)
    require(found, "returnReceive")
    lines = _checked(session, found, arrivals)
    for arrival in arrivals:
        line = lines[arrival.return_line_id]
        line.received += arrival.quantity
        if line.received > line.approved:
            raise ExceedsReturnable(
                f"{line.received} units of {line.sku} would have come back; {line.approved} were approved.",
                path=("lines",),
            )
    placed = _location(session, location)
    places = {line.id: placed or _shipped_from(session, found.order_id, line.order_line_id) for line in lines.values()}
    _write(session, found, arrivals, lines, places)
    found.received_at = clock.now()
    found.state = _state(session, found)
    return _told(session, found, "return.received", arrivals, lines)


def inspect(session: Session, return_id: int, arrivals: Sequence[Arrival]) -> int:
    """Move units from PENDING to what they turned out to be. Raises Invalid for more than are pending."""
    found = locked(session, return_id)
    require(found, "returnInspect")
    lines = _checked(session, found, arrivals)
    if any(arrival.disposition is Disposition.PENDING for arrival in arrivals):
        raise Invalid("An inspection says what units are; PENDING is what they were.", path=("lines",))
    places: dict[int, int | None] = {}
    for arrival in arrivals:
        places[arrival.return_line_id] = _take_pending(session, lines[arrival.return_line_id], arrival.quantity)
    _write(session, found, arrivals, lines, places)
    found.state = _state(session, found)
    return _told(session, found, "return.inspected", arrivals, lines)


def _checked(session: Session, found: Return, arrivals: Sequence[Arrival]) -> dict[int, ReturnLine]:
    lines = {line.id: line for line in queries.lines(session, found.id)}
    if not arrivals:
        raise Invalid("Give at least one line.", path=("lines",))
    for place, arrival in enumerate(arrivals):
        path = ("lines", str(place))
        if arrival.return_line_id not in lines:
            raise NotFound(f"{found.number} has no line rtl_{arrival.return_line_id}.", path=(*path, "returnLineId"))
        if arrival.quantity <= 0:
            raise Invalid("The number of units must be above zero.", path=(*path, "quantity"))
    return lines


def _location(session: Session, code: str | None) -> int | None:
    if code is None:
        return None
    found = session.scalar(select(Location.id).where(Location.code == code))
    if found is None:
        raise NotFound(f"There is no location {code!r}.", path=("location",))
    return found


def _shipped_from(session: Session, order_id: int, order_line_id: int) -> int | None:
    statement = (
        select(Shipment.location_id)
        .join(ShipmentLine, ShipmentLine.shipment_id == Shipment.id)
        .where(Shipment.order_id == order_id, ShipmentLine.order_line_id == order_line_id)
        .where(Shipment.location_id.is_not(None))
        .group_by(Shipment.location_id)
        .order_by(func.sum(ShipmentLine.quantity).desc(), Shipment.location_id)
        .limit(1)
    )
    return session.scalar(statement)


def _write(
    session: Session,
    found: Return,
    arrivals: Sequence[Arrival],
    lines: dict[int, ReturnLine],
    places: dict[int, int | None],
) -> None:
    now = clock.now()
    items = _items(session, [lines[arrival.return_line_id].order_line_id for arrival in arrivals])
    rows = [
        LineDisposition(
            return_line_id=arrival.return_line_id,
            disposition=arrival.disposition,
            quantity=arrival.quantity,
            location_id=places[arrival.return_line_id],
            note=arrival.note,
            recorded_at=now,
        )
        for arrival in arrivals
    ]
    if any(row.disposition in STORED and row.location_id is None for row in rows):
        raise Invalid("Nobody knows where these goods shipped from: name the location they are at.", path=("location",))
    session.add_all(rows)
    session.flush()
    units = [
        Judged(
            disposition_id=row.id,
            return_id=found.id,
            order_line_id=lines[row.return_line_id].order_line_id,
            item_id=items.get(lines[row.return_line_id].order_line_id),
            location_id=row.location_id,
            disposition=row.disposition,
            quantity=row.quantity,
            note=row.note,
            at=now,
        )
        for row in rows
    ]
    put_away(session, units)


def _items(session: Session, order_line_ids: Sequence[int]) -> dict[int, int | None]:
    statement = select(OrderLine.id, OrderLine.item_id).where(OrderLine.id.in_(order_line_ids))
    return dict(session.execute(statement).all())


def _take_pending(session: Session, line: ReturnLine, quantity: int) -> int | None:
    """Lessen what is pending of a line, oldest first, and say where it lay."""
    statement = (
        select(LineDisposition)
        .where(LineDisposition.return_line_id == line.id, LineDisposition.disposition == Disposition.PENDING)
        .order_by(LineDisposition.id)
    )
    pending = list(session.scalars(statement))
    if quantity > sum(row.quantity for row in pending):
        total = sum(row.quantity for row in pending)
        raise Invalid(f"Only {total} units of {line.sku} wait for inspection.", path=("lines",))
    for row in pending:
        part = min(quantity, row.quantity)
        quantity -= part
        if part == row.quantity:
            session.delete(row)
        else:
            row.quantity -= part
    session.flush()
    return pending[0].location_id


def _state(session: Session, found: Return) -> ReturnState:
    lines = queries.lines(session, found.id)
    if any(line.received < line.approved for line in lines):
        return ReturnState.PARTIALLY_RECEIVED
    waiting = queries.pending_units(session, [line.id for line in lines])
    return ReturnState.RECEIVED if waiting else ReturnState.INSPECTED


def _told(
    session: Session, found: Return, event: str, arrivals: Sequence[Arrival], lines: dict[int, ReturnLine]
) -> int:
    found.version += 1
    said = ", ".join(
        f"{arrival.quantity} x {lines[arrival.return_line_id].sku} ({arrival.disposition.value.lower()})"
        for arrival in arrivals
    )
    outbox.record(session, event, f"ret_{found.id}", f"{found.number}: {said}.", order_id=found.order_id)
    session.flush()
    statuses.refresh(session, [found.order_id])
    return found.id
