"""Units that a location will not ship: their stock is free, routing passes the location over, the order moves on."""

from collections.abc import Mapping
from datetime import datetime, timedelta

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from core import clock, ids
from core.flows.advance import later
from core.flows.ship.unpack import unpack_units
from core.fulfillment import queries
from core.fulfillment.models import FulfillmentLine
from core.fulfillment.queries import Work
from core.fulfillment.service import close_finished
from core.fulfillment.work import record
from core.orders.lines import Shift, shift
from core.purchasing.models import Supplier, SupplierOffer
from core.stock import service as stock

LEFT_OUT = timedelta(hours=24)
"""How long routing passes a supplier over for an item that it has just refused."""


def refuse(session: Session, work: Work, units: Mapping[int, int] | None, *, reason: str) -> dict[int, int]:
    """Take units away from work that was locked; by fulfillment line, None for all that is left.

    Never more than is left: the answer says how many units of each line that really was. They are open again and
    routed anew. The caller refreshes the order.
    """
    now = clock.now()
    lines = {line.id: line for line in work.lines}
    wanted = {line.id: queries.left(line) for line in work.lines} if units is None else units
    refused = {line_id: min(quantity, queries.left(lines[line_id])) for line_id, quantity in wanted.items()}
    refused = {line_id: quantity for line_id, quantity in refused.items() if quantity > 0}
    if not refused:
        return {}
    unpack_units(
        session,
        {
            lines[line_id]: quantity
            for line_id, quantity in refused.items()
            if quantity > queries.unpacked(lines[line_id])
        },
    )
    for line_id, quantity in refused.items():
        _mark(lines[line_id], quantity, now)
    session.flush()
    stock.release(session, refused, reference=ids.encode("ful", work.order.id))
    shift(
        session, [Shift(lines[line_id].order_line_id, "allocated", "open", units) for line_id, units in refused.items()]
    )
    _leave_out(session, work.order.location_id, {lines[line_id].item_id for line_id in refused}, now)
    what = ", ".join(f"{quantity} {lines[line_id].sku}" for line_id, quantity in refused.items())
    data: dict[str, object] = {"reason": reason}
    record(
        session, "fulfillment.rejected", work.order, f"ful_{work.order.id}: {what} will not be shipped: {reason}", data
    )
    close_finished([work], now)
    later(session, [work.order.order_id])
    return refused


def _mark(line: FulfillmentLine, quantity: int, now: datetime) -> None:
    line.rejected += quantity
    line.rejected_at = now
    line.cancelling = min(line.cancelling, queries.left(line))
    line.accepted = min(line.accepted, line.quantity - line.rejected - line.cancelled)
    line.picked = min(line.picked, line.shipped + queries.left(line))
    line.substituted = min(line.substituted, queries.unpacked(line))


def _leave_out(session: Session, location_id: int, item_ids: set[int], now: datetime) -> None:
    supplier = select(Supplier.id).where(Supplier.location_id == location_id).scalar_subquery()
    session.execute(
        update(SupplierOffer)
        .where(SupplierOffer.supplier_id == supplier, SupplierOffer.item_id.in_(item_ids))
        .values(left_out_until=now + LEFT_OUT)
    )
