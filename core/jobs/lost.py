"""Jobs of workers that fell silent (killed, cut off, powered down) go back to pending."""

import time
from collections.abc import Sequence
from typing import TYPE_CHECKING

import structlog
from sqlalchemy import text
from sqlalchemy.orm import Session

from core import clock
from core.jobs import heartbeat
from core.jobs.retry import MOST_DEATHS
from core.jobs.settle import Failure, Return, fail, give_back

if TYPE_CHECKING:
    from core.hub import Hub

log = structlog.get_logger(__name__)

WATCHED_SECONDS: float = 3
"""Longer than the time between two signs of life: see `Silence`."""

# A worker whose row is gone is silent, once its job has run long enough for a row to be there.
_SILENT = text(
    """
    select name from workers where seen_at < clock_timestamp() - make_interval(secs => :silent)
    union
    select jobs.worker from jobs left join workers on workers.name = jobs.worker
    where jobs.state = 'RUNNING' and workers.name is null
    """
)
_HELD = text("select id, deaths from jobs where worker = :worker and state = 'RUNNING' order by id for update")
_FORGET = text("delete from workers where name = :worker")


class Silence:
    """Which workers were silent, and since when this process has watched them be so.

    After a pause of the whole machine, or of the database, every worker looks silent until its next beat: only
    one that stays silent while it is watched is taken for gone.
    """

    def __init__(self) -> None:
        self._since: dict[str, float] = {}

    def lost(self, silent: set[str]) -> list[str]:
        """Those of the now silent workers that can be taken for gone."""
        now = time.monotonic()
        self._since = {name: self._since.get(name, now) for name in silent}
        return sorted(name for name, since in self._since.items() if now - since >= WATCHED_SECONDS)


def recover(hub: "Hub", silence: Silence) -> set[str]:
    """Give back what lost workers held, and name the queues that got work again."""
    with hub.transaction() as session:
        silent = set(session.execute(_SILENT, {"silent": heartbeat.SILENT_SECONDS}).scalars())
    queues: set[str] = set()
    for worker in silence.lost(silent):
        with hub.transaction() as session:
            queues |= _take_back(session, worker)
    return queues


def _take_back(session: Session, worker: str) -> set[str]:
    """A job that was running in too many workers as they died is held to be what kills them, and fails."""
    held = session.execute(_HELD, {"worker": worker}).all()
    deadly = [job.id for job in held if job.deaths + 1 >= MOST_DEATHS]
    fail(session, _failures(deadly), worker)
    returns = [Return(id=job.id, run_at=clock.now(), deaths=1, error="Its worker died.") for job in held]
    queues = give_back(session, [each for each in returns if each.id not in deadly], worker)
    session.execute(_FORGET, {"worker": worker})
    log.warning("worker lost", worker=worker, given_back=len(held) - len(deadly), failed=len(deadly))
    return queues


def _failures(job_ids: Sequence[int]) -> list[Failure]:
    return [Failure(job_id, f"{MOST_DEATHS} workers died while they ran it.") for job_id in job_ids]
