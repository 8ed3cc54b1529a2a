"""Handing work to whoever ships it, at most once."""

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from sqlalchemy.orm import Session

from core import clock, ids
from core.external.models import CallState
from core.external.service import intend
from core.flows import statuses
from core.flows.asking import Outcome, perform
from core.flows.fulfil.asked import Asked, locked_work, supplier_order
from core.flows.fulfil.refuse import refuse
from core.fulfillment.models import FulfillmentMethod, RequestState
from core.fulfillment.queries import Work
from core.fulfillment.service import accept_all
from core.fulfillment.work import NewWork, record
from core.jobs.registry import enqueue, job
from crossdock import Retryable, Submission

if TYPE_CHECKING:
    from core.hub import Hub


def submit_later(session: Session, work: Iterable[NewWork]) -> None:
    """Have new work handed over after this transaction."""
    for new in work:
        enqueue(session, submit, same_as=str(new.id), integration_id=new.integration_id, work_id=new.id)


@job("fulfillment.submit", queue="suppliers")
def submit(hub: "Hub", work_id: int) -> None:
    """Hand one fulfillment order over. What was handed over, or is no longer wanted, is left alone.

    Raises Retryable where the outcome is unknown or the other side asks for patience: the next run looks first.
    """
    asked = _intended(hub, work_id)
    if asked is None:
        return
    call_id, request = asked
    outcome: Outcome[Submission] = perform(
        hub,
        call_id,
        request.integration or "",
        "supplier",
        lambda provider, ctx: provider.submit(ctx, request.request),
        lambda provider, ctx: provider.find_submission(ctx, request.request),
        note=_note,
    )
    with hub.transaction() as session:
        _answered(session, request, outcome)
    if outcome.state in {CallState.UNKNOWN, CallState.FAILED}:
        raise outcome.error if isinstance(outcome.error, Retryable) else Retryable(outcome.message or "No answer yet.")


def _intended(hub: "Hub", work_id: int) -> tuple[int, Asked] | None:
    """Write the intent; None where nobody needs to be asked, or no longer."""
    with hub.transaction() as session:
        work = locked_work(session, work_id)
        if work.order.request_state is not RequestState.UNSUBMITTED or not work.live:
            return None
        asked = supplier_order(session, work)
        work.order.submitted_at = work.order.submitted_at or clock.now()
        if asked.integration is None:
            _handed_over(session, work, {"accepted": work.order.method is FulfillmentMethod.SELF})
            statuses.refresh(session, [asked.order_id])
            return None
        call_id = intend(
            session,
            purpose="supplier_order",
            subject=asked.request.reference,
            call_key=f"submit:{asked.request.reference}",
            integration_id=asked.integration_id,
            order_id=asked.order_id,
        )
        return call_id, asked


def _answered(session: Session, asked: Asked, outcome: Outcome[Submission]) -> None:
    work = locked_work(session, asked.work_id)
    if outcome.succeeded:
        answer = outcome.answer or (_note(outcome.value) if outcome.value else {})
        work.order.external_id = work.order.external_id or answer.get("external_id")
        if work.order.request_state is RequestState.UNSUBMITTED:
            _handed_over(session, work, answer)
    elif outcome.state is CallState.REJECTED and work.live:
        refuse(session, work, None, reason=outcome.message or "The location refused the order.")
    statuses.refresh(session, [asked.order_id])


def _handed_over(session: Session, work: Work, answer: dict[str, Any]) -> None:
    number = ids.encode("ful", work.order.id)
    work.order.request_state = RequestState.SUBMITTED
    record(session, "fulfillment.submitted", work.order, f"{number} was handed to its location.")
    if answer.get("accepted"):
        accept_all(work, clock.now())
        record(session, "fulfillment.accepted", work.order, f"{number} was accepted.")


def _note(submission: Submission) -> dict[str, Any]:
    return {"external_id": submission.external_id, "accepted": submission.accepted, "at": submission.at.isoformat()}
