"""What becomes of claimed jobs: done and deleted, back to pending, or out of retries and kept as failed."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import orjson
from sqlalchemy import text
from sqlalchemy.orm import Session

from core import clock, ids, outbox

_FINISH = text("delete from jobs where id = any(:ids) and worker = :worker and state = 'RUNNING'")

# Of jobs that are the same only one may wait: a pending one, else the oldest of those coming back.
_DROP_TWINS = text(
    """
    delete from jobs back where back.id = any(:ids) and back.worker = :worker and back.state = 'RUNNING'
      and exists (
        select from jobs twin where twin.name = back.name and twin.same_as = back.same_as
          and (twin.state = 'PENDING' or (twin.id = any(:ids) and twin.id < back.id and twin.worker = :worker)))
    """
)
_GIVE_BACK = text(
    """
    update jobs set state = 'PENDING', worker = null, started_at = null, run_at = back.run_at,
        attempts = jobs.attempts - back.uncounted, deaths = jobs.deaths + back.deaths,
        error = coalesce(back.error, jobs.error)
    from jsonb_to_recordset(cast(:jobs as jsonb))
        as back(id bigint, run_at timestamptz, uncounted int, deaths int, error text)
    where jobs.id = back.id and jobs.worker = :worker and jobs.state = 'RUNNING'
    returning jobs.queue
    """
)
_FAIL = text(
    """
    with failed as (
        delete from jobs using jsonb_to_recordset(cast(:jobs as jsonb)) as given(id bigint, error text)
        where jobs.id = given.id and jobs.worker = :worker and jobs.state = 'RUNNING'
        returning jobs.*, given.error as reason
    )
    insert into failed_jobs (job, queue, arguments, same_as, integration_id, error, attempts, failed_at)
    select name, queue, arguments, same_as, integration_id, reason, attempts, :now from failed
    returning id, job, error, attempts
    """
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Return:
    """A job that goes back to pending. `uncounted`: take this attempt back; `deaths`: workers that died over it."""

    id: int
    run_at: datetime
    error: str | None = None
    uncounted: int = 0
    deaths: int = 0


@dataclass(frozen=True, slots=True)
class Failure:
    """A job that is not tried again, and why."""

    id: int
    error: str


def finish(session: Session, job_ids: Sequence[int], worker: str) -> None:
    """Delete what is done. What was meanwhile given to another worker is left alone."""
    session.execute(_FINISH, {"ids": list(job_ids), "worker": worker})


def give_back(session: Session, returns: Sequence[Return], worker: str) -> set[str]:
    """Put jobs that `worker` holds back to pending, and say on which queues.

    A job whose twin already waits is deleted: the twin does its work. Raises IntegrityError when a twin is
    added at this very moment; the next try finds it.
    """
    if not returns:
        return set()
    session.execute(_DROP_TWINS, {"ids": [each.id for each in returns], "worker": worker})
    rows = session.execute(_GIVE_BACK, {"jobs": orjson.dumps(list(returns)).decode(), "worker": worker})
    return set(rows.scalars())


def fail(session: Session, failures: Sequence[Failure], worker: str) -> None:
    """Keep jobs that `worker` holds as failed, where they wait to be replayed or discarded."""
    if not failures:
        return
    values = {"jobs": orjson.dumps(list(failures)).decode(), "worker": worker, "now": clock.now()}
    for row in session.execute(_FAIL, values).all():
        outbox.record(
            session,
            "job.failed",
            ids.encode("fjob", row.id),
            f"The job {row.job} failed for good after {row.attempts} attempts: {row.error}",
            data={"job": row.job},
        )
