"""Asking a supplier or 3PL to give back work that we no longer want shipped."""

from collections.abc import Mapping
from typing import TYPE_CHECKING

from sqlalchemy.orm import Session

from core.external.models import CallState
from core.external.service import intend
from core.flows.asking import Outcome, perform
from core.flows.fulfil.answer_cancel import answer
from core.flows.fulfil.asked import Asked, locked_work, supplier_order
from core.fulfillment.models import FulfillmentOrder, RequestState
from core.fulfillment.queries import Work
from core.jobs.registry import enqueue, job
from crossdock import NotSupported, Retryable, Submission

if TYPE_CHECKING:
    from core.hub import Hub


def ask_back_later(session: Session, work: FulfillmentOrder, units: Mapping[int, int] | None = None) -> None:
    """Have it asked after this transaction. `units` by fulfillment line; None: what the lines have as `cancelling`."""
    if work.integration_id is None:
        return  # its people see the request in the hub, and answer there
    named = None if units is None else {str(line_id): quantity for line_id, quantity in units.items()}
    same_as = str(work.id) if units is None else None
    enqueue(session, ask_back, same_as=same_as, integration_id=work.integration_id, work_id=work.id, units=named)


@job("fulfillment.ask_back", queue="suppliers")
def ask_back(hub: "Hub", work_id: int, units: dict[str, int] | None = None) -> None:
    """Ask once for each state of the request. A location that cannot be asked has refused.

    Raises Retryable while the order is still being handed over, or where nobody knows whether we asked.
    """
    with hub.transaction() as session:
        work = locked_work(session, work_id)
        wanted = _wanted(work, units)
        if not wanted:
            return
        if work.order.request_state is RequestState.UNSUBMITTED or work.order.external_id is None:
            raise Retryable(f"ful_{work_id} is still being handed over.")
        asked = supplier_order(session, work, quantities=wanted)
        call_id = intend(
            session,
            purpose="supplier_cancel",
            subject=asked.request.reference,
            call_key=f"cancel:{asked.request.reference}:"
            + ",".join(f"{line}x{units}" for line, units in wanted.items()),
            integration_id=asked.integration_id,
            order_id=asked.order_id,
        )
    outcome = _ask(hub, call_id, asked)
    if outcome.again is not None:
        raise outcome.again
    agreed = outcome.value is not None and outcome.value.accepted
    if units is None and (agreed or outcome.state is CallState.REJECTED):
        with hub.transaction() as session:
            answer(session, work_id, accepted=agreed, reason=outcome.message)


def _wanted(work: Work, units: dict[str, int] | None) -> dict[int, int]:
    if units is not None:
        return {int(line_id): quantity for line_id, quantity in units.items()}
    return {line.id: line.cancelling for line in work.lines if line.cancelling}


def _ask(hub: "Hub", call_id: int, asked: Asked) -> Outcome[Submission]:
    def act(provider: object, ctx: object) -> Submission:
        if not hasattr(provider, "request_cancel"):
            raise NotSupported(f"{asked.integration} takes no cancellations.")
        found: Submission = provider.request_cancel(ctx, asked.request)
        return found

    return perform(
        hub,
        call_id,
        asked.integration or "",
        "supplier",
        act,
        lambda provider, ctx: provider.find_cancel_request(ctx, asked.request),
        note=lambda submission: {"external_id": submission.external_id, "accepted": submission.accepted},
    )
