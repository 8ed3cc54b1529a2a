"""Packed goods leave: stock and cost move, the channel is told."""

from collections.abc import Collection, Iterator
from datetime import datetime

from sqlalchemy.orm import Session

from core import clock, ids, outbox
from core.errors import IllegalState
from core.flows import book, statuses
from core.flows.confirm import confirm_later
from core.flows.ship.counted import Gone, counted_without
from core.flows.ship.unpack import contents_of
from core.flows.shipment_lock import locked
from core.fulfillment import queries
from core.fulfillment.queries import Work
from core.fulfillment.service import close_finished
from core.orders import queries as orders
from core.orders.lines import Shift, shift
from core.shipments.models import Shipment, ShipmentLine, ShipmentStatus
from core.shipments.tracking import HERE
from core.stock import service as stock
from core.stock.models import MovementReason
from core.stock.service import Movement


def hand_over(
    session: Session, shipment_ids: Collection[int], *, at: datetime | None = None, forced: bool = False
) -> list[int]:
    """Shipments leave, with or without a label of ours; `at` None: now. Those that left before are passed over.

    Says which left now. Raises NotFound, and IllegalState for one that was cancelled or whose order is on hold; not
    where it is `forced`, as somebody has seen it on its way.
    """
    now = clock.now()
    moment = at or now
    shipments = locked(session, shipment_ids, path=("ids",))
    leaving = [shipment for shipment in shipments if shipment.status in HERE]
    if not forced:
        _check(session, shipments)
    if not leaving:
        return []
    contents = contents_of(session, [shipment.id for shipment in leaving])
    work = {
        each.order.id: each
        for each in queries.locked(session, {s.fulfillment_order_id for s in leaving if s.fulfillment_order_id})
    }
    reserved: dict[str, dict[int, int]] = {}
    substitutes: list[Movement] = []
    shifts = []
    for shipment in leaving:
        held = reserved.setdefault(ids.encode("ship", shipment.id), {})
        for packed in contents[shipment.id]:
            line = work[shipment.fulfillment_order_id or 0].line_of(packed.order_line_id)
            line.shipped += packed.quantity
            line.packed -= packed.quantity
            line.cancelling = min(line.cancelling, queries.left(line))
            shifts.append(Shift(packed.order_line_id, "allocated", "shipped", packed.quantity))
            if packed.item_id == line.item_id:
                held[line.id] = held.get(line.id, 0) + packed.quantity
            else:
                substitutes.append(_substitute(shipment, packed, moment))
        shipment.status = ShipmentStatus.HANDED_OVER
        shipment.shipped_at = moment
    session.flush()
    shift(session, shifts)
    counted = counted_without(session, _gone(leaving, contents, moment)) if moment < now else []
    stock.move(session, counted)
    for reference, units in reserved.items():
        stock.consume(session, units, reference=reference, occurred_at=moment)
    stock.move(session, substitutes)
    book.stock_value(session, counted)
    book.shipments(session, [shipment.id for shipment in leaving])
    _tell(session, leaving, list(work.values()), moment)
    statuses.refresh(session, {shipment.order_id for shipment in leaving})
    return [shipment.id for shipment in leaving]


def _substitute(shipment: Shipment, packed: ShipmentLine, at: datetime) -> Movement:
    """Nothing was reserved of it: it comes off the shelf."""
    assert packed.item_id is not None
    assert shipment.location_id is not None
    return Movement(
        item_id=packed.item_id,
        location_id=shipment.location_id,
        reason=MovementReason.SHIP,
        on_hand=-packed.quantity,
        reference=ids.encode("ship", shipment.id),
        occurred_at=at,
    )


def _gone(leaving: list[Shipment], contents: dict[int, list[ShipmentLine]], at: datetime) -> Iterator[Gone]:
    for shipment in leaving:
        for packed in contents[shipment.id]:
            if packed.item_id is not None and shipment.location_id is not None:
                yield Gone(
                    item_id=packed.item_id,
                    location_id=shipment.location_id,
                    units=packed.quantity,
                    at=at,
                    reserved=True,
                    reference=ids.encode("ship", shipment.id),
                )


def _check(session: Session, shipments: list[Shipment]) -> None:
    for shipment in shipments:
        if shipment.status is ShipmentStatus.CANCELLED:
            raise IllegalState(f"Shipment ship_{shipment.id} was cancelled: it cannot leave.", path=("ids",))
    held = orders.open_holds(session, sorted({shipment.order_id for shipment in shipments}))
    for shipment in shipments:
        if shipment.status in HERE and held[shipment.order_id]:
            reason = held[shipment.order_id][0].message
            raise IllegalState(f"Shipment ship_{shipment.id} must wait, its order is on hold: {reason}", path=("ids",))


def _tell(session: Session, leaving: list[Shipment], work: list[Work], at: datetime) -> None:
    for shipment in leaving:
        by = f" with {shipment.carrier} {shipment.tracking_number or ''}".rstrip() if shipment.carrier else ""
        name = ids.encode("ship", shipment.id)
        said = f"Shipment {name} left{by}."
        outbox.record(session, "shipment.handed_over", name, said, order_id=shipment.order_id, occurred_at=at)
        confirm_later(session, shipment.id)
    close_finished(work, clock.now())
    session.flush()
