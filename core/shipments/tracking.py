"""Where a shipment is, derived from what scanners said. Pure.

A parcel's status is that of its latest scan with a known status, by the time of the scan and not of its arrival here,
with three exceptions:

1. Delivered stays delivered: a scan that says otherwise later is odd, and a person looks at it.
2. Returned to sender stays returned, unless it was delivered after all.
3. What has left cannot be less than handed over: a scan of the label counts for nothing by then.

A shipment of several parcels is delivered when all are. Until then it is in the worst trouble that one of them is in;
without trouble it is as far as the parcel that is least far.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from core.shipments.models import ShipmentStatus as S

HERE = (S.DRAFT, S.PACKED, S.LABELLED)
"""It has not left."""
TROUBLE = (S.LOST, S.RETURNED_TO_SENDER, S.RETURNING, S.DELIVERY_FAILED, S.EXCEPTION)
"""The worst first."""
PROGRESS = (S.HANDED_OVER, S.DELAYED, S.IN_TRANSIT, S.READY_FOR_PICKUP, S.OUT_FOR_DELIVERY, S.DELIVERED)
"""The least far first."""
MOVING = frozenset(S) - {*HERE, S.HANDED_OVER, S.CANCELLED}
"""A carrier has it, or had it."""
ENDED = (S.DELIVERED, S.RETURNED_TO_SENDER, S.LOST, S.CANCELLED)


@dataclass(frozen=True, slots=True)
class Sighting:
    """One scan as far as it matters: when, and what it says. `status` None: a code that nobody knows."""

    at: datetime
    status: S | None


def parcel_status(scans: Iterable[Sighting]) -> S:
    """Where one parcel that has left is."""
    ordered = sorted((scan for scan in scans if scan.status in MOVING), key=lambda scan: scan.at)
    seen = [scan.status for scan in ordered if scan.status is not None]
    for final in (S.DELIVERED, S.RETURNED_TO_SENDER):
        if final in seen:
            return final
    return seen[-1] if seen else S.HANDED_OVER


def shipment_status(parcels: Mapping[int, Iterable[Sighting]]) -> S:
    """Where a shipment that has left is, by the scans of each of its parcels (none: an empty sequence)."""
    statuses = {parcel_status(scans) for scans in parcels.values()} or {S.HANDED_OVER}
    for trouble in TROUBLE:
        if trouble in statuses:
            return trouble
    return min(statuses, key=PROGRESS.index)


def delivered_at(parcels: Mapping[int, Iterable[Sighting]]) -> datetime | None:
    """When the last of its parcels was first said to be delivered; None while one is not."""
    moments = [
        min((scan.at for scan in scans if scan.status is S.DELIVERED), default=None) for scans in parcels.values()
    ]
    known = [moment for moment in moments if moment is not None]
    return max(known) if known and len(known) == len(moments) else None


def odd(scans: Iterable[Sighting]) -> list[Sighting]:
    """Scans from after a parcel's delivery that say it is somewhere else."""
    known = list(scans)
    arrived = min((scan.at for scan in known if scan.status is S.DELIVERED), default=None)
    if arrived is None:
        return []
    return [scan for scan in known if scan.at > arrived and scan.status in MOVING and scan.status is not S.DELIVERED]
