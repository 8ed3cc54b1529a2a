"""Events and jobs are written with the rows, or not at all."""

import pytest
from sqlalchemy import func, select, text
from sqlalchemy.engine import Engine
from sqlalchemy.orm import Session

from core import clock, outbox
from core.actor import acting_as
from core.events.models import Event
from core.jobs.models import Job


def a_job(name: str = "orders.advance", same_as: str | None = None) -> outbox.NewJob:
    return outbox.NewJob(name=name, queue="orders", same_as=same_as, run_at=clock.now())


def names(session: Session) -> list[str]:
    return list(session.scalars(select(Event.name).order_by(Event.transaction, Event.id)))


def test_what_happened_is_written_in_its_order_and_signed(session: Session) -> None:
    with acting_as("ada"):
        for name in ("one.done", "two.done", "three.done"):
            outbox.record(session, name, "ord_1", name, data={"n": 1})
    session.commit()

    assert names(session) == ["one.done", "two.done", "three.done"]
    assert set(session.scalars(select(Event.actor))) == {"ada"}
    assert len(set(session.scalars(select(Event.transaction)))) == 1


def test_what_is_rolled_back_leaves_nothing(session: Session) -> None:
    outbox.record(session, "one.done", "ord_1", "One")
    outbox.add_job(session, a_job())
    session.rollback()
    outbox.record(session, "two.done", "ord_1", "Two")
    session.commit()

    assert names(session) == ["two.done"]
    assert session.scalar(select(func.count()).select_from(Job)) == 0


def test_work_that_waits_is_not_added_twice(session: Session) -> None:
    for same_as in ("1", "1", "2", None, None):
        outbox.add_job(session, a_job(same_as=same_as))
    session.commit()
    outbox.add_job(session, a_job(same_as="1"))
    session.commit()

    assert session.scalar(select(func.count()).select_from(Job)) == 4


def test_queues_are_woken_after_the_commit_and_only_then(session: Session) -> None:
    woken: list[set[str]] = []
    outbox.on_wake(session, woken.append)
    outbox.add_job(session, a_job())
    session.flush()
    assert woken == []
    session.commit()
    assert woken == [{"orders"}]

    outbox.add_job(session, a_job())
    session.rollback()
    session.commit()
    assert woken == [{"orders"}]


def test_whoever_began_first_stands_first_whenever_it_commits(session: Session, engine: Engine) -> None:
    with Session(engine) as slow:
        slow.execute(text("select pg_current_xact_id()"))
        outbox.record(session, "quick.done", "ord_1", "Quick")
        session.commit()
        outbox.record(slow, "slow.done", "ord_1", "Slow")
        settled = text("select count(*) from events where transaction < hub_horizon()")
        assert session.scalar(settled) == 0
        slow.commit()

    assert names(session) == ["slow.done", "quick.done"]


def test_a_savepoint_that_is_rolled_back_takes_its_events_along(session: Session) -> None:
    outbox.record(session, "one.done", "ord_1", "One")
    with session.begin_nested():
        failed = session.begin_nested()
        outbox.record(session, "two.done", "ord_1", "Two")
        outbox.add_job(session, a_job())
        failed.rollback()
        outbox.record(session, "three.done", "ord_1", "Three")
    broken = session.begin_nested()
    with session.begin_nested():
        outbox.record(session, "four.done", "ord_1", "Four")
    broken.rollback()
    session.commit()

    assert names(session) == ["one.done", "three.done"]
    assert session.scalar(select(func.count()).select_from(Job)) == 0


def test_a_commit_that_fails_leaves_no_event(session: Session) -> None:
    outbox.record(session, "one.done", "ord_1", "One", order_id=999)
    with pytest.raises(Exception, match="foreign key"):
        session.commit()
    session.rollback()

    assert names(session) == []
