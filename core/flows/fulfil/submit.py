"""Handing work to whoever ships it, at most once."""

import time
from collections.abc import Collection, Iterable, Sequence
from typing import TYPE_CHECKING, Any

from sqlalchemy.orm import Session

from core import clock
from core.external import service as external
from core.external.models import CallState
from core.external.service import Begun
from core.flows import statuses
from core.flows.asking import Outcome, ask, write_down
from core.flows.fulfil.asked import Asked, lock_orders_of, locked_works, supplier_orders
from core.flows.fulfil.refuse import refuse
from core.fulfillment import held
from core.fulfillment.handing import HandedOver, about_to_ask, handed_over
from core.fulfillment.models import FulfillmentMethod, RequestState
from core.fulfillment.queries import Work
from core.fulfillment.work import NewWork
from core.integrations.health import note_health
from core.jobs.registry import enqueue, job
from crossdock import Retryable, Submission

if TYPE_CHECKING:
    from core.hub import Hub

_PATIENCE_SECONDS = 20
"""After this long the rest of a batch waits for its next turn: calls that take two minutes count as lost."""


def submit_later(session: Session, work: Iterable[NewWork]) -> None:
    """Have new work handed over after this transaction."""
    for new in work:
        _enqueue(session, new.id, new.integration_id)


def resume(session: Session, order_ids: Collection[int]) -> None:
    """Have work handed over that was passed over while its order was on hold or to be checked again."""
    for work_id, integration_id in held.waiting(session, order_ids):
        _enqueue(session, work_id, integration_id)


def _enqueue(session: Session, work_id: int, integration_id: int | None) -> None:
    enqueue(session, submit_all, same_as=str(work_id), integration_id=integration_id, work_id=work_id)


@job("fulfillment.submit", queue="suppliers", batch=25)
def submit_all(hub: "Hub", batch: "list[dict[str, Any]]") -> None:
    """Hand fulfillment orders over. What was handed over, or is no longer wanted, is left alone.

    Work of an order that is on hold, or that changed and is to be checked again, waits until the order goes on.
    Raises Retryable where an outcome is unknown or another side asks for patience: the next run looks first. One that
    has failed is not asked for more; one that is slow makes the rest wait for their next turn.
    """
    with hub.transaction() as session:
        asked = _intended(session, sorted({int(each["work_id"]) for each in batch}))
    if not asked:
        return
    outcomes = _ask(hub, asked)
    with hub.transaction() as session:
        write_down(session, [(begun, outcome) for _, begun, outcome in outcomes], note=_note)
        _answered(session, [(request, outcome) for request, _, outcome in outcomes])
        told = [(each, outcome) for each, _, outcome in outcomes if outcome.state is not CallState.INTENDED]
        for integration, error in {each.integration or "": outcome.error for each, outcome in told}.items():
            note_health(session, integration, error)
    for _, _, outcome in outcomes:
        if outcome.again is not None and outcome.state is not CallState.INTENDED:
            raise outcome.again
    waiting = [request for request, _, outcome in outcomes if outcome.state is CallState.INTENDED and not request.rests]
    if waiting:
        with hub.transaction() as session:
            for request in waiting:
                _enqueue(session, request.work_id, request.integration_id)


def submit(hub: "Hub", work_id: int) -> None:
    """Hand one fulfillment order over, at once."""
    submit_all(hub, [{"work_id": work_id}])


def _intended(session: Session, work_ids: list[int]) -> list[tuple[Asked, Begun]]:
    """Write what is about to be asked; nothing where nobody needs to be asked, or no longer."""
    works = [
        work
        for work in locked_works(session, work_ids)
        if work.order.request_state is RequestState.UNSUBMITTED and work.live
    ]
    known = zip(works, supplier_orders(session, works), strict=True)
    # What was asked already may have been heard: that is found out even while the order waits.
    due = [(work, request) for work, request in known if not request.rests or work.order.submitted_at is not None]
    about_to_ask(session, [work.order.id for work, _ in due], clock.now())
    _nobody_to_ask(session, [(work, request) for work, request in due if request.integration is None])
    asked = {_key(request): request for _, request in due if request.integration is not None}
    begun = external.intend_and_begin(session, [_intent(key, request) for key, request in asked.items()])
    return [(request, begun[key]) for key, request in asked.items()]


def _nobody_to_ask(session: Session, due: Sequence[tuple[Work, Asked]]) -> None:
    """No integration speaks for these locations: our own people take the work at once, others answer by hand."""
    told = [
        HandedOver(work_id=work.order.id, external_id=None, accepted=work.order.method is FulfillmentMethod.SELF)
        for work, _ in due
    ]
    handed_over(session, told, clock.now())
    statuses.refresh(session, [request.order_id for _, request in due])


def _key(request: Asked) -> str:
    return f"submit:{request.request.reference}"


def _intent(key: str, request: Asked) -> external.Intent:
    return external.Intent(
        purpose="supplier_order",
        subject=request.request.reference,
        call_key=key,
        integration_id=request.integration_id,
        order_id=request.order_id,
    )


def _ask(hub: "Hub", asked: Sequence[tuple[Asked, Begun]]) -> list[tuple[Asked, Begun, Outcome[Submission]]]:
    """Ask one after the other. INTENDED are those that were not asked after all."""
    until = time.monotonic() + _PATIENCE_SECONDS
    troubled: set[str | None] = set()
    outcomes = []
    for request, begun in asked:
        passed_over = request.rests or request.integration in troubled or time.monotonic() > until
        outcome: Outcome[Submission] = Outcome(CallState.INTENDED)
        if passed_over and not request.rests and begun.found is CallState.UNKNOWN:
            outcome = Outcome(CallState.UNKNOWN)
        elif not passed_over or begun.found not in {CallState.INTENDED, CallState.FAILED}:
            outcome = _submit(hub, request, begun)
        if request.rests and outcome.state is CallState.FAILED:
            outcome = Outcome(CallState.INTENDED)  # it had not happened, and it does not happen now
        if outcome.state in {CallState.FAILED, CallState.UNKNOWN}:
            troubled.add(request.integration)
        outcomes.append((request, begun, outcome))
    return outcomes


def _submit(hub: "Hub", asked: Asked, begun: Begun) -> Outcome[Submission]:
    return ask(
        hub,
        begun,
        asked.integration or "",
        "supplier",
        _wait if asked.rests else lambda provider, ctx: provider.submit(ctx, asked.request),
        lambda provider, ctx: provider.find_submission(ctx, asked.request),
    )


def _wait(_provider: Any, _ctx: Any) -> Submission:
    raise Retryable("The order is on hold.")


def _answered(session: Session, outcomes: Sequence[tuple[Asked, Outcome[Submission]]]) -> None:
    """Note what became of the work; the locks are taken in the order that all flows take them in."""
    lock_orders_of(session, [asked.work_id for asked, _ in outcomes])
    told = [_told(asked, outcome) for asked, outcome in outcomes if outcome.succeeded]
    handed_over(session, told, clock.now())
    refused = {asked.work_id: outcome for asked, outcome in outcomes if outcome.state is CallState.REJECTED}
    for work in locked_works(session, refused) if refused else []:
        if work.live:
            refuse(session, work, None, reason=refused[work.order.id].message or "The location refused the order.")
    statuses.refresh(session, [asked.order_id for asked, _ in outcomes])


def _told(asked: Asked, outcome: Outcome[Submission]) -> HandedOver:
    answer = outcome.answer or (_note(outcome.value) if outcome.value else {})
    accepted = bool(answer.get("accepted"))
    return HandedOver(work_id=asked.work_id, external_id=answer.get("external_id") or None, accepted=accepted)


def _note(submission: Submission) -> dict[str, Any]:
    return {"external_id": submission.external_id, "accepted": submission.accepted, "at": submission.at.isoformat()}
