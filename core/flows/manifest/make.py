"""Making a manifest: the intent with its shipments first, then the carrier is asked, then its paper is kept.

Asking again for the same shipments is asking for the same manifest: it goes on where the first request stopped, and
what was made is answered again.
"""

from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from core import clock
from core.errors import CrossdockError, Invalid, NotFound, NotSupported
from core.flows.manifest import checks, outcome
from core.flows.manifest.checks import Asked
from core.integrations.models import Integration
from core.shipments.manifests import Manifest, ManifestState
from core.shipments.models import Shipment
from core.stock.models import Location

if TYPE_CHECKING:
    from core.hub import Hub


class Made(NamedTuple):
    """The manifest, where there is one, and what went wrong: of each shipment, or with the carrier."""

    manifest_id: int | None
    problems: list[CrossdockError]


def make(hub: "Hub", location: str, carrier: str, shipment_ids: Sequence[int]) -> Made:
    """Have a carrier make the paper for shipments that it labelled, all of them or none.

    A problem that may pass is retryable: OUTCOME_UNKNOWN while nobody knows whether the carrier made it, which a job
    goes on asking, and PLUGIN_UNAVAILABLE. Raises NotFound, NotSupported, Invalid, IntegrationAway.
    """
    hub.refresh()
    with hub.transaction() as session:
        place = _location(session, location)
        _able(hub, session, carrier)
        asked = checks.read(session, shipment_ids)
        manifest = _known(session, asked, place, carrier)
        if manifest is None:
            problems = list(checks.refusals(asked, place, carrier))
            if problems:
                return Made(None, problems)
            manifest = _intended(session, asked, place, carrier)
        manifest_id, over = manifest.id, manifest.state is ManifestState.MADE
    problem = None if over else outcome.ask(hub, manifest_id)
    return Made(manifest_id, [] if problem is None else [problem])


def _location(session: Session, code: str) -> Location:
    location = session.scalar(select(Location).where(Location.code == code))
    if location is None:
        raise NotFound(f"No location has the code {code!r}; `locations` lists those there are.", path=("location",))
    if not location.address:
        raise Invalid(f"The address of {code} is not known: set it with locationUpsert.", path=("location",))
    return location


def _able(hub: "Hub", session: Session, carrier: str) -> None:
    if session.scalar(select(Integration.id).where(Integration.key == carrier)) is None:
        raise NotFound(f"There is no integration {carrier!r}.", path=("carrier",))
    hub.registry.integration(carrier)  # one that does not run for now is another matter than one that never makes any
    if carrier not in hub.able("carrier", "manifests"):
        raise NotSupported(f"{carrier} makes no manifests.", path=("carrier",))


def _known(session: Session, asked: Asked, location: Location, carrier: str) -> Manifest | None:
    """The manifest of just these shipments, where there is one."""
    named = {shipment.manifest_id for shipment in asked.shipments}
    manifest = session.get(Manifest, named.pop() or 0) if len(named) == 1 else None
    if manifest is None or (manifest.location_id, manifest.carrier) != (location.id, carrier):
        return None
    on_it = session.scalar(select(func.count()).where(Shipment.manifest_id == manifest.id))
    return manifest if on_it == len(asked.shipments) else None


def _intended(session: Session, asked: Asked, location: Location, carrier: str) -> Manifest:
    manifest = Manifest(carrier=carrier, location_id=location.id, state=ManifestState.REQUESTED, created_at=clock.now())
    session.add(manifest)
    session.flush()
    for shipment in asked.shipments:
        shipment.manifest_id = manifest.id
    manifest.external_call_id = outcome.intended(session, manifest)
    session.flush()
    outcome.find_out_if_lost(session, manifest.id)
    return manifest
