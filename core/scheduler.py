"""The scheduler: periodic jobs, work that nobody took, workers that fell silent. Many may run; one acts at a time."""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

import structlog
from sqlalchemy import text
from sqlalchemy.engine import Connection
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from core import clock, locks
from core.hub import Hub
from core.jobs import lost, registry, schedule

log = structlog.get_logger(__name__)

TICK_SECONDS = 1.0
_TRY_LOCK = text("select pg_try_advisory_lock(:lock)")
_WAITING = text(
    """
    select lane from unnest(cast(:queues as text[])) as lane
    where exists (select from jobs where jobs.queue = lane and jobs.state = 'PENDING' and jobs.run_at <= :now)
    """
)


def run(hub: Hub, stopped: threading.Event) -> None:
    """Act as the scheduler, or stand by for the one that acts, until `stopped`. Outlives restarts of PostgreSQL."""
    registry.load_all()
    while not stopped.is_set():
        try:
            with _acting(hub) as connection:
                if connection is not None:
                    log.info("this scheduler acts")
                    _act(hub, connection, stopped)
        except DBAPIError as error:
            log.warning("the database does not answer", error=str(error.orig).partition("\n")[0])
        stopped.wait(TICK_SECONDS)


def tick(hub: Hub, silence: lost.Silence) -> None:
    """One round: enqueue what is due, take back what lost workers held, wake every queue that has due jobs."""
    with hub.transaction() as session:
        schedule.run_due(session)
    lost.recover(hub, silence)
    with hub.transaction() as session:
        waiting = _waiting(session)
    if waiting:
        hub.wake(waiting)


@contextmanager
def _acting(hub: Hub) -> Iterator[Connection | None]:
    """A connection that holds the lock, or None where another scheduler holds it."""
    with hub.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        locked = connection.execute(_TRY_LOCK, {"lock": locks.SCHEDULING}).scalar_one()
        try:
            yield connection if locked else None
        finally:
            connection.invalidate()  # not back into the pool: the lock goes with the connection


def _act(hub: Hub, connection: Connection, stopped: threading.Event) -> None:
    with hub.transaction() as session:
        schedule.prepare(session, hub.config)
    silence = lost.Silence()
    while not stopped.is_set():
        began = time.monotonic()
        connection.execute(text("select 1"))  # the lock is ours only while this connection lives
        tick(hub, silence)
        stopped.wait(max(0.0, TICK_SECONDS - (time.monotonic() - began)))


def _waiting(session: Session) -> set[str]:
    values = {"queues": list(registry.QUEUES), "now": clock.now()}
    return set(session.execute(_WAITING, values).scalars())
