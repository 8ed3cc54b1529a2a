"""Real worker and scheduler processes: killed, cut off from Redis, asked to stop; no job is lost, none done twice."""

import os
import signal
import time
from collections import Counter
from collections.abc import Callable

import pytest
import redis
from sqlalchemy import text
from sqlalchemy.engine import Engine

from core.config import Config
from core.hub import Hub
from core.jobs import broker
from core.jobs.registry import enqueue
from tests.core.jobs.work import note_it, noted, process, sleep, sleep_once, waiting

pytestmark = pytest.mark.slow


def eventually(condition: Callable[[], bool], *, seconds: float = 25) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "it did not happen in time"
        time.sleep(0.02)


def ready(engine: Engine) -> bool:
    """Whether a worker has shown itself."""
    with engine.connect() as connection:
        return bool(connection.execute(text("select count(*) from workers where name like 'worker:%'")).scalar_one())


def test_redis_is_wiped_and_every_pending_job_runs_once(hub: Hub, config: Config, redis_url: str) -> None:
    """With wake-ups on their way, half of them taken, the broker forgets everything, several times."""
    queue = broker.connect(redis_url)
    with redis.Redis.from_url(redis_url) as client, process("scheduler", config), process("worker", config):
        for number in range(200):
            with hub.transaction() as session:
                enqueue(session, note_it, what=str(number))
            broker.wake(queue, {"orders"})
            if number % 40 == 20:
                client.flushall()
        client.flushall()
        eventually(lambda: waiting(hub.engine) == [])
    assert Counter(noted(hub.engine)) == Counter(str(number) for number in range(200))
    queue.close()


def test_jobs_run_though_nobody_was_woken(hub: Hub, config: Config) -> None:
    with process("scheduler", config), process("worker", config):
        eventually(lambda: ready(hub.engine))
        with hub.transaction() as session:
            enqueue(session, note_it, what="unheard")
        eventually(lambda: noted(hub.engine) == ["unheard"])


def test_the_jobs_of_a_killed_worker_are_run_again_within_seconds(hub: Hub, config: Config) -> None:
    with hub.transaction() as session:
        enqueue(session, sleep_once, what="long")
    with process("scheduler", config):
        with process("worker", config) as worker:
            eventually(lambda: noted(hub.engine) == ["long began"])
            worker.kill()
        died = time.monotonic()
        with process("worker", config):
            eventually(lambda: noted(hub.engine) == ["long began", "long"])
        assert time.monotonic() - died < 17
    assert waiting(hub.engine) == []


def test_deaths_are_counted(hub: Hub, config: Config) -> None:
    with hub.transaction() as session:
        enqueue(session, sleep, what="long", seconds=600)
        session.flush()
    with process("scheduler", config):
        with process("worker", config) as worker:
            eventually(lambda: noted(hub.engine) == ["long began"])
            worker.kill()
        eventually(lambda: waiting(hub.engine)[0].state == "PENDING")
    (row,) = waiting(hub.engine)
    assert (row.deaths, row.attempts, row.error) == (1, 1, "Its worker died.")


def test_a_job_that_kills_every_worker_fails(hub: Hub, config: Config) -> None:
    with hub.transaction() as session:
        enqueue(session, sleep, what="deadly", seconds=600)
    with hub.engine.begin() as connection:
        connection.execute(text("update jobs set deaths = 3"))
    with process("scheduler", config):
        with process("worker", config) as worker:
            eventually(lambda: noted(hub.engine) == ["deadly began"])
            worker.kill()
        eventually(lambda: waiting(hub.engine) == [])
    with hub.engine.connect() as connection:
        (error,) = connection.execute(text("select error from failed_jobs")).scalars()
    assert error == "4 workers died while they ran it."


def test_a_worker_asked_to_stop_ends_what_it_is_at(hub: Hub, config: Config) -> None:
    with hub.transaction() as session:
        enqueue(session, sleep, what="short", seconds=1)
        enqueue(session, sleep, what="endless", seconds=600)
    with process("worker", config) as worker:
        eventually(lambda: {"short began", "endless began"} <= set(noted(hub.engine)))
        worker.terminate()
        began = time.monotonic()
        assert worker.wait(12) == 0
        assert time.monotonic() - began < 10
    assert "short" in noted(hub.engine)
    (row,) = waiting(hub.engine)
    assert (row.arguments["what"], row.state, row.attempts, row.deaths) == ("endless", "PENDING", 0, 0)


def test_a_slow_queue_does_not_hold_up_another(hub: Hub, config: Config) -> None:
    with hub.transaction() as session:
        for number in range(20):
            enqueue(session, sleep, what=f"slow {number}", seconds=600)
    with process("scheduler", config), process("worker", config) as worker:
        eventually(lambda: len(noted(hub.engine)) == 2)  # half of its four threads
        with hub.transaction() as session:
            enqueue(session, note_it, what="quick")
        eventually(lambda: "quick" in noted(hub.engine), seconds=5)
        os.kill(worker.pid, signal.SIGKILL)
