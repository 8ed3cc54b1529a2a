"""Asking carriers where parcels are."""

from collections.abc import Sequence
from datetime import timedelta
from typing import TYPE_CHECKING

import structlog
from sqlalchemy import select

import crossdock
from core.flows.track.file import Found, file
from core.jobs.registry import enqueue, job, periodic
from core.shipments.models import Package, Shipment, ShipmentStatus
from core.shipments.tracking import ENDED

if TYPE_CHECKING:
    from core.hub import Hub

log = structlog.get_logger(__name__)
_AT_ONCE = 100
"""Tracking numbers in one question."""
_HERE = (ShipmentStatus.DRAFT, ShipmentStatus.PACKED)


@periodic("tracking.poll", every=timedelta(minutes=15), queue="carriers")
def poll(hub: "Hub") -> None:
    """Have every carrier that can be asked asked about what it has."""
    with hub.transaction() as session:
        for key in hub.able("carrier", "tracking"):
            enqueue(session, ask, same_as=key, carrier=key)


@job("tracking.ask", queue="carriers")
def ask(hub: "Hub", carrier: str) -> None:
    """Ask one carrier about all of its parcels that have not arrived, and file what it says."""
    with hub.transaction() as session:
        rows = session.execute(
            select(Package.tracking_number, Package.id, Package.shipment_id)
            .join(Shipment, Shipment.id == Package.shipment_id)
            .where(
                Shipment.carrier == carrier,
                Shipment.status.not_in([*ENDED, *_HERE]),
                Package.tracking_number.is_not(None),
            )
            .order_by(Package.id)
        ).all()
    parcels = {number: (package_id, shipment_id) for number, package_id, shipment_id in rows}
    numbers = list(parcels)
    provider = hub.provider(carrier, "carrier")
    for start in range(0, len(numbers), _AT_ONCE):
        scans: Sequence[crossdock.Scan] = provider.track(hub.context(carrier), numbers[start : start + _AT_ONCE])
        with hub.transaction() as session:
            file(
                session,
                [found(scan, *parcels[scan.tracking_number]) for scan in scans if scan.tracking_number in parcels],
            )


def found(scan: crossdock.Scan, package_id: int, shipment_id: int) -> Found:
    return Found(
        shipment_id=shipment_id,
        package_id=package_id,
        occurred_at=scan.occurred_at,
        status=None if scan.status is None else ShipmentStatus(scan.status.value),
        raw_code=scan.raw_code,
        message=scan.message,
        place=scan.place,
        time_assumed=scan.time_assumed,
        estimated_delivery=scan.estimated_delivery,
    )
