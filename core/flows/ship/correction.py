"""The carrier or tracking number of what has left was wrong: written right, and told to the channel."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import orjson
from sqlalchemy import select, text
from sqlalchemy.orm import Session

from core import ids, outbox
from core.errors import IllegalState, Invalid, NotFound
from core.flows.confirm import confirm_later, remember
from core.flows.shipment_lock import locked
from core.origin import Origin
from core.shipments.models import Package, Shipment, ShipmentStatus
from core.shipments.tracking import HERE

if TYPE_CHECKING:
    from core.flows.ship.record import ShipmentFact


@dataclass(frozen=True, slots=True, kw_only=True)
class Correction:
    """What is right instead; None stays as it is. `package_id`: whose number it is, where there are several."""

    package_id: int | None = None
    carrier: str | None = None
    service: str | None = None
    tracking_number: str | None = None
    tracking_url: str | None = None


# What the channel told, and tells in another way now. A telling without a number takes none away.
_TOLD_ANEW = text(
    """
    update shipments shipment
    set carrier = coalesce(given.carrier, shipment.carrier),
        service = case when given.carrier is distinct from shipment.carrier then given.service
            else coalesce(given.service, shipment.service) end,
        tracking_number = given.tracking_number, tracking_url = null
    from jsonb_to_recordset(cast(:given as jsonb))
        as given(id bigint, external_id text, carrier text, service text, tracking_number text)
    where shipment.id = given.id and shipment.origin = 'CHANNEL' and shipment.external_id = given.external_id
        and given.tracking_number is not null
        and (given.tracking_number is distinct from shipment.tracking_number
            or coalesce(given.carrier, shipment.carrier) is distinct from shipment.carrier)
    returning shipment.id, shipment.order_id, shipment.carrier, shipment.tracking_number
    """
)
_NUMBER = text("update packages set tracking_number = :number where shipment_id = :shipment")


def correct(session: Session, shipment_id: int, correction: Correction) -> None:
    """Write it right; what is right already changes nothing.

    Raises NotFound, Invalid where it does not say which package is meant, IllegalState for what has not left and for
    what the channel told us of: there it is corrected, and comes here by itself.
    """
    (shipment,) = locked(session, [shipment_id])
    _check(shipment)
    package = _package(session, shipment, correction)
    remember(session, shipment)
    before = _facts(shipment, package)
    if correction.carrier not in {None, shipment.carrier}:
        shipment.carrier, shipment.service = correction.carrier, None
    shipment.service = correction.service or shipment.service
    if package is not None and correction.tracking_number not in {None, package.tracking_number}:
        if shipment.tracking_number in {None, package.tracking_number}:
            shipment.tracking_number, shipment.tracking_url = correction.tracking_number, None
        package.tracking_number = correction.tracking_number
    shipment.tracking_url = correction.tracking_url or shipment.tracking_url
    session.flush()
    if _facts(shipment, package) == before:
        return
    _tell(session, shipment.id, shipment.order_id, shipment.carrier, correction.tracking_number)
    confirm_later(session, shipment.id)


def follow(session: Session, facts: "Sequence[ShipmentFact]", known: Mapping[int, int]) -> None:
    """What the channel told before and tells with another number now: its word about its own parcels is the last.

    known: the shipments of facts that are here already, by the place of the fact.
    """
    given = [
        {
            "id": shipment_id,
            "external_id": facts[index].external_id,
            "carrier": facts[index].carrier,
            "service": facts[index].service,
            "tracking_number": facts[index].tracking_number,
        }
        for index, shipment_id in known.items()
        if facts[index].origin is Origin.CHANNEL and facts[index].tracking_number is not None
    ]
    if not given:
        return
    for row in session.execute(_TOLD_ANEW, {"given": orjson.dumps(given).decode()}).all():
        session.execute(_NUMBER, {"number": row.tracking_number, "shipment": row.id})
        _tell(session, row.id, row.order_id, row.carrier, row.tracking_number)


def _check(shipment: Shipment) -> None:
    name = ids.encode("ship", shipment.id)
    if shipment.status in HERE or shipment.status is ShipmentStatus.CANCELLED:
        raise IllegalState(f"Shipment {name} is {shipment.status.lower()}: there is nothing to correct.", path=("id",))
    if shipment.origin is Origin.CHANNEL:
        raise IllegalState(f"The channel told us of {name}: correct it there, and it is corrected here.", path=("id",))


def _package(session: Session, shipment: Shipment, correction: Correction) -> Package | None:
    """The package that a number is of; None where no number is given."""
    if correction.tracking_number is None and correction.package_id is None:
        return None
    packages = session.scalars(select(Package).where(Package.shipment_id == shipment.id).order_by(Package.id)).all()
    if correction.package_id is None:
        if len(packages) != 1:
            message = f"The shipment has {len(packages)} packages: say which of them has this number."
            raise Invalid(message, path=("input", "packageId"))
        return packages[0]
    found = next((each for each in packages if each.id == correction.package_id), None)
    if found is None:
        message = f"Shipment ship_{shipment.id} has no package pkg_{correction.package_id}."
        raise NotFound(message, path=("input", "packageId"))
    return found


def _facts(shipment: Shipment, package: Package | None) -> tuple[str | None, ...]:
    number = package.tracking_number if package is not None else None
    return shipment.carrier, shipment.service, shipment.tracking_number, shipment.tracking_url, number


def _tell(session: Session, shipment_id: int, order_id: int, carrier: str | None, number: str | None) -> None:
    name = ids.encode("ship", shipment_id)
    now = " ".join(filter(None, (carrier, number)))
    outbox.record(session, "shipment.corrected", name, f"Shipment {name} is tracked as {now} now.", order_id=order_id)
