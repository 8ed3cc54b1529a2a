"""Which shipments may stand on one manifest, and why the others may not."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from core import ids
from core.errors import CrossdockError, IllegalState, Invalid, NotFound
from core.flows.shipment_lock import locked
from core.shipments.models import Label, LabelState, Package, Shipment, ShipmentStatus
from core.stock.models import Location

PATH = "shipmentIds"
_READY = (ShipmentStatus.LABELLED, ShipmentStatus.HANDED_OVER)
"""The carrier has not scanned it yet: only then a paper helps."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """The shipments that a caller named, locked, in the order given, and what there is of their labels.

    carriers: of each shipment, those whose labels its packages have; None among them: a package has none.
    """

    shipments: list[Shipment]
    carriers: dict[int, set[str | None]]


def read(session: Session, shipment_ids: Sequence[int]) -> Asked:
    """Raises Invalid and NotFound, at the place of the shipment."""
    if not shipment_ids:
        raise Invalid("Name at least one shipment.", path=(PATH,))
    known = set(session.scalars(select(Shipment.id).where(Shipment.id.in_(shipment_ids))))
    for place, shipment_id in enumerate(shipment_ids):
        if shipment_id not in known:
            raise NotFound(f"There is no shipment ship_{shipment_id}.", path=(PATH, str(place)))
        if shipment_id in shipment_ids[:place]:
            raise Invalid(f"ship_{shipment_id} is named twice.", path=(PATH, str(place)))
    shipments = {shipment.id: shipment for shipment in locked(session, shipment_ids)}
    carriers: dict[int, set[str | None]] = {shipment_id: set() for shipment_id in shipment_ids}
    bought = (Label.package_id == Package.id) & (Label.state == LabelState.PURCHASED)
    query = select(Package.shipment_id, Label.carrier).outerjoin(Label, bought)
    for shipment_id, carrier in session.execute(query.where(Package.shipment_id.in_(shipment_ids))):
        carriers[shipment_id].add(carrier)
    return Asked(shipments=[shipments[shipment_id] for shipment_id in shipment_ids], carriers=carriers)


def refusals(asked: Asked, location: Location, carrier: str) -> Iterator[CrossdockError]:
    """What speaks against each shipment, at its place."""
    for place, shipment in enumerate(asked.shipments):
        reason = _why_not(shipment, asked.carriers[shipment.id], location, carrier)
        if reason is not None:
            yield IllegalState(f"ship_{shipment.id} {reason}", path=(PATH, str(place)))


def _why_not(shipment: Shipment, carriers: set[str | None], location: Location, carrier: str) -> str | None:
    if shipment.manifest_id is not None:
        return f"is on manifest {ids.encode('man', shipment.manifest_id)} already."
    if shipment.location_id != location.id:
        return f"does not leave from {location.code}."
    if shipment.status not in _READY:
        return f"is {shipment.status.replace('_', ' ').lower()}: a manifest takes what is labelled or just handed over."
    if carriers != {carrier}:
        return f"is not labelled by {carrier} throughout."
    return None
