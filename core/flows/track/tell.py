"""A person, or a program, tells a scan."""

from datetime import timedelta

from sqlalchemy.orm import Session

from core import clock
from core.errors import Invalid, NotFound
from core.flows.track.file import Found, file
from core.shipments.models import Shipment, ShipmentStatus

_NOT_SCANNED = (ShipmentStatus.DRAFT, ShipmentStatus.PACKED, ShipmentStatus.CANCELLED)
_SLACK = timedelta(minutes=10)
"""Clocks differ: a scan may seem to be this far in the future."""


def tell(session: Session, scan: Found) -> None:
    """File one scan; the same again changes nothing. Raises NotFound, Invalid for what no scanner can have seen."""
    if session.get(Shipment, scan.shipment_id) is None:
        raise NotFound(f"There is no shipment ship_{scan.shipment_id}.", path=("shipmentId",))
    if scan.status in _NOT_SCANNED:
        raise Invalid(f"{scan.status} is not something that a scan can say.", path=("input", "status"))
    if scan.occurred_at > clock.now() + _SLACK:
        raise Invalid("A scan cannot be in the future.", path=("input", "occurredAt"))
    if scan.status is None and not scan.raw_code and not scan.message:
        raise Invalid("Say what was seen: a status, a code or a message.", path=("input",))
    file(session, [scan])
