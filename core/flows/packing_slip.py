"""A packing slip for every packed shipment."""

from typing import TYPE_CHECKING

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

import crossdock
from core import clock, ids
from core.catalog.models import Channel
from core.flows.shipment_lock import locked
from core.jobs.registry import enqueue, job
from core.orders.models import Order, OrderLine
from core.shipments.models import Document, DocumentKind, Package, ShipmentLine, ShipmentStatus
from core.shipments.slip import Slip, SlipLine, draw

if TYPE_CHECKING:
    from core.hub import Hub


def print_later(session: Session, shipment_id: int) -> None:
    """Have the slip drawn after this transaction."""
    enqueue(session, print_slip, same_as=str(shipment_id), shipment_id=shipment_id)


@job("shipments.print_slip", queue="default")
def print_slip(hub: "Hub", shipment_id: int) -> None:
    """Draw the slip of a shipment and keep it in place of the one before. None for what was unpacked meanwhile."""
    with hub.transaction() as session:
        slip = _slip(session, shipment_id)
    if slip is None:
        return
    content = draw(slip)
    with hub.transaction() as session:
        locked(session, [shipment_id])
        earlier = (Document.shipment_id == shipment_id) & (Document.kind == DocumentKind.PACKING_SLIP)
        session.execute(delete(Document).where(earlier))
        kind = DocumentKind.PACKING_SLIP
        session.add(Document(kind=kind, format="pdf", content=content, shipment_id=shipment_id, data={}))


def _slip(session: Session, shipment_id: int) -> Slip | None:
    (shipment,) = locked(session, [shipment_id])
    if shipment.status is ShipmentStatus.CANCELLED:
        return None
    order = session.get_one(Order, shipment.order_id)
    seller = session.scalars(select(Channel.name).where(Channel.id == order.channel_id)).one()
    rows = session.execute(
        select(Package.id, ShipmentLine.sku, OrderLine.name, ShipmentLine.quantity)
        .join(ShipmentLine, ShipmentLine.package_id == Package.id)
        .join(OrderLine, OrderLine.id == ShipmentLine.order_line_id)
        .where(Package.shipment_id == shipment_id)
        .order_by(Package.position, ShipmentLine.id)
    )
    parcels: dict[int, list[SlipLine]] = {}
    for package_id, sku, name, quantity in rows:
        parcels.setdefault(package_id, []).append(SlipLine(sku, name, quantity))
    return Slip(
        seller=seller,
        order_number=order.number,
        shipment=ids.encode("ship", shipment_id),
        ship_to=crossdock.Address(**order.shipping_address).lines if order.shipping_address else [],
        parcels=list(parcels.values()),
        at=clock.now(),
    )
