"""The job that tells, and what follows from the answer."""

from typing import TYPE_CHECKING

from sqlalchemy.orm import Session

from core import clock, ids, outbox
from core.cases.models import CaseKind
from core.cases.service import open_case
from core.external.models import CallState
from core.flows.asking import Outcome, perform
from core.flows.confirm.notices import OPEN, due, has_changed
from core.flows.shipment_lock import locked
from core.jobs.registry import enqueue, job
from core.shipments.models import ChannelConfirmation, ConfirmationState, Shipment
from crossdock import Receipt, ShipmentNotice

if TYPE_CHECKING:
    from core.hub import Hub

_STATES = {
    CallState.SUCCEEDED: ConfirmationState.CONFIRMED,
    CallState.REJECTED: ConfirmationState.REJECTED,
    CallState.UNKNOWN: ConfirmationState.SENT,
}


def confirm_later(session: Session, shipment_id: int) -> None:
    """Have the channel told after this transaction, if it is one that wants to know and has not told us itself.

    For what left, and for what left before and is tracked in another way now.
    """
    enqueue(session, confirm, same_as=str(shipment_id), shipment_id=shipment_id)


@job("shipments.confirm", queue="channels")
def confirm(hub: "Hub", shipment_id: int) -> None:
    """Tell the channel of each package. Raises Retryable where it has not answered: the next run goes on."""
    found = due(hub, shipment_id)
    if found is None:
        return
    integration, tellings = found
    waiting: Exception | None = None
    for telling in tellings:
        outcome = _tell(hub, integration, telling.call_id, telling.notice)
        with hub.transaction() as session:
            _answered(session, telling.confirmation_id, shipment_id, outcome)
        waiting = outcome.again or waiting
    if waiting is not None:
        raise waiting


def _tell(hub: "Hub", integration: str, call_id: int, notice: ShipmentNotice) -> Outcome[Receipt]:
    return perform(
        hub,
        call_id,
        integration,
        "channel",
        lambda provider, ctx: provider.confirm_shipment(ctx, notice),
        lambda provider, ctx: provider.find_shipment(ctx, notice),
        note=lambda receipt: {"external_id": receipt.external_id, "message": receipt.message},
    )


def _answered(session: Session, confirmation_id: int, shipment_id: int, outcome: Outcome[Receipt]) -> None:
    (shipment,) = locked(session, [shipment_id])
    confirmation = session.get_one(ChannelConfirmation, confirmation_id, populate_existing=True)
    if confirmation.state not in OPEN:
        return
    confirmation.state = _STATES.get(outcome.state, ConfirmationState.FAILED)
    confirmation.message = outcome.message
    if outcome.succeeded:
        _confirmed(session, shipment, confirmation, outcome)
    elif outcome.state is CallState.REJECTED:
        name, what = ids.encode("ship", shipment_id), "correction" if confirmation.external_ids else "confirmation"
        open_case(
            session,
            kind=CaseKind.SHIPMENT,
            code="confirmation_refused",
            title=f"The channel does not take the {what} of {name}",
            message=outcome.message or "It gave no reason.",
            subject=name,
            order_id=shipment.order_id,
            same_as=f"confirmation_refused:{confirmation_id}",
        )
    if confirmation.state not in OPEN and has_changed(session, shipment, confirmation):
        confirm_later(session, shipment_id)  # it was corrected while nobody knew what became of this telling


def _confirmed(
    session: Session, shipment: Shipment, confirmation: ChannelConfirmation, outcome: Outcome[Receipt]
) -> None:
    confirmation.confirmed_at = clock.now()
    external = outcome.value.external_id if outcome.value is not None else (outcome.answer or {}).get("external_id")
    name = ids.encode("ship", shipment.id)
    said = f"The channel was told {f'how {name} is tracked now' if confirmation.external_ids else f'that {name} left'}."
    if external:
        # The channel will tell us of this package by its own name for it: so we know it when it does.
        shipment.external_id = shipment.external_id or external
        others = [each for each in confirmation.external_ids if each != external]
        confirmation.external_ids = [*others, external]
    outbox.record(session, "shipment.confirmed", name, said, order_id=shipment.order_id)
