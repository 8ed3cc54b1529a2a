"""Scans that a carrier sends by itself: filed at once; those of parcels that are not ours are passed over."""

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from core.flows.track.file import file
from core.flows.track.poll import found
from core.shipments.models import Package, Shipment
from crossdock import Scan


def hear(session: Session, carrier: str, scans: Sequence[Scan]) -> int:
    """File scans of one carrier's parcels, by tracking number; how many were of ours."""
    numbers = {scan.tracking_number for scan in scans}
    rows = session.execute(
        select(Package.tracking_number, Package.id, Package.shipment_id)
        .join(Shipment, Shipment.id == Package.shipment_id)
        .where(Shipment.carrier == carrier, Package.tracking_number.in_(numbers))
        .order_by(Package.id)
    )
    parcels = {number: (package_id, shipment_id) for number, package_id, shipment_id in rows}
    ours = [found(scan, *parcels[scan.tracking_number]) for scan in scans if scan.tracking_number in parcels]
    file(session, ours)
    return len(ours)
