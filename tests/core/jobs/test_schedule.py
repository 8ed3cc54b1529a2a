"""Periodic jobs: on time, once, by one scheduler."""

import threading
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import text

from core import clock, scheduler
from core.hub import Hub
from core.jobs import registry, schedule
from core.jobs.lost import Silence
from core.jobs.run import run_jobs
from tests.core.jobs.work import note, noted

HOUR = timedelta(hours=1)


@pytest.fixture
def hourly(monkeypatch: pytest.MonkeyPatch) -> str:
    """A periodic job that no release has."""
    name = "test.hourly"
    for known in ("_definitions", "_by_function", "_periodic"):
        monkeypatch.setattr(registry, known, dict(getattr(registry, known)))

    @registry.periodic(name, every=HOUR)
    def chime(hub: Hub) -> None:
        note(hub, "chime")

    @registry.periodic("test.never", every=HOUR, only_if=lambda config: config.sample)
    def never(hub: Hub) -> None:
        note(hub, "never")

    return name


@pytest.fixture
def later() -> Iterator[None]:
    """Three and a half hours later than it was."""
    clock.shift(HOUR * 3.5)
    yield
    clock.shift(-HOUR * 3.5)


def schedules(hub: Hub) -> dict[str, datetime]:
    with hub.engine.connect() as connection:
        return {
            row.name: row.next_run_at for row in connection.execute(text("select name, next_run_at from schedules"))
        }


def run_due(hub: Hub) -> int:
    with hub.transaction() as session:
        return schedule.run_due(session)


def prepare(hub: Hub) -> None:
    with hub.transaction() as session:
        schedule.prepare(session, hub.config)


def test_a_new_periodic_job_is_due_after_its_first_period(hub: Hub, hourly: str) -> None:
    prepare(hub)
    due = schedules(hub)[hourly]
    assert abs(due - clock.now() - HOUR) < timedelta(minutes=1)
    assert run_due(hub) == 0


def test_a_restart_does_not_put_it_off(hub: Hub, hourly: str) -> None:
    prepare(hub)
    before = schedules(hub)[hourly]
    prepare(hub)
    assert schedules(hub)[hourly] == before


def test_what_is_switched_off_is_not_scheduled(hub: Hub, hourly: str) -> None:
    assert not hub.config.sample
    prepare(hub)
    assert "test.never" not in schedules(hub)


def test_what_was_missed_is_run_once_and_the_rhythm_is_kept(
    hub: Hub, hourly: str, request: pytest.FixtureRequest
) -> None:
    prepare(hub)
    before = schedules(hub)[hourly]
    request.getfixturevalue("later")
    run_due(hub)
    run_due(hub)
    run_jobs(hub)
    assert noted(hub.engine).count("chime") == 1
    assert schedules(hub)[hourly] == before + HOUR * 3


def test_the_next_moment_lies_ahead() -> None:
    due = datetime(2026, 3, 1, 12, tzinfo=UTC)
    assert schedule.following(due, HOUR, due) == due + HOUR
    assert schedule.following(due, HOUR, due + HOUR * 2.5) == due + HOUR * 3


def test_of_two_schedulers_one_acts_and_the_other_takes_over(hub: Hub, hourly: str) -> None:
    with scheduler._acting(hub) as first, scheduler._acting(hub) as second:
        assert first is not None
        assert second is None
    with scheduler._acting(hub) as again:
        assert again is not None


def test_a_scheduler_goes_on_when_its_connection_is_cut(hub: Hub, hourly: str) -> None:
    stopped = threading.Event()
    running = threading.Thread(target=scheduler.run, args=(hub, stopped))
    running.start()
    try:
        _eventually(lambda: hourly in schedules(hub))
        with hub.engine.begin() as connection:
            connection.execute(text("delete from schedules"))
            connection.execute(
                text(
                    """
                    select pg_terminate_backend(pid) from pg_locks
                    where locktype = 'advisory'
                      and database = (select oid from pg_database where datname = current_database())
                    """
                )
            )
        _eventually(lambda: hourly in schedules(hub))
    finally:
        stopped.set()
        running.join()


def test_a_worker_is_lost_only_when_it_stays_silent_while_watched(monkeypatch: pytest.MonkeyPatch) -> None:
    now = 100.0
    monkeypatch.setattr(time, "monotonic", lambda: now)
    silence = Silence()
    assert silence.lost({"a", "b"}) == []
    now += 2
    assert silence.lost({"a"}) == []  # b was heard again
    now += 2
    assert silence.lost({"a", "b"}) == ["a"]


def _eventually(condition: object) -> None:
    assert callable(condition)
    deadline = time.monotonic() + 10
    while not condition():
        assert time.monotonic() < deadline, "it did not happen in time"
        time.sleep(0.05)
