"""Giving labels back to their carriers."""

from collections.abc import Collection, Sequence
from typing import TYPE_CHECKING, Any

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from core import ids, outbox
from core.cases.models import CaseKind
from core.cases.service import open_case
from core.external.service import intend
from core.flows import book
from core.flows.asking import Outcome, perform
from core.integrations.models import Integration
from core.jobs.registry import enqueue, job
from core.orders import queries as orders
from core.returns.models import Return
from core.shipments.models import Label, LabelState, Package, Shipment
from crossdock import VoidRequest, VoidResult

if TYPE_CHECKING:
    from core.hub import Hub


def void_later(session: Session, shipment_ids: Collection[int]) -> list[int]:
    """Ask the carriers after this transaction; says which labels. One that is being bought is given back once it is."""
    statement = (
        select(Label)
        .join(Package, Package.id == Label.package_id)
        .where(Package.shipment_id.in_(shipment_ids), Label.state == LabelState.PURCHASED)
        .order_by(Label.id)
        .with_for_update(of=Label)
    )
    return give_back(session, list(session.scalars(statement, execution_options={"populate_existing": True})))


def give_back(session: Session, labels: Sequence[Label]) -> list[int]:
    """The same for labels that were bought and that the caller has locked."""
    for label in labels:
        label.state = LabelState.VOID_REQUESTED
        enqueue(session, void, same_as=str(label.id), label_id=label.id)
    session.flush()
    return [label.id for label in labels]


@job("labels.void", queue="carriers")
def void(hub: "Hub", label_id: int) -> Outcome[VoidResult] | None:
    """Give one label back. The accrual is reversed only where the carrier takes it back; else the cost stays.

    With its label a shipment leaves the manifest that it is on.

    Raises Retryable where the outcome is unknown or the carrier asks for patience.
    """
    with hub.transaction() as session:
        label = session.get_one(Label, label_id)
        if label.state is not LabelState.VOID_REQUESTED:
            return None
        carrier, order_id = label.carrier, _order_of(session, label)
        request = VoidRequest(
            label_external_id=label.external_id or "", tracking_number=label.tracking_number, reason="It is not needed."
        )
        call_id = intend(
            session,
            purpose="label_void",
            subject=ids.encode("lbl", label_id),
            call_key=f"void:lbl_{label_id}",
            integration_id=session.scalar(select(Integration.id).where(Integration.key == carrier)),
            order_id=order_id,
        )
    outcome: Outcome[VoidResult] = perform(
        hub,
        call_id,
        carrier,
        "carrier",
        lambda provider, ctx: provider.void_label(ctx, request),
        lambda provider, ctx: provider.find_void(ctx, request),
        note=lambda result: {"voided": result.voided, "message": result.message},
    )
    if outcome.again is not None:
        raise outcome.again
    with hub.transaction() as session:
        if order_id is not None:
            orders.lock(session, [order_id])
        _answered(session, label_id, order_id, outcome)
    return outcome


def _order_of(session: Session, label: Label) -> int | None:
    if label.package_id is None:
        return session.scalar(select(Return.order_id).where(Return.label_id == label.id))
    statement = (
        select(Shipment.order_id)
        .join(Package, Package.shipment_id == Shipment.id)
        .where(Package.id == label.package_id)
    )
    return session.scalar(statement)


def _answered(session: Session, label_id: int, order_id: int | None, outcome: Outcome[VoidResult]) -> None:
    label = session.get_one(Label, label_id, with_for_update=True, populate_existing=True)
    if label.state is not LabelState.VOID_REQUESTED:
        return
    answer: dict[str, Any] = outcome.answer or {}
    voided = outcome.value.voided if outcome.value is not None else bool(answer.get("voided"))
    message = (outcome.value.message if outcome.value is not None else answer.get("message")) or outcome.message
    name = ids.encode("lbl", label_id)
    if voided:
        label.state = LabelState.VOIDED
        session.execute(update(Shipment).where(Shipment.id == label.shipment_id).values(manifest_id=None))
        book.label_voided(session, label_id)
        outbox.record(
            session, "label.voided", name, f"Label {name} was given back to {label.carrier}.", order_id=order_id
        )
        return
    label.state = LabelState.VOID_REJECTED
    label.message = message
    outbox.record(
        session, "label.void_rejected", name, f"{label.carrier} keeps label {name}: its cost stays.", order_id=order_id
    )
    open_case(
        session,
        kind=CaseKind.SHIPMENT,
        code="label_void_refused",
        title=f"{label.carrier} does not take label {label.tracking_number or name} back",
        message=message or "The carrier gave no reason. What the label cost stays on the order.",
        subject=name,
        order_id=order_id,
        same_as=f"label_void_refused:{label_id}",
        cost_minor=label.cost_minor,
        cost_currency=label.cost_currency,
    )
