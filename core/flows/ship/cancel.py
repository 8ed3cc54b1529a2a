"""Unpacking a shipment that has not left."""

from sqlalchemy.orm import Session

from core.errors import IllegalState
from core.flows import statuses
from core.flows.ship.unpack import unpack
from core.flows.shipment_lock import locked
from core.shipments.models import ShipmentStatus
from core.shipments.tracking import HERE


def cancel(session: Session, shipment_id: int) -> None:
    """Put its units back into the work and have its labels voided. Twice is harmless. Raises IllegalState."""
    shipment = locked(session, [shipment_id])[0]
    if shipment.status is ShipmentStatus.CANCELLED:
        return
    if shipment.status not in HERE:
        raise IllegalState(
            f"Shipment ship_{shipment_id} has left and cannot be unpacked. Take it back with a return.", path=("id",)
        )
    unpack(session, [shipment])
    statuses.refresh(session, [shipment.order_id])
