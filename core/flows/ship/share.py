"""Which of an order's units a shipment by somebody else took: from work, from what waited, or more than there was."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from sqlalchemy import text
from sqlalchemy.orm import Session

from core import clock
from core.flows.fulfil.stop import stop_elsewhere
from core.flows.ship.unpack import unpack_units
from core.fulfillment import queries
from core.fulfillment.models import FulfillmentLine
from core.fulfillment.queries import Work
from core.fulfillment.service import close_finished, substitutes_among
from core.fulfillment.work import record
from core.orders.lines import Bucket

if TYPE_CHECKING:
    from core.flows.ship.record import ShipmentFact

_LINES = text(
    """
    select id, order_id, item_id, sku, bundle_line_id, per_bundle, ships, open, backordered, allocated, shipped
    from order_lines where order_id = any(:orders) order by order_id, position
    """
)
# The same of orders whose lines were written as shipped: what they count is what is to be shared out.
_COUNTED = text(
    """
    select id, order_id, item_id, sku, bundle_line_id, per_bundle, ships, shipped as open, 0 as backordered,
           0 as allocated, 0 as shipped
    from order_lines where order_id = any(:orders) order by order_id, position
    """
)


@dataclass(slots=True, eq=False)
class Line:
    """An order line and the units that no shipment of this batch has taken yet."""

    id: int
    order_id: int
    item_id: int | None
    sku: str
    bundle_line_id: int | None
    per_bundle: int | None
    ships: bool
    open: int
    backordered: int
    allocated: int
    shipped: int

    @property
    def left(self) -> int:
        return self.open + self.backordered + self.allocated


@dataclass(slots=True)
class Share:
    """What one shipment consists of.

    units: by line. shifts: (line id, bucket, units) that left. reserved: by fulfillment line, to be consumed.
    free: (item id, units) that nothing was reserved for. excess: units reported beyond what the order had left.
    instead: by line, (item id, units) of these that left as a substitute; they are off the shelf of `location_id`.
    """

    location_id: int | None
    units: dict[Line, int] = field(default_factory=dict)
    shifts: list[tuple[int, Bucket, int]] = field(default_factory=list)
    reserved: dict[int, int] = field(default_factory=dict)
    free: list[tuple[int, int]] = field(default_factory=list)
    excess: dict[Line, int] = field(default_factory=dict)
    instead: dict[Line, tuple[int, int]] = field(default_factory=dict)


def share_out(session: Session, facts: "Sequence[ShipmentFact]", *, counted: bool = False) -> list[Share]:
    """Share out each fact in turn; work that has lost its units to one is stopped."""
    if not facts:
        return []
    orders = sorted({fact.order_id for fact in facts})
    lines: dict[int, list[Line]] = {order_id: [] for order_id in orders}
    for row in session.execute(_COUNTED if counted else _LINES, {"orders": orders}):
        lines[row.order_id].append(Line(*row))
    desk = _Desk(session, queries.of_orders(session, orders) if _in_work(lines.values()) else [])
    shares = [desk.share(fact, lines[fact.order_id]) for fact in facts]
    desk.close()
    return shares


def _in_work(orders: Iterable[list[Line]]) -> bool:
    return any(line.allocated for lines in orders for line in lines)


class _Desk:
    """The work of the orders at hand, while facts take units from it."""

    def __init__(self, session: Session, work: list[Work]) -> None:
        self._session = session
        self._work = work
        self._overtaken: dict[FulfillmentLine, int] = {}

    def share(self, fact: "ShipmentFact", lines: list[Line]) -> Share:
        share = Share(fact.location_id)
        for line, wanted in _wanted(fact, lines):
            taken = min(wanted, line.left)
            if taken:
                share.units[line] = share.units.get(line, 0) + taken
                self._take(fact, share, line, taken)
            if wanted > taken:
                share.excess[line] = share.excess.get(line, 0) + wanted - taken
        return share

    def close(self) -> None:
        """Stop work whose units left by other hands."""
        if not self._work:
            return
        self._session.flush()
        stop_elsewhere(self._session, self._work, self._overtaken)
        for closed in close_finished(self._work, clock.now()):
            record(
                self._session,
                "fulfillment.closed",
                closed,
                f"Fulfillment order ful_{closed.id} has nothing left to ship.",
            )

    def _take(self, fact: "ShipmentFact", share: Share, line: Line, wanted: int) -> None:
        for bucket in ("allocated", "open", "backordered"):
            units = min(wanted, getattr(line, bucket))
            if not units:
                continue
            wanted -= units
            setattr(line, bucket, getattr(line, bucket) - units)
            line.shipped += units
            share.shifts.append((line.id, bucket, units))
            if bucket == "allocated":
                self._from_work(fact, share, line, units)
            elif line.item_id is not None:
                share.free.append((line.item_id, units))

    def _instead(self, fact: "ShipmentFact", share: Share, line: Line, part: FulfillmentLine, units: int) -> int:
        """Units of these that left as the substitute; taken note of."""
        _, before = share.instead.get(line, (0, 0))
        told = fact.substitutes.get(line.id)
        instead = substitutes_among(part, units, told=None if told is None else told - before)
        if instead and part.substitute_item_id is not None:
            part.substituted -= instead
            share.instead[line] = (part.substitute_item_id, before + instead)
        return instead

    def _from_work(self, fact: "ShipmentFact", share: Share, line: Line, wanted: int) -> None:
        """The work that the fact names ships; any other is overtaken, and has that much less to do."""
        for work in sorted(self._work, key=lambda work: work.order.id != fact.fulfillment_order_id):
            for part in work.lines:
                units = min(wanted, queries.left(part)) if part.order_line_id == line.id else 0
                if not units:
                    continue
                wanted -= units
                if units > queries.unpacked(part):
                    unpack_units(self._session, {part: units})
                instead = self._instead(fact, share, line, part, units)
                if work.order.id == fact.fulfillment_order_id:
                    part.shipped += units
                    part.accepted = max(part.accepted, part.shipped)
                    part.cancelling = min(part.cancelling, queries.left(part))
                else:
                    part.cancelled += units
                    self._overtaken[part] = self._overtaken.get(part, 0) + units
                share.reserved[part.id] = share.reserved.get(part.id, 0) + units - instead
                share.location_id = work.order.location_id


def _wanted(fact: "ShipmentFact", lines: list[Line]) -> list[tuple[Line, int]]:
    if fact.lines is None:
        return [(line, line.left) for line in lines if line.ships and line.left]
    known = {line.id: line for line in lines}
    wanted = []
    for line_id, units in fact.lines:
        parts = [line for line in lines if line.bundle_line_id == line_id]
        if parts:
            wanted += [(part, units * (part.per_bundle or 1)) for part in parts]
        elif line_id in known:
            wanted.append((known[line_id], units))
    return wanted
