"""Filing scans, in whatever order they come."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import orjson
from sqlalchemy import select, text
from sqlalchemy.orm import Session

from core import clock, ids, outbox
from core.cases.models import CaseKind
from core.cases.service import open_case
from core.flows import statuses
from core.flows.ship.hand_over import hand_over
from core.flows.shipment_lock import locked
from core.shipments.models import Package, Shipment, ShipmentStatus, TrackingEvent
from core.shipments.tracking import HERE, MOVING, TROUBLE, Sighting, delivered_at, odd, shipment_status


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """One scan of one shipment's parcel; `package_id` None where nobody says which. Empty words are none."""

    shipment_id: int
    occurred_at: datetime
    package_id: int | None = None
    status: ShipmentStatus | None = None
    raw_code: str | None = None
    message: str | None = None
    place: str | None = None
    time_assumed: bool = False
    estimated_delivery: datetime | None = None


_FILE = text(
    """
    insert into tracking_events
        (shipment_id, package_id, status, raw_code, message, place, occurred_at, time_assumed, received_at)
    select shipment_id, package_id, status, raw_code, message, place, occurred_at, time_assumed, :now
    from jsonb_to_recordset(cast(:scans as jsonb)) as scan(
        shipment_id bigint, package_id bigint, status text, raw_code text, message text, place text,
        occurred_at timestamptz, time_assumed boolean)
    order by occurred_at
    on conflict do nothing
    returning shipment_id
    """
)


def file(session: Session, scans: Sequence[Found]) -> set[int]:
    """File scans that are not known yet, and derive where their shipments are. Says which shipments had news.

    A parcel that a carrier has seen has left, whether or not we were told: it is handed over as of that scan.
    """
    if not scans:
        return set()
    shipments = {shipment.id: shipment for shipment in locked(session, {scan.shipment_id for scan in scans})}
    rows = [_row(scan) for scan in scans]
    news = set(session.scalars(_FILE, {"scans": orjson.dumps(rows).decode(), "now": clock.now()}))
    for scan in scans:
        if scan.estimated_delivery is not None:
            shipments[scan.shipment_id].estimated_delivery = scan.estimated_delivery
    session.flush()
    if news:
        _hand_over_seen(session, [shipments[shipment_id] for shipment_id in sorted(news)], scans)
        _derive(session, [shipments[shipment_id] for shipment_id in sorted(news)])
        statuses.refresh(session, {shipments[shipment_id].order_id for shipment_id in news})
    return news


def _row(scan: Found) -> dict[str, Any]:
    return {
        "shipment_id": scan.shipment_id,
        "package_id": scan.package_id,
        "status": scan.status,
        "raw_code": (scan.raw_code or "").strip() or None,
        "message": (scan.message or "").strip() or None,
        "place": (scan.place or "").strip() or None,
        "occurred_at": scan.occurred_at,
        "time_assumed": scan.time_assumed,
    }


def _hand_over_seen(session: Session, shipments: Iterable[Shipment], scans: Sequence[Found]) -> None:
    for shipment in shipments:
        seen = [scan.occurred_at for scan in scans if scan.shipment_id == shipment.id and scan.status in MOVING]
        if seen and shipment.status in HERE:
            hand_over(session, [shipment.id], at=min(seen), forced=True)
            session.refresh(shipment)


def _derive(session: Session, shipments: Sequence[Shipment]) -> None:
    sightings = _sightings(session, shipments)
    for shipment in shipments:
        if shipment.status in HERE:
            continue
        parcels = sightings[shipment.id]
        for package_id, scans in parcels.items():
            for strange in odd(scans):
                _ask(session, shipment, package_id, strange)
        if shipment.status is ShipmentStatus.CANCELLED:
            continue
        status = shipment_status(parcels)
        if status is not shipment.status:
            _move(session, shipment, status, delivered_at(parcels))
    session.flush()


def _sightings(session: Session, shipments: Sequence[Shipment]) -> dict[int, dict[int, list[Sighting]]]:
    """By shipment and parcel. A scan of no parcel in particular is one of each."""
    wanted = [shipment.id for shipment in shipments]
    found: dict[int, dict[int, list[Sighting]]] = {shipment_id: {} for shipment_id in wanted}
    packages = session.execute(select(Package.id, Package.shipment_id).where(Package.shipment_id.in_(wanted)))
    for package_id, shipment_id in packages:
        found[shipment_id][package_id] = []
    scans = session.execute(
        select(
            TrackingEvent.shipment_id, TrackingEvent.package_id, TrackingEvent.occurred_at, TrackingEvent.status
        ).where(TrackingEvent.shipment_id.in_(wanted))
    )
    for shipment_id, parcel, at, status in scans:
        parcels = found[shipment_id]
        for key in [parcel] if parcel is not None else (list(parcels) or [0]):
            parcels.setdefault(key, []).append(Sighting(at, status))
    return found


def _move(session: Session, shipment: Shipment, status: ShipmentStatus, delivered: datetime | None) -> None:
    name, words = ids.encode("ship", shipment.id), status.replace("_", " ").lower()
    shipment.status = status
    shipment.delivered_at = shipment.delivered_at or (delivered if status is ShipmentStatus.DELIVERED else None)
    event = "shipment.delivered" if status is ShipmentStatus.DELIVERED else "shipment.tracked"
    outbox.record(
        session,
        event,
        name,
        f"Shipment {name} is {words}.",
        order_id=shipment.order_id,
        occurred_at=delivered,
        data={"status": status},
    )
    if status in TROUBLE:
        open_case(
            session,
            kind=CaseKind.SHIPMENT,
            code="delivery_exception",
            title=f"Shipment {name} is {words}",
            message=f"{shipment.carrier or 'The carrier'} says that {shipment.tracking_number or name} is {words}.",
            subject=name,
            order_id=shipment.order_id,
            same_as=f"delivery_exception:{shipment.id}:{status}",
        )


def _ask(session: Session, shipment: Shipment, package_id: int, strange: Sighting) -> None:
    name = ids.encode("ship", shipment.id)
    words = (strange.status or "").replace("_", " ").lower()
    open_case(
        session,
        kind=CaseKind.SHIPMENT,
        code="scan_after_delivery",
        title=f"Shipment {name} was seen after its delivery",
        message=f"A scan of {strange.at:%Y-%m-%d %H:%M} UTC says {words}, after it was delivered. It stays delivered.",
        subject=name,
        order_id=shipment.order_id,
        same_as=f"scan_after_delivery:{package_id or name}",
    )
