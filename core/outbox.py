"""Events and jobs, written by the same transaction that changed the rows.

Both are gathered on the session and written when it commits, in one statement each; a transaction that fails leaves
neither. After the commit the queues that got work are woken; a wake-up that is lost costs seconds, for the scheduler
looks for work that nobody took.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from weakref import WeakKeyDictionary

import orjson
from sqlalchemy import event, text
from sqlalchemy.orm import Session, SessionTransaction

from core import actor, clock
from core.db import insert_rows
from core.events.models import Event

_EVENTS, _JOBS, _WAKE, _MARKS = "crossdock.events", "crossdock.jobs", "crossdock.wake", "crossdock.marks"

_ADD_JOBS = text(
    """
    insert into jobs (name, queue, arguments, same_as, integration_id, run_at)
    select name, queue, arguments, same_as, integration_id, run_at
    from jsonb_to_recordset(cast(:jobs as jsonb))
        as added(name text, queue text, arguments jsonb, same_as text, integration_id bigint, run_at timestamptz)
    on conflict (name, same_as) where state = 'PENDING' and same_as is not null do nothing
    """
)


@dataclass(frozen=True, slots=True, kw_only=True)
class NewJob:
    """Work to be done after this transaction. See `core.jobs` for what the parts mean."""

    name: str
    queue: str
    arguments: dict[str, Any] = field(default_factory=dict)
    same_as: str | None = None
    integration_id: int | None = None
    run_at: datetime


def record(
    session: Session,
    name: str,
    subject: str,
    message: str,
    *,
    order_id: int | None = None,
    data: dict[str, Any] | None = None,
    occurred_at: datetime | None = None,
) -> None:
    """Note that something happened: `name` is noun.verb, `subject` an id as clients see it, `message` a sentence."""
    now = clock.now()
    row = (name, subject, order_id, message, actor.current(), data or {}, occurred_at or now, now)
    _gathered(session, _EVENTS).append(row)


def add_job(session: Session, job: NewJob) -> None:
    _gathered(session, _JOBS).append(job)


def _gathered(session: Session, what: str) -> list[Any]:
    """What this transaction has gathered, which begins now where it has not: so that rolling it back is noticed."""
    if not session.in_transaction():
        session.begin()
    found: list[Any] = session.info.setdefault(what, [])
    return found


def on_wake(session: Session, wake: Callable[[set[str]], None]) -> None:
    """Have the named queues woken after the session's commit."""
    session.info[_WAKE] = wake


def write(session: Session) -> set[str]:
    """Write what was gathered, and say which queues got work. Commits do this by themselves."""
    events = session.info.pop(_EVENTS, [])
    jobs: list[NewJob] = session.info.pop(_JOBS, [])
    if events:
        columns = [
            Event.name,
            Event.subject,
            Event.order_id,
            Event.message,
            Event.actor,
            Event.data,
            Event.occurred_at,
            Event.recorded_at,
        ]
        insert_rows(session, Event, columns, events)
    if jobs:
        # In the order of their keys, so that two transactions adding the same ones wait, but never for each other.
        ordered = sorted(jobs, key=lambda job: (job.name, job.same_as or ""))
        session.execute(_ADD_JOBS, {"jobs": orjson.dumps(ordered).decode()})
    return {job.queue for job in jobs}


@event.listens_for(Session, "before_commit")
def _write_with_the_rest(session: Session) -> None:
    if session.in_nested_transaction():
        return  # a savepoint is released: what is around it may still be rolled back
    queues = write(session)
    session.info.setdefault("crossdock.woken", set()).update(queues)


@event.listens_for(Session, "after_commit")
def _wake(session: Session) -> None:
    queues = session.info.pop("crossdock.woken", set())
    wake = session.info.get(_WAKE)
    if queues and wake is not None:
        wake(queues)


@event.listens_for(Session, "after_transaction_create")
def _mark(session: Session, transaction: SessionTransaction) -> None:
    """Note what had been gathered when a savepoint was made: rolled back to it, the rest did not happen."""
    if transaction.nested:
        gathered = [len(session.info.get(key, ())) for key in (_EVENTS, _JOBS)]
        session.info.setdefault(_MARKS, WeakKeyDictionary())[transaction] = gathered


@event.listens_for(Session, "after_soft_rollback")
def _forget(session: Session, transaction: SessionTransaction) -> None:
    if transaction.nested:
        for key, length in zip((_EVENTS, _JOBS), session.info[_MARKS][transaction], strict=True):
            del session.info.get(key, [])[length:]
    elif transaction.parent is None:  # else a flush failed, and what is around it is rolled back next
        for key in (_EVENTS, _JOBS, "crossdock.woken"):
            session.info.pop(key, None)
