"""Running jobs: claim, call, and settle what came of it, until a queue is dry."""

import itertools
import time
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

import structlog
from dramatiq.middleware import TimeLimitExceeded
from sqlalchemy.exc import IntegrityError, OperationalError
from sqlalchemy.orm import Session

from core import clock, metrics
from core.jobs import registry, retry
from core.jobs.claim import Claimed, claim
from core.jobs.heartbeat import alive
from core.jobs.partly import Partly
from core.jobs.settle import Failure, Return, fail, finish, give_back
from crossdock.errors import Pending, ProviderError

if TYPE_CHECKING:
    from core.hub import Hub

log = structlog.get_logger(__name__)

_MOST_CONFLICTS = 20


def run_jobs(hub: "Hub") -> int:
    """Run all due jobs in this process, one after the other, until none is left; how many ran."""
    ran = 0
    with alive(hub.engine, "inline") as worker:
        while done := sum(drain(hub, queue, worker) for queue in registry.QUEUES):
            ran += done
    return ran


def drain(hub: "Hub", queue: str, worker: str, *, go_on: Callable[[], bool] = lambda: True) -> int:
    """Run the due jobs of one queue while `go_on` says so; how many ran."""
    ran = 0
    while go_on() and (done := run_next(hub, queue, worker)):
        ran += done
    return ran


def run_next(hub: "Hub", queue: str, worker: str, *, taken: Callable[[bool], None] = lambda _: None) -> int:
    """Run the queue's next job or batch; how many jobs that were.

    `taken` is called before they run, and told whether there may be more of the kind: not after less than a batch.
    """
    with hub.transaction() as session:
        jobs = claim(session, queue, worker)
    if jobs:
        batch = registry.batches().get(jobs[0].name, 1)
        taken(len(jobs) >= batch or jobs[0].attempts > 1)
        _run(hub, jobs, worker)
    return len(jobs)


def _run(hub: "Hub", jobs: Sequence[Claimed], worker: str) -> None:
    name = jobs[0].name
    started = time.monotonic()
    with structlog.contextvars.bound_contextvars(job=name, job_id=jobs[0].id):
        try:
            _call(hub, jobs)
        except Partly as partly:
            metrics.job_ran(name, time.monotonic() - started, failed=any(partly.left.values()))
            _after_part(hub, jobs, worker, partly)
        except (Exception, TimeLimitExceeded) as error:  # noqa: BLE001  # whatever it is, the worker goes on
            metrics.job_ran(name, time.monotonic() - started, failed=True)
            _after_failure(hub, jobs, worker, error)
        except BaseException:
            # This process is asked to stop: the jobs are not at fault.
            back = [Return(id=job.id, run_at=clock.now(), uncounted=1) for job in jobs]
            _settle(hub, lambda session: give_back(session, back, worker))
            raise
        else:
            metrics.job_ran(name, time.monotonic() - started, failed=False)
            _settle(hub, lambda session: finish(session, [job.id for job in jobs], worker))
            log.debug("job done", jobs=len(jobs), seconds=round(time.monotonic() - started, 3))


def _call(hub: "Hub", jobs: Sequence[Claimed]) -> None:
    definition = registry.definition(jobs[0].name)
    if definition is None:
        raise LookupError(f"This release has no job {jobs[0].name}.")
    if definition.batch:
        definition.run(hub, [job.arguments for job in jobs])
        return
    for job in jobs:
        definition.run(hub, **job.arguments)


def _after_part(hub: "Hub", jobs: Sequence[Claimed], worker: str, partly: Partly) -> None:
    done = [job.id for place, job in enumerate(jobs) if place not in partly.left]
    back = [Return(id=jobs[place].id, run_at=clock.now(), uncounted=1) for place, why in partly.left.items() if not why]

    def settle(session: Session) -> None:
        finish(session, done, worker)
        give_back(session, back, worker)

    _settle(hub, settle)
    for place, error in partly.left.items():
        if error is not None:
            _after_failure(hub, [jobs[place]], worker, error)


def _after_failure(hub: "Hub", jobs: Sequence[Claimed], worker: str, error: BaseException) -> None:
    now, reason = clock.now(), retry.sentence(error)
    if len(jobs) > 1:
        log.warning("batch failed, its jobs are run one by one", jobs=len(jobs), error=reason, exc_info=error)
        back = [Return(id=job.id, run_at=now, error=reason) for job in jobs]
        _settle(hub, lambda session: give_back(session, back, worker))
        return
    job = jobs[0]
    parked = retry.parked_until(error, now)
    if parked is not None:
        log.warning("job parked", error=reason, again_at=parked.isoformat())
        back = [Return(id=job.id, run_at=parked, error=reason, uncounted=1)]
        _settle(hub, lambda session: give_back(session, back, worker))
        return
    again = retry.again_at(error, job.attempts, now)
    if again is None:
        log.error("job failed for good", attempts=job.attempts, error=reason, exc_info=error)
        _settle(hub, lambda session: fail(session, [Failure(job.id, reason)], worker))
        return
    if isinstance(error, Pending):
        log.info("job waits", reason=reason, again_at=again.isoformat())
    else:
        # What a provider says of the other side is a sentence that says it all; where the hub raised it helps nobody.
        trace = None if isinstance(error, ProviderError) else error
        log.warning("job failed", attempts=job.attempts, error=reason, again_at=again.isoformat(), exc_info=trace)
    back = [Return(id=job.id, run_at=again, error=reason)]
    _settle(hub, lambda session: give_back(session, back, worker))


def _settle(hub: "Hub", change: Callable[[Session], object]) -> None:
    """Write down what came of jobs, however long PostgreSQL takes to come back."""
    pauses = itertools.chain([0.05, 0.1, 0.2, 0.5], itertools.repeat(1))
    conflicts = 0
    while True:
        try:
            with hub.transaction() as session:
                change(session)
        except IntegrityError:  # a twin was added at this moment
            conflicts += 1
            if conflicts == _MOST_CONFLICTS:
                raise
        except OperationalError as error:
            log.warning("the database does not answer", error=str(error.orig).partition("\n")[0])
            time.sleep(next(pauses))
        else:
            return
