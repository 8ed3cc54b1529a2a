"""The written record of acts asked of remote systems: the intent first, the outcome after."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import orjson
from sqlalchemy import select, text
from sqlalchemy.orm import Session

from core import clock, outbox
from core.external.models import CallState, ExternalCall

STUCK_AFTER = timedelta(minutes=2)
"""A call that has been CALLING for this long lost its caller; whether it happened is unknown."""

_DONE = {CallState.SUCCEEDED, CallState.REJECTED}

# What is new is begun by the same statement where the caller is about to act; in the order of the keys, so that two
# who intend the same acts wait, but never for each other.
_INTEND = text(
    """
    insert into external_calls (integration_id, purpose, subject, call_key, order_id, state, attempts, created_at,
        called_at)
    select integration_id, purpose, subject, call_key, order_id, case when :begun then 'CALLING' else 'INTENDED' end,
        case when :begun then 1 else 0 end, :now, case when :begun then cast(:now as timestamptz) end
    from jsonb_to_recordset(cast(:intents as jsonb))
        as intent(integration_id bigint, purpose text, subject text, call_key text, order_id bigint)
    order by call_key
    on conflict (call_key) do nothing
    returning id, call_key
    """
)
_FINISH = text(
    """
    with ended as (
        select * from jsonb_to_recordset(cast(:ended as jsonb))
            as ended(id bigint, state text, message text, answer jsonb)
    ), locked as materialized (
        select id from external_calls where id in (select id from ended) order by id for update
    )
    update external_calls call
    set state = ended.state, message = ended.message, answer = ended.answer,
        finished_at = case when ended.state in ('SUCCEEDED', 'REJECTED', 'FAILED') then cast(:now as timestamptz) end
    from ended join locked using (id)
    where call.id = ended.id
    returning call.id, call.purpose, call.subject, call.order_id, call.state, call.message
    """
)


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
    calls = _added(session, intents, begun=False)
    return calls | _known(session, [intent.call_key for intent in intents if intent.call_key not in calls])


def intend_and_begin(session: Session, intents: Sequence[Intent]) -> dict[str, Begun]:
    """Write down acts that are asked for as soon as this transaction has ended, and take their calls; by key."""
    fresh = _added(session, intents, begun=True)
    begun = {key: Begun(call_id, key, CallState.INTENDED, None, None) for key, call_id in fresh.items()}
    known = _known(session, [intent.call_key for intent in intents if intent.call_key not in fresh])
    return begun | {each.key: each for each in begin(session, known.values()).values()}


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
    outcomes = orjson.dumps(list(ended)).decode()
    session.flush()
    rows = session.execute(_FINISH, {"ended": outcomes, "now": clock.now()}).all()
    for call in sorted(rows, key=lambda row: row.id):
        state = CallState(call.state)
        if state is not CallState.INTENDED:
            about = f"{call.purpose.replace('_', ' ').capitalize()} for {call.subject} {_WORDS[state]}"
            message = f"{about}: {call.message}" if call.message else f"{about}."
            outbox.record(session, f"call.{state.value.lower()}", f"call_{call.id}", message, order_id=call.order_id)


def _added(session: Session, intents: Sequence[Intent], *, begun: bool) -> dict[str, int]:
    """The calls that were not known, by key."""
    if not intents:
        return {}
    values = {"intents": orjson.dumps(list(intents)).decode(), "begun": begun, "now": clock.now()}
    return {row.call_key: row.id for row in session.execute(_INTEND, values)}


def _known(session: Session, keys: Sequence[str]) -> dict[str, int]:
    if not keys:
        return {}
    found = session.execute(select(ExternalCall.call_key, ExternalCall.id).where(ExternalCall.call_key.in_(keys)))
    return {row.call_key: row.id for row in found}


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
