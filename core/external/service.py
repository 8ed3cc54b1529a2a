"""The written record of acts asked of remote systems: the intent first, the outcome after."""

from datetime import timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from core import clock, outbox
from core.external.models import CallState, ExternalCall

STUCK_AFTER = timedelta(minutes=2)
"""A call that has been CALLING for this long lost its caller; whether it happened is unknown."""

_DONE = {CallState.SUCCEEDED, CallState.REJECTED}


def intend(
    session: Session,
    *,
    purpose: str,
    subject: str,
    call_key: str,
    integration_id: int | None,
    order_id: int | None = None,
) -> int:
    """Write down that we are about to ask. The same `call_key` is the same act: its call is returned as it is."""
    added = session.execute(
        insert(ExternalCall)
        .values(
            purpose=purpose,
            subject=subject,
            call_key=call_key,
            integration_id=integration_id,
            order_id=order_id,
            created_at=clock.now(),
        )
        .on_conflict_do_nothing(index_elements=[ExternalCall.call_key])
        .returning(ExternalCall.id)
    ).scalar()
    if added is not None:
        return added
    return session.execute(select(ExternalCall.id).where(ExternalCall.call_key == call_key)).scalar_one()


def begin(session: Session, call_id: int) -> tuple[CallState, ExternalCall]:
    """Take the call for this caller, and say in which state it was found.

    INTENDED and FAILED: act. UNKNOWN: it may have happened, so look before acting. SUCCEEDED and REJECTED: it is
    over, and the answer is there. CALLING: somebody else is at it now.
    """
    call = session.get_one(ExternalCall, call_id, with_for_update=True)
    found, now = call.state, clock.now()
    if found is CallState.CALLING and (call.called_at or call.created_at) + STUCK_AFTER < now:
        found = CallState.UNKNOWN
    if found not in _DONE and found is not CallState.CALLING:
        call.state, call.called_at = CallState.CALLING, now
        call.attempts += 1
    return found, call


def finish(
    session: Session,
    call_id: int,
    state: CallState,
    *,
    message: str | None = None,
    answer: dict[str, Any] | None = None,
) -> None:
    """Write down the outcome."""
    call = session.get_one(ExternalCall, call_id, with_for_update=True)
    call.state = state
    call.message = message
    call.answer = answer
    call.finished_at = clock.now() if state in _DONE or state is CallState.FAILED else None
    outbox.record(
        session,
        f"call.{state.value.lower()}",
        f"call_{call.id}",
        f"The {call.purpose} asked for {call.subject} " + _WORDS[state] + (f": {message}" if message else "."),
        order_id=call.order_id,
    )


_WORDS = {
    CallState.SUCCEEDED: "succeeded",
    CallState.REJECTED: "was refused",
    CallState.FAILED: "failed and may be tried again",
    CallState.UNKNOWN: "has an unknown outcome",
    CallState.INTENDED: "is about to be made",
    CallState.CALLING: "is under way",
}
