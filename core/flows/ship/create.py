"""A person or a 3PL records what left without our label."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from core import clock
from core.errors import IllegalState, Invalid, NotFound
from core.flows import statuses
from core.flows.confirm import confirm_later
from core.flows.ship.record import ShipmentFact, record
from core.fulfillment import queries as work
from core.orders import queries as orders
from core.origin import Origin
from core.stock.models import Location


@dataclass(frozen=True, slots=True, kw_only=True)
class Left:
    """What left: `lines` by order line, None for all that has not. Without `work_id`, for an order never routed."""

    order_id: int
    work_id: int | None = None
    location: str | None = None
    lines: Mapping[int, int] | None = None
    carrier: str | None = None
    service: str | None = None
    tracking_number: str | None = None
    shipped_at: datetime | None = None
    cost_minor: int | None = None
    cost_currency: str | None = None


def create(session: Session, left: Left) -> int:
    """Record it; the shipment's id. The channel is told of it.

    More than the order has left opens a case. Raises NotFound for what does not exist or belongs to another order,
    Invalid for quantities and dates that make no sense, IllegalState where there is nothing to record.
    """
    now = clock.now()
    if left.shipped_at is not None and left.shipped_at > now:
        raise Invalid("It cannot have left in the future.", path=("input", "shippedAt"))
    (order,) = orders.locked(session, [left.order_id])
    known = {line.id for line in orders.lines_of(session, [left.order_id])[left.order_id]}
    for line_id, units in (left.lines or {}).items():
        if line_id not in known:
            raise NotFound(f"Order {order.number} has no line orl_{line_id}.", path=("input", "lines"))
        if units <= 0:
            raise Invalid(f"{units} units cannot have left; give a number above zero.", path=("input", "lines"))
    location_id = _location(session, left)
    fact = ShipmentFact(
        order_id=left.order_id,
        shipped_at=left.shipped_at or now,
        origin=Origin.PERSON,
        lines=None if left.lines is None else list(left.lines.items()),
        location_id=location_id,
        fulfillment_order_id=left.work_id,
        carrier=left.carrier,
        service=left.service,
        tracking_number=left.tracking_number,
        cost_minor=left.cost_minor,
        cost_currency=left.cost_currency,
    )
    (shipment_id,) = record(session, [fact])
    statuses.refresh(session, [left.order_id])
    if shipment_id is None:
        if left.lines is None:
            raise IllegalState(f"Nothing of order {order.number} is left to ship.", path=("input", "orderId"))
        raise IllegalState(f"Order {order.number} has no such units left to ship.", path=("input", "lines"))
    confirm_later(session, shipment_id)
    return shipment_id


def _location(session: Session, left: Left) -> int | None:
    if left.work_id is not None:
        owner = work.order_ids_of(session, [left.work_id]).get(left.work_id)
        if owner != left.order_id:
            raise NotFound(
                f"The order has no fulfillment order ful_{left.work_id}.", path=("input", "fulfillmentOrderId")
            )
        return work.locked(session, [left.work_id])[0].order.location_id
    if left.location is None:
        return None
    found = session.scalar(select(Location.id).where(Location.code == left.location))
    if found is None:
        raise NotFound(f"There is no location {left.location!r}.", path=("input", "location"))
    return found
