"""A worker process: woken by the broker, it takes jobs from PostgreSQL until a queue is dry."""

import threading
import time
from collections.abc import Callable, Sequence
from typing import Any

import dramatiq
import structlog
from dramatiq.brokers.redis import RedisBroker
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from core import clock
from core.hub import Hub
from core.jobs import broker as brokers
from core.jobs import registry
from core.jobs.heartbeat import alive
from core.jobs.run import run_next
from core.jobs.settle import Return, give_back

log = structlog.get_logger(__name__)

STOP_SECONDS = 5
"""How long jobs have to end once the worker is asked to stop. Those that do not are run again elsewhere."""
_TURN_SECONDS = 5
"""After this long on one queue a thread lets the others have a turn."""
_PAUSE_SECONDS = 1
_GATHER_SECONDS = 0.25
"""How long jobs that run as batches may gather, instead of each getting a thread: while one of their kind runs, and,
where that was a batch already, so that there is more than one at a time, from its start on."""
_TIME_LIMIT_MS = 30 * 60 * 1000
_HELD = text("select id from jobs where worker = :worker and state = 'RUNNING'")


def run(hub: Hub, redis_url: str, stopped: threading.Event, *, queues: Sequence[str] = registry.QUEUES) -> None:
    """Run jobs of these queues until `stopped`, then end within about STOP_SECONDS. Raises WorkerFault."""
    registry.load_all()
    broker = brokers.connect(redis_url)
    faults = threading.Event()

    def stop_at_fault() -> None:
        faults.set()
        stopped.set()

    with alive(hub.engine) as name:
        lanes = {queue: Lane(hub, broker, queue, name, on_fault=stop_at_fault) for queue in queues}
        for queue, lane in lanes.items():
            options: dict[str, Any] = {"queue_name": queue, "broker": broker, "time_limit": _TIME_LIMIT_MS}
            dramatiq.actor(actor_name=brokers.actor_of(queue), **options)(lane.run)
        worker = dramatiq.Worker(broker, worker_timeout=100, worker_threads=hub.config.worker_threads)
        broker.emit_after("process_boot")  # without it no time limit ever fires
        worker.start()
        log.info("worker ready", worker=name, queues=list(queues), threads=hub.config.worker_threads)
        brokers.wake(broker, set(queues))
        stopped.wait()
        for lane in lanes.values():
            lane.close()
        worker.stop(timeout=STOP_SECONDS * 1000)
        if faults.is_set():
            raise WorkerFault("This worker stops: it could not write down what came of a job.")
        _leave_behind(hub, name)
        log.info("worker stopped", worker=name)
    broker.close()


class WorkerFault(Exception):
    """The process must end; its jobs are found as those of a worker that died."""


class Lane:
    """One queue in this process. Its threads are limited, so that a slow queue cannot take them all."""

    def __init__(self, hub: Hub, broker: RedisBroker, queue: str, worker: str, *, on_fault: Callable[[], None]) -> None:
        self._hub = hub
        self._broker = broker
        self._queue = queue
        self._worker = worker
        self._on_fault = on_fault
        self._most = max(1, hub.config.worker_threads // 2)
        self._lock = threading.Lock()
        self._running = 0
        self._gathers_until = 0.0
        self._asked = False
        self._closed = threading.Event()

    def run(self) -> None:
        """Take jobs until there are none, or this thread's turn is over."""
        brokers.woken(self._broker, self._queue)
        if not self._enter():
            return
        dry = False
        try:
            dry = self._take_jobs()
        except DBAPIError as error:
            log.warning("the database does not answer", queue=self._queue, error=str(error.orig).partition("\n")[0])
            time.sleep(_PAUSE_SECONDS)
        except Exception:
            log.critical("the worker cannot go on", queue=self._queue, exc_info=True)
            self._on_fault()
        finally:
            asked = self._leave()
        if not self._closed.is_set() and (asked or not dry):
            brokers.wake(self._broker, {self._queue})

    def close(self) -> None:
        """Take no more jobs."""
        self._closed.set()

    def _take_jobs(self) -> bool:
        """Whether none are left."""
        until = time.monotonic() + _TURN_SECONDS
        while not self._closed.is_set() and time.monotonic() < until:
            done = run_next(self._hub, self._queue, self._worker, taken=self._taken)
            if done > 1:
                self._closed.wait(max(0.0, self._gathers_until - time.monotonic()))
            self._gathers_until = 0.0
            if not done:
                return True
        return False

    def _taken(self, more: bool) -> None:  # noqa: FBT001  # as `run_next` calls it
        """Where one job waited there may be more: have another thread look, if there is a place for it.

        After less than a batch there are none. What comes while that batch runs gathers for the next one, for a moment.
        """
        if not more:
            self._gathers_until = time.monotonic() + _GATHER_SECONDS
        elif self._running < self._most:
            brokers.wake(self._broker, {self._queue})

    def _enter(self) -> bool:
        """False where all places are taken, or work gathers: then one of those at work is asked to look once more."""
        with self._lock:
            gathering = self._running > 0 and time.monotonic() < self._gathers_until
            if gathering or self._running >= self._most:
                self._asked = True
                return False
            self._running += 1
            return True

    def _leave(self) -> bool:
        """Whether somebody was turned away meanwhile."""
        with self._lock:
            self._running -= 1
            asked, self._asked = self._asked, False
            return asked


def _leave_behind(hub: Hub, worker: str) -> None:
    """Give back what could not end in time; this process ends now."""
    try:
        with hub.transaction() as session:
            held = session.execute(_HELD, {"worker": worker}).scalars()
            back = [Return(id=job_id, run_at=clock.now(), uncounted=1) for job_id in held]
            give_back(session, back, worker)
    except DBAPIError as error:
        log.warning("jobs are left for the scheduler to find", error=str(error.orig).partition("\n")[0])
