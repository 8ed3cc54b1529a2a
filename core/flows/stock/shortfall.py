"""Breaking the youngest promises where less is there than was promised, and telling a person."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from sqlalchemy import select
from sqlalchemy.orm import Session

from core import ids
from core.cases.models import CaseKind
from core.cases.service import open_case
from core.flows import advance, statuses
from core.flows.fulfil.withdraw import withdraw
from core.orders import queries as orders
from core.orders.models import Order, OrderLine
from core.stock.models import Reservation, StockLevel
from core.stock.service import Place


@dataclass(slots=True)
class Shortfall:
    """What one level lacks of what is promised, and whose promises were broken for it."""

    missing: int
    taken: dict[str, int] = field(default_factory=dict)
    left: int = 0


def take_back(session: Session, lacking: Mapping[Place, int], short: Mapping[Place, Shortfall]) -> bool:
    """Take the youngest promises of these levels back and have their orders routed again; says whether any was."""
    wanted: dict[tuple[int, int], dict[int, int]] = {}
    for place, missing in lacking.items():
        for order_id, line_id, units in _youngest(session, place, missing):
            lines = wanted.setdefault((order_id, place[1]), {})
            lines[line_id] = lines.get(line_id, 0) + units
    if not wanted:
        return False
    touched = {order.id: order for order in orders.locked(session, {order_id for order_id, _ in wanted})}
    # What the same order was promised from elsewhere is there, and stays.
    taken = {
        (order_id, location_id): withdraw(session, order_id, lines, location_ids=[location_id]).taken
        for (order_id, location_id), lines in sorted(wanted.items())
    }
    for order_id, location_id in wanted:
        _note(session, touched[order_id], location_id, taken[order_id, location_id], short)
    statuses.refresh(session, touched)
    advance.later(session, sorted(touched))
    return any(taken.values())


def _youngest(session: Session, place: Place, missing: int) -> list[tuple[int, int, int]]:
    """(order, order line, units) of the reservations of a level, youngest first, until `missing` units are found."""
    query = (
        select(OrderLine.order_id, Reservation.order_line_id, Reservation.quantity)
        .join(OrderLine, OrderLine.id == Reservation.order_line_id)
        .where(Reservation.item_id == place[0], Reservation.location_id == place[1], Reservation.quantity > 0)
        .order_by(Reservation.created_at.desc(), Reservation.id.desc())
    )
    found = []
    for order_id, line_id, reserved in session.execute(query):
        if missing <= 0:
            break
        units = min(missing, reserved)
        found.append((order_id, line_id, units))
        missing -= units
    return found


def _note(
    session: Session, order: Order, location_id: int, taken: Mapping[int, int], short: Mapping[Place, Shortfall]
) -> None:
    lines = select(OrderLine.item_id, OrderLine.id).where(OrderLine.id.in_(taken))
    for item_id, line_id in session.execute(lines):
        shortage = short.get((item_id, location_id)) if item_id is not None else None
        if shortage is not None:
            shortage.taken[order.number] = shortage.taken.get(order.number, 0) + taken[line_id]


def tell(
    session: Session,
    short: Mapping[Place, Shortfall],
    after: Mapping[Place, StockLevel],
    names: Mapping[Place, tuple[str, str]],
) -> None:
    for place, shortage in short.items():
        sku, code = names[place]
        whose = ", ".join(f"{units} of {number}" for number, units in shortage.taken.items())
        parts = [f"{shortage.missing} units of {sku} at {code} were promised but are not there."]
        if whose:
            parts.append(f"Taken back, youngest first, and routed again: {whose}.")
        if shortage.left:
            parts.append(
                f"{shortage.left} could not be taken back and still count as on hand: find them, or cancel their work."
            )
        open_case(
            session,
            kind=CaseKind.STOCK,
            code="stock_shortfall",
            title=f"{sku} at {code} is {shortage.missing} short of what was promised",
            message=" ".join(parts),
            subject=ids.encode("lvl", after[place].id),
            data={"missing": shortage.missing, "taken_back": shortage.taken, "left": shortage.left},
        )


def tell_of_contradictions(
    session: Session,
    impossible: Mapping[Place, int],
    after: Mapping[Place, StockLevel],
    names: Mapping[Place, tuple[str, str]],
) -> None:
    """A figure said that less was there than has left since: somebody miscounted, or booked what did not happen."""
    for place, units in impossible.items():
        sku, code = names[place]
        open_case(
            session,
            kind=CaseKind.STOCK,
            code="stock_figure_contradicted",
            title=f"{units} more of {sku} left {code} than its figure says were there",
            message=f"Since the figure was taken {units} more units of {sku} left {code} than it says were there. "
            "It is now taken to have none: count it again.",
            subject=ids.encode("lvl", after[place].id),
            data={"units": units},
        )
