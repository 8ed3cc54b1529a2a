"""Asking a carrier for a manifest, at most once, and keeping what became of it."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sqlalchemy import select, update
from sqlalchemy.orm import Session

import crossdock
from core import clock, ids, outbox
from core.errors import CrossdockError, OutcomeUnknown, PluginRejected, PluginUnavailable
from core.external.models import CallState
from core.external.service import STUCK_AFTER, intend
from core.flows.asking import Outcome, perform, recall
from core.flows.shipment_lock import locked
from core.integrations.models import Integration
from core.jobs.registry import enqueue, job
from core.shipments.manifests import Manifest, ManifestState
from core.shipments.models import Document, DocumentKind, Label, LabelState, Shipment
from core.stock.models import Location
from crossdock import ManifestDocument, ManifestRequest

if TYPE_CHECKING:
    from core.hub import Hub

OPEN = (ManifestState.REQUESTED, ManifestState.UNKNOWN)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Wanted:
    call_id: int
    carrier: str
    request: ManifestRequest


def intended(session: Session, manifest: Manifest) -> int:
    """The call that asks for it, written down."""
    name = ids.encode("man", manifest.id)
    return intend(
        session,
        purpose="manifest",
        subject=name,
        call_key=f"manifest:{name}",
        integration_id=session.scalar(select(Integration.id).where(Integration.key == manifest.carrier)),
    )


def find_out_if_lost(session: Session, manifest_id: int) -> None:
    """Whoever asks now may not live to hear the answer."""
    at = clock.now() + STUCK_AFTER
    enqueue(session, find_out, same_as=f"{manifest_id}:lost", at=at, manifest_id=manifest_id)


@job("manifests.find_out", queue="carriers")
def find_out(hub: "Hub", manifest_id: int) -> None:
    """Ask again for a manifest whose outcome is unknown: the carrier is asked whether it made it first."""
    problem = ask(hub, manifest_id)
    if isinstance(problem, OutcomeUnknown):
        raise crossdock.Retryable(problem.message)


def ask(hub: "Hub", manifest_id: int) -> CrossdockError | None:
    """Have an open manifest made, or find out whether it was; what went wrong, if anything did."""
    with hub.transaction() as session:
        manifest = session.get_one(Manifest, manifest_id)
        if manifest.state not in OPEN:
            return None
        wanted = _wanted(session, manifest)

    def act(provider: Any, ctx: Any) -> ManifestDocument:
        if not wanted.request.label_external_ids:
            raise crossdock.Rejected("empty", "All of its labels were given back.")
        paper: ManifestDocument = provider.manifest(ctx, wanted.request)
        return paper

    def find(provider: Any, ctx: Any) -> ManifestDocument | None:
        paper: ManifestDocument | None = provider.find_manifest(ctx, wanted.request)
        return paper

    outcome: Outcome[ManifestDocument] = perform(
        hub,
        wanted.call_id,
        wanted.carrier,
        "carrier",
        act,
        find,
        note=lambda paper: {"external_id": paper.external_id},
    )
    if outcome.succeeded and outcome.value is None:  # whoever had it made may not have lived to keep it
        outcome = recall(hub, wanted.call_id, wanted.carrier, "carrier", find)
    with hub.transaction() as session:
        _write(session, manifest_id, outcome)
    return _problem(outcome)


def _wanted(session: Session, manifest: Manifest) -> _Wanted:
    assert manifest.external_call_id is not None
    labels = (
        select(Label.external_id)
        .join(Shipment, Shipment.id == Label.shipment_id)
        .where(Shipment.manifest_id == manifest.id, Label.state == LabelState.PURCHASED)
        .where(Label.package_id.is_not(None), Label.external_id.is_not(None))
        .order_by(Label.id)
    )
    location = session.get_one(Location, manifest.location_id)
    return _Wanted(
        call_id=manifest.external_call_id,
        carrier=manifest.carrier,
        request=ManifestRequest(
            label_external_ids=tuple(session.scalars(labels)),
            ship_from=crossdock.Address(**(location.address or {})),
        ),
    )


def _write(session: Session, manifest_id: int, outcome: Outcome[ManifestDocument]) -> None:
    """Write the outcome, once; one that somebody else is just asking for is left to them."""
    on_it = session.scalars(select(Shipment.id).where(Shipment.manifest_id == manifest_id)).all()
    shipments = locked(session, on_it)
    manifest = session.get_one(Manifest, manifest_id, with_for_update=True, populate_existing=True)
    if manifest.state not in OPEN:
        return
    if outcome.value is not None:
        _made(session, manifest, shipments, outcome.value)
    elif outcome.state in {CallState.REJECTED, CallState.FAILED}:
        _failed(session, manifest, outcome.message)
    elif outcome.error is not None:
        manifest.state, manifest.message = ManifestState.UNKNOWN, outcome.message
        enqueue(session, find_out, same_as=str(manifest_id), manifest_id=manifest_id)


def _made(session: Session, manifest: Manifest, shipments: list[Shipment], paper: ManifestDocument) -> None:
    manifest.state, manifest.external_id, manifest.message = ManifestState.MADE, paper.external_id, None
    session.add(
        Document(
            kind=DocumentKind.MANIFEST,
            format=paper.format.lower(),
            content=paper.content,
            manifest_id=manifest.id,
            data={},
        )
    )
    name = ids.encode("man", manifest.id)
    said = f"{manifest.carrier} made manifest {paper.external_id} of {len(shipments)} shipments."
    outbox.record(session, "manifest.made", name, said, data={"shipments": len(shipments)})
    for shipment in shipments:
        ship = ids.encode("ship", shipment.id)
        said = f"Shipment {ship} is on manifest {paper.external_id} of {manifest.carrier}."
        outbox.record(session, "shipment.manifested", ship, said, order_id=shipment.order_id, data={"manifest": name})


def _failed(session: Session, manifest: Manifest, message: str | None) -> None:
    """Its shipments may be put on another."""
    manifest.state, manifest.message = ManifestState.FAILED, message
    session.execute(update(Shipment).where(Shipment.manifest_id == manifest.id).values(manifest_id=None))
    name = ids.encode("man", manifest.id)
    said = f"{manifest.carrier} did not make manifest {name}: {message or 'it gave no reason.'}"
    outbox.record(session, "manifest.failed", name, said)


def _problem(outcome: Outcome[ManifestDocument]) -> CrossdockError | None:
    message = outcome.message or "The carrier gave no reason."
    if outcome.state is CallState.REJECTED:
        return PluginRejected(message, path=("carrier",))
    if outcome.state is CallState.FAILED:
        return PluginUnavailable(message, path=("carrier",))
    if outcome.state is CallState.UNKNOWN:
        return OutcomeUnknown(f"Nobody knows yet whether the manifest was made: {message}", path=("carrier",))
    return None
