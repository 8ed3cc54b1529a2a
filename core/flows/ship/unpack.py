"""Undoing packed shipments that have not left."""

from collections.abc import Iterable, Mapping

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session

from core import ids, outbox
from core.flows.labels.void import void_later
from core.fulfillment.models import FulfillmentLine
from core.fulfillment.queries import unpacked
from core.shipments.models import Shipment, ShipmentLine, ShipmentStatus
from core.shipments.tracking import HERE


def unpack_units(session: Session, wanted: Mapping[FulfillmentLine, int]) -> None:
    """Unpack as many shipments, latest first, as it takes to have these units of each line out of packages again."""
    short = {line: quantity for line, quantity in wanted.items() if quantity > unpacked(line)}
    if not short:
        return
    work_ids = {line.fulfillment_order_id for line in short}
    shipments = _packed(session, Shipment.fulfillment_order_id.in_(work_ids))
    contents = contents_of(session, [shipment.id for shipment in shipments])
    by_key = {(line.fulfillment_order_id, line.order_line_id): line for line in wanted}
    for shipment in shipments:
        inside = (
            by_key.get((shipment.fulfillment_order_id or 0, packed.order_line_id)) for packed in contents[shipment.id]
        )
        if any(line in short and short[line] > unpacked(line) for line in inside if line is not None):
            unpack(session, [shipment])


def unpack(session: Session, shipments: Iterable[Shipment]) -> None:
    """Cancel shipments that have not left; their units are in the work again, their labels are voided."""
    gone = list(shipments)
    contents = contents_of(session, [shipment.id for shipment in gone])
    work = {shipment.id: shipment.fulfillment_order_id for shipment in gone}
    lines = _lines_of(session, {work_id for work_id in work.values() if work_id is not None})
    for shipment in gone:
        shipment.status = ShipmentStatus.CANCELLED
        for packed in contents[shipment.id]:
            line = lines.get((shipment.fulfillment_order_id, packed.order_line_id))
            if line is not None:
                line.packed -= packed.quantity
                line.substituted += packed.quantity if packed.item_id != line.item_id else 0
        outbox.record(
            session,
            "shipment.cancelled",
            ids.encode("ship", shipment.id),
            f"Shipment ship_{shipment.id} was unpacked before it left.",
            order_id=shipment.order_id,
        )
    session.flush()
    void_later(session, [shipment.id for shipment in gone])


def contents_of(session: Session, shipment_ids: Iterable[int]) -> dict[int, list[ShipmentLine]]:
    """The lines of each shipment."""
    wanted = list(shipment_ids)
    statement = select(ShipmentLine).where(ShipmentLine.shipment_id.in_(wanted)).order_by(ShipmentLine.id)
    contents: dict[int, list[ShipmentLine]] = {shipment_id: [] for shipment_id in wanted}
    for line in session.scalars(statement, execution_options={"populate_existing": True}):
        contents[line.shipment_id].append(line)
    return contents


def _packed(session: Session, condition: ColumnElement[bool]) -> list[Shipment]:
    statement = (
        select(Shipment).where(condition, Shipment.status.in_(HERE)).order_by(Shipment.id.desc()).with_for_update()
    )
    return list(session.scalars(statement, execution_options={"populate_existing": True}))


def _lines_of(session: Session, work_ids: Iterable[int]) -> dict[tuple[int | None, int], FulfillmentLine]:
    statement = select(FulfillmentLine).where(FulfillmentLine.fulfillment_order_id.in_(work_ids))
    return {(line.fulfillment_order_id, line.order_line_id): line for line in session.scalars(statement)}
