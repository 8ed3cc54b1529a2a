"""Real worker and scheduler processes: killed, cut off from Redis, asked to stop; no job is lost, none done twice."""

import time
from collections import Counter
from collections.abc import Callable
from typing import Any

import pytest
import redis
from sqlalchemy import text
from sqlalchemy.engine import Engine

from core.config import Config
from core.hub import Hub
from core.jobs import broker
from core.jobs.registry import enqueue
from tests.core.jobs.work import note_it, noted, process, sleep, sleep_once, waiting

pytestmark = [pytest.mark.slow, pytest.mark.long]


def eventually(condition: Callable[[], bool], *, seconds: float = 40) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "it did not happen in time"
        time.sleep(0.02)


def ours(engine: Engine) -> list[Any]:
    """What waits of the tests' own jobs: a scheduler brings others."""
    return [row for row in waiting(engine) if row.name.startswith("test.")]


def test_redis_is_wiped_and_every_pending_job_runs_once(hub: Hub, config: Config, redis_url: str) -> None:
    """The broker forgets everything, several times, with wake-ups on their way; and half of the time none was sent."""
    queue = broker.connect(redis_url)
    with hub.transaction() as session:
        enqueue(session, note_it, what="found at the start")
    with redis.Redis.from_url(redis_url) as client, process("scheduler", config), process("worker", config):
        eventually(lambda: noted(hub.engine) == ["found at the start"])
        for number in range(200):
            with hub.transaction() as session:
                enqueue(session, note_it, what=str(number))
            if number < 100:
                broker.wake(queue, {"orders"})
            if number % 40 == 20:
                client.flushall()
        client.flushall()
        eventually(lambda: ours(hub.engine) == [])
    assert Counter(noted(hub.engine)[1:]) == Counter(str(number) for number in range(200))
    queue.close()


def test_the_jobs_of_a_killed_worker_are_run_again_but_not_for_ever(hub: Hub, config: Config) -> None:
    with hub.transaction() as session:
        enqueue(session, sleep_once, what="innocent")
        enqueue(session, sleep, what="deadly", seconds=600)
    with hub.engine.begin() as connection:
        connection.execute(text("update jobs set deaths = 3 where name = 'test.sleep'"))
    with process("scheduler", config):
        with process("worker", config) as worker:
            eventually(lambda: {"innocent began", "deadly began"} == set(noted(hub.engine)))
            worker.kill()
        eventually(lambda: [row.state for row in ours(hub.engine)] == ["PENDING"])
        (row,) = ours(hub.engine)
        assert (row.name, row.deaths, row.attempts, row.error) == ("test.sleep_once", 1, 1, "Its worker died.")
        with process("worker", config):
            eventually(lambda: ours(hub.engine) == [])
    assert noted(hub.engine).count("innocent") == 1
    with hub.engine.connect() as connection:
        (failed,) = connection.execute(text("select job, error from failed_jobs")).all()
    assert failed == ("test.sleep", "4 workers died while they ran it.")


def test_a_worker_asked_to_stop_ends_what_it_can_and_gives_back_the_rest(hub: Hub, config: Config) -> None:
    with hub.transaction() as session:
        enqueue(session, sleep, what="short", seconds=1)
        enqueue(session, sleep, what="endless", seconds=600)
    with process("worker", config) as worker:
        eventually(lambda: {"short began", "endless began"} <= set(noted(hub.engine)))
        worker.terminate()
        began = time.monotonic()
        assert worker.wait(15) == 0
        assert time.monotonic() - began < 10
    assert "short" in noted(hub.engine)
    (row,) = ours(hub.engine)
    assert (row.arguments["what"], row.state, row.attempts, row.deaths) == ("endless", "PENDING", 0, 0)


def test_a_slow_queue_does_not_hold_up_another(hub: Hub, config: Config, redis_url: str) -> None:
    queue = broker.connect(redis_url)
    with hub.transaction() as session:
        for number in range(20):
            enqueue(session, sleep, what=f"slow {number}", seconds=600)
    with process("worker", config) as worker:
        eventually(lambda: len(noted(hub.engine)) == 2)  # on half of its four threads
        with hub.transaction() as session:
            enqueue(session, note_it, what="quick")
        broker.wake(queue, {"orders"})
        eventually(lambda: "quick" in noted(hub.engine), seconds=5)
        worker.kill()
    queue.close()
