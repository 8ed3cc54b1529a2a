"""Taking due jobs of a queue: the oldest, and with it others of its kind where they run as a batch."""

from dataclasses import dataclass
from typing import Any

import orjson
from sqlalchemy import text
from sqlalchemy.orm import Session

from core import clock
from core.jobs import registry

# A job that was tried before runs alone, so that a bad one cannot hold up the rest of its batch again.
_CLAIM = text(
    """
    with head as materialized (
        select id, name, attempts + deaths as tries from jobs
        where state = 'PENDING' and queue = :queue and run_at <= :now
        order by run_at, id limit 1 for update skip locked
    ), rest as materialized (
        select jobs.id from jobs join head on jobs.name = head.name
        where head.tries = 0 and jobs.attempts + jobs.deaths = 0
          and jobs.state = 'PENDING' and jobs.queue = :queue and jobs.run_at <= :now and jobs.id <> head.id
        order by jobs.run_at, jobs.id
        limit (select coalesce((cast(:batches as jsonb) ->> name)::int, 1) - 1 from head)
        for update of jobs skip locked
    )
    update jobs set state = 'RUNNING', worker = :worker, started_at = :now, attempts = attempts + 1
    where id in (select id from head union all select id from rest)
    returning id, name, arguments, attempts, run_at
    """
)


@dataclass(frozen=True, slots=True)
class Claimed:
    """A job that is ours to run. `attempts` counts this one."""

    id: int
    name: str
    arguments: dict[str, Any]
    attempts: int


def claim(session: Session, queue: str, worker: str) -> list[Claimed]:
    """Take the queue's next job, or batch of jobs of one kind, in the order in which they fell due. One statement."""
    values = {
        "queue": queue,
        "worker": worker,
        "now": clock.now(),
        "batches": orjson.dumps(registry.batches()).decode(),
    }
    rows = sorted(session.execute(_CLAIM, values), key=lambda row: (row.run_at, row.id))
    return [Claimed(row.id, row.name, row.arguments, row.attempts) for row in rows]
