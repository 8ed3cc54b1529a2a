"""The written record of acts asked of remote systems: the intent first, the outcome after."""

from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
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


@dataclass(frozen=True, slots=True, kw_only=True)
class Intent:
    """An act that we are about to ask for. The same `call_key` is the same act."""

    purpose: str
    subject: str
    call_key: str
    integration_id: int | None
    order_id: int | None = None


@dataclass(frozen=True, slots=True)
class Begun:
    """A call that is ours to make, where `found` says so: the state that it was found in.

    INTENDED and FAILED: act. UNKNOWN: it may have happened, so look before acting. SUCCEEDED and REJECTED: it is over,
    and `answer` and `message` are there. CALLING: somebody else is at it now.
    """

    id: int
    key: str
    found: CallState
    answer: dict[str, Any] | None
    message: str | None


@dataclass(frozen=True, slots=True)
class Ended:
    """How a call ended."""

    id: int
    state: CallState
    message: str | None = None
    answer: dict[str, Any] | None = None


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
    intent = Intent(
        purpose=purpose, subject=subject, call_key=call_key, integration_id=integration_id, order_id=order_id
    )
    return intend_all(session, [intent])[call_key]


def intend_all(session: Session, intents: Sequence[Intent]) -> dict[str, int]:
    """The same for many acts; their calls by key."""
    if not intents:
        return {}
    rows = [{**asdict(intent), "created_at": clock.now()} for intent in intents]
    named = (ExternalCall.call_key, ExternalCall.id)
    adding = insert(ExternalCall).values(rows).on_conflict_do_nothing(index_elements=[ExternalCall.call_key])
    calls = {row.call_key: row.id for row in session.execute(adding.returning(*named))}
    known = [intent.call_key for intent in intents if intent.call_key not in calls]
    if known:
        found = session.execute(select(*named).where(ExternalCall.call_key.in_(known)))
        calls |= {row.call_key: row.id for row in found}
    return calls


def begin(session: Session, call_ids: Iterable[int]) -> dict[int, Begun]:
    """Take calls for this caller; those that are over, or with somebody else, are left as they are."""
    now = clock.now()
    begun = {}
    for call in _locked(session, call_ids):
        found = call.state
        if found is CallState.CALLING and (call.called_at or call.created_at) + STUCK_AFTER < now:
            found = CallState.UNKNOWN
        begun[call.id] = Begun(call.id, call.call_key, found, call.answer, call.message)
        if found not in _DONE and found is not CallState.CALLING:
            call.state, call.called_at = CallState.CALLING, now
            call.attempts += 1
    return begun


def finish(session: Session, ended: Iterable[Ended]) -> None:
    """Write down how calls ended. One that was begun and not made after all is INTENDED again."""
    outcomes = {each.id: each for each in ended}
    for call in _locked(session, outcomes):
        outcome = outcomes[call.id]
        state = outcome.state
        call.state, call.message, call.answer = state, outcome.message, outcome.answer
        call.finished_at = clock.now() if state in _DONE or state is CallState.FAILED else None
        if state is not CallState.INTENDED:
            about = f"{call.purpose.replace('_', ' ').capitalize()} for {call.subject} {_WORDS[state]}"
            message = f"{about}: {outcome.message}" if outcome.message else f"{about}."
            outbox.record(session, f"call.{state.value.lower()}", f"call_{call.id}", message, order_id=call.order_id)


def _locked(session: Session, call_ids: Iterable[int]) -> list[ExternalCall]:
    wanted = sorted(set(call_ids))
    if not wanted:
        return []
    statement = select(ExternalCall).where(ExternalCall.id.in_(wanted)).order_by(ExternalCall.id).with_for_update()
    return list(session.scalars(statement, execution_options={"populate_existing": True}))


_WORDS = {
    CallState.SUCCEEDED: "succeeded",
    CallState.REJECTED: "was refused",
    CallState.FAILED: "failed and may be tried again",
    CallState.UNKNOWN: "has an unknown outcome",
}
