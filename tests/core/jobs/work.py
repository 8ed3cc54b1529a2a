"""Jobs for the tests, and real processes that run them.

What ran is written down as events named `test.ran`, so that a test sees it from outside.
"""

import signal
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from subprocess import Popen
from typing import Any

from sqlalchemy import text
from sqlalchemy.engine import Engine

from core import outbox, scheduler, worker
from core.config import Config
from core.hub import Hub, open_hub
from core.jobs import heartbeat, lost
from core.jobs.registry import job
from core.servers.process import bound_command
from crossdock import RateLimited, Rejected, Retryable

_LATER = datetime(2100, 1, 1, tzinfo=UTC)


def note(hub: Hub, what: str) -> None:
    """Write down that a job did its work."""
    with hub.transaction() as session:
        outbox.record(session, "test.ran", what, "A job of the tests ran.")


@job("test.note", queue="orders")
def note_it(hub: Hub, what: str) -> None:
    note(hub, what)


@job("test.note_many", queue="stock", batch=10)
def note_many(hub: Hub, batch: list[dict[str, Any]]) -> None:
    """Note the size of the batch; a bad one among them spoils it."""
    for each in batch:
        if each["what"] == "bad":
            raise ValueError("a bad one")
    note(hub, "+".join(each["what"] for each in batch))


@job("test.sleep", queue="carriers")
def sleep(hub: Hub, what: str, seconds: float) -> None:
    note(hub, f"{what} began")
    time.sleep(seconds)
    note(hub, what)


@job("test.sleep_once", queue="carriers")
def sleep_once(hub: Hub, what: str) -> None:
    """Sleep for ever the first time that it is run, be quick the next."""
    if f"{what} began" not in noted(hub.engine):
        note(hub, f"{what} began")
        time.sleep(600)
    note(hub, what)


@job("test.fall", queue="default")
def fall(_hub: Hub, how: str) -> None:
    """Fail as told."""
    raise {
        "rejected": Rejected("NO", "The carrier said no."),
        "retryable": Retryable("The carrier is busy."),
        "limited": RateLimited("Slow down.", until=_LATER),
        "fault": ZeroDivisionError("it went wrong\0"),
    }[how]


def noted(engine: Engine) -> list[str]:
    """What ran so far, in the order in which it was written down."""
    with engine.connect() as connection:
        return list(
            connection.execute(text("select subject from events where name = 'test.ran' order by id")).scalars()
        )


def waiting(engine: Engine) -> list[Any]:
    """The rows of jobs, oldest first."""
    with engine.connect() as connection:
        return list(connection.execute(text("select * from jobs order by id")))


@contextmanager
def process(role: str, config: Config) -> Iterator["Popen[bytes]"]:
    """A real worker or scheduler, for as long as the block lasts."""
    script = "import sys; from tests.core.jobs.work import main; main(*sys.argv[1:])"
    command = [sys.executable, "-c", script, role, config.database_url, config.redis_url, config.home]
    with Popen(bound_command([str(part) for part in command])) as running:
        try:
            yield running
        finally:
            running.terminate()
            running.wait(15)


def main(role: str, database_url: str, redis_url: str, home: str) -> None:
    """Be a worker or scheduler that is taken for dead after a second, not ten."""
    heartbeat.BEAT_SECONDS, heartbeat.SILENT_SECONDS, lost.WATCHED_SECONDS = 0.2, 1, 0.5
    stopped = threading.Event()
    signal.signal(signal.SIGTERM, lambda *_: stopped.set())
    config = Config(home=Path(home), log_level="warning", worker_threads=4)
    hub = open_hub(config, database_url, redis_url=redis_url)
    if role == "worker":
        worker.run(hub, redis_url, stopped)
    else:
        scheduler.run(hub, stopped)
    hub.close()
