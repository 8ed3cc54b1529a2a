"""Jobs: claimed, run, tried again, given up, in this process."""

from collections.abc import Callable
from datetime import timedelta
from threading import Barrier, Thread

import pytest
from sqlalchemy import select, text
from sqlalchemy.engine import Engine
from sqlalchemy.orm import Session

from core import clock
from core.errors import Invalid, NotFound
from core.events.models import Event
from core.hub import Hub
from core.jobs import failed, queues, retry
from core.jobs.claim import claim
from core.jobs.models import FailedJob, Job
from core.jobs.registry import enqueue, job
from core.jobs.run import run_jobs
from core.jobs.settle import Return, give_back
from tests.core.jobs.work import fall, note_it, note_many, noted, waiting

LATER = timedelta(hours=1)


def add(hub: Hub, function: Callable[..., object], *arguments: str, **options: object) -> None:
    with hub.transaction() as session:
        for what in arguments:
            name = "how" if function is fall else "what"
            enqueue(session, function, **{name: what}, **options)  # type: ignore[arg-type]


def test_a_job_runs_once_its_transaction_has_committed(hub: Hub) -> None:
    add(hub, note_it, "one")
    assert run_jobs(hub) == 1
    assert noted(hub.engine) == ["one"]
    assert waiting(hub.engine) == []
    assert run_jobs(hub) == 0


def test_a_transaction_that_fails_leaves_no_job(hub: Hub) -> None:
    def fail(session: Session) -> None:
        enqueue(session, note_it, what="never")
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError), hub.transaction() as session:
        fail(session)
    assert run_jobs(hub) == 0


def test_a_job_of_the_future_waits(hub: Hub) -> None:
    add(hub, note_it, "later", at=clock.now() + LATER)
    assert run_jobs(hub) == 0
    clock.shift(LATER)
    try:
        assert run_jobs(hub) == 1
    finally:
        clock.shift(-LATER)


def test_the_same_work_waits_once_even_when_two_transactions_ask_for_it(hub: Hub) -> None:
    add(hub, note_it, "a", "b", same_as="order 1")
    add(hub, note_it, "c", same_as="order 1")
    add(hub, note_it, "d", same_as="order 2")
    run_jobs(hub)
    assert noted(hub.engine) == ["a", "d"]


def test_jobs_of_a_batch_run_together(hub: Hub) -> None:
    add(hub, note_many, *(str(number) for number in range(23)))
    assert run_jobs(hub) == 23
    batches = [subject.split("+") for subject in noted(hub.engine)]
    assert [len(batch) for batch in batches] == [10, 10, 3]
    assert sorted(int(each) for batch in batches for each in batch) == list(range(23))


def test_one_bad_job_does_not_hold_up_the_rest_of_its_batch(hub: Hub) -> None:
    add(hub, note_many, "a", "bad", "b", "c")
    run_jobs(hub)
    assert sorted(noted(hub.engine)) == ["a", "b", "c"]
    (bad,) = waiting(hub.engine)
    assert (bad.arguments, bad.state, bad.attempts) == ({"what": "bad"}, "PENDING", 2)
    assert bad.error == "ValueError: a bad one"


def test_a_fault_is_tried_five_times_and_then_kept_as_failed(hub: Hub, session: Session) -> None:
    add(hub, fall, "fault")
    for _ in range(retry.FAULT_ATTEMPTS):
        session.execute(text("update jobs set run_at = now() - interval '1 minute'"))
        session.commit()
        run_jobs(hub)
    kept = session.scalars(select(FailedJob)).one()
    assert (kept.job, kept.attempts, kept.error) == ("test.fall", 5, "ZeroDivisionError: it went wrong")
    event = session.scalars(select(Event).where(Event.name == "job.failed")).one()
    assert event.subject == f"fjob_{kept.id}"
    assert waiting(hub.engine) == []


def test_what_was_rejected_is_not_tried_again(hub: Hub, session: Session) -> None:
    add(hub, fall, "rejected")
    run_jobs(hub)
    kept = session.scalars(select(FailedJob)).one()
    assert (kept.attempts, kept.error) == (1, "The carrier said no.")


def test_what_may_work_later_waits_and_ever_longer(hub: Hub, session: Session) -> None:
    add(hub, fall, "retryable")
    waits = []
    for _ in range(4):
        session.execute(text("update jobs set run_at = :now"), {"now": clock.now()})
        session.commit()
        run_jobs(hub)
        (row,) = waiting(hub.engine)
        waits.append((row.run_at - clock.now()).total_seconds())
    # A tenth more or less, and what time the run itself took.
    assert all(0.8 * seconds < wait <= 1.1 * seconds for wait, seconds in zip(waits, [2, 4, 8, 16], strict=True))


def test_a_rate_limit_says_when(hub: Hub) -> None:
    add(hub, fall, "limited")
    run_jobs(hub)
    (row,) = waiting(hub.engine)
    assert (row.run_at.year, row.state) == (2100, "PENDING")


def test_a_failed_job_is_replayed_with_all_its_tries_before_it(hub: Hub, session: Session) -> None:
    add(hub, fall, "rejected")
    run_jobs(hub)
    kept = session.scalars(select(FailedJob)).one()
    with hub.transaction() as other:
        assert failed.replay(other, [kept.id]) == [kept.id]
    (row,) = waiting(hub.engine)
    assert (row.name, row.arguments, row.attempts) == ("test.fall", {"how": "rejected"}, 0)
    with pytest.raises(NotFound, match=f"fjob_{kept.id}"), hub.transaction() as other:
        failed.replay(other, [kept.id])


def test_a_failed_job_is_given_up_with_a_reason(hub: Hub, session: Session) -> None:
    add(hub, fall, "rejected")
    run_jobs(hub)
    kept = session.scalars(select(FailedJob)).one()
    with pytest.raises(Invalid), hub.transaction() as other:
        failed.discard(other, [kept.id], reason=" ")
    with hub.transaction() as other:
        failed.discard(other, [kept.id], reason="shipped by hand")
    event = session.scalars(select(Event).where(Event.name == "job.discarded")).one()
    assert "shipped by hand" in event.message
    assert waiting(hub.engine) == []


def test_when_one_of_several_is_not_there_none_is_replayed(hub: Hub, session: Session) -> None:
    add(hub, fall, "rejected")
    run_jobs(hub)
    kept = session.scalars(select(FailedJob)).one()
    with pytest.raises(NotFound), hub.transaction() as other:
        failed.replay(other, [kept.id, kept.id + 1])
    assert session.scalars(select(FailedJob.id)).all() == [kept.id]


def test_a_job_that_this_release_does_not_know_is_kept(hub: Hub, session: Session) -> None:
    session.execute(text("insert into jobs (name, queue) values ('gone.away', 'default')"))
    session.commit()
    run_jobs(hub)
    (row,) = waiting(hub.engine)
    assert "no job gone.away" in row.error


def test_two_workers_never_take_the_same_job(engine: Engine, hub: Hub) -> None:
    add(hub, note_it, *(str(number) for number in range(40)))
    taken: list[int] = []
    start = Barrier(4)

    def take(name: str) -> None:
        start.wait()
        while True:
            with hub.transaction() as session:
                jobs = claim(session, "orders", name)
            if not jobs:
                return
            taken.extend(job.id for job in jobs)

    threads = [Thread(target=take, args=[f"worker {number}"]) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(taken) == 40
    assert len(set(taken)) == 40


def test_a_job_given_back_makes_way_for_its_pending_twin(hub: Hub) -> None:
    add(hub, note_it, "first", same_as="order 1")
    with hub.transaction() as session:
        (mine,) = claim(session, "orders", "me")
    add(hub, note_it, "second", same_as="order 1")
    with hub.transaction() as session:
        give_back(session, [Return(id=mine.id, run_at=clock.now())], "me")
    assert [row.arguments["what"] for row in waiting(hub.engine)] == ["second"]


def test_of_two_twins_given_back_together_one_stays(hub: Hub) -> None:
    claimed = []
    for what in ("first", "second"):
        add(hub, note_it, what, same_as="order 1")
        with hub.transaction() as session:
            claimed += claim(session, "orders", "me")
    with hub.transaction() as session:
        give_back(session, [Return(id=each.id, run_at=clock.now()) for each in claimed], "me")
    assert [row.arguments["what"] for row in waiting(hub.engine)] == ["first"]


def test_queues_are_counted(hub: Hub) -> None:
    add(hub, note_it, "a", "b")
    add(hub, fall, "rejected")
    with hub.transaction() as session:
        claim(session, "orders", "me")
        counted = {each.name: each for each in queues.counts(session)}
    assert set(counted) == {"orders", "suppliers", "carriers", "channels", "stock", "ledger", "default"}
    assert (counted["orders"].pending, counted["orders"].running, counted["orders"].failed) == (1, 1, 0)
    assert counted["orders"].oldest_pending_at is not None
    assert counted["stock"].oldest_pending_at is None


def test_two_jobs_of_one_name_are_refused() -> None:
    def impostor(_hub: Hub) -> None: ...

    with pytest.raises(ValueError, match=r"Two jobs are called test\.note"):
        job("test.note")(impostor)


def test_rows_of_jobs_are_gone_when_done(hub: Hub, session: Session) -> None:
    add(hub, note_it, "one")
    run_jobs(hub)
    assert session.scalars(select(Job)).all() == []
    assert session.execute(text("select count(*) from workers")).scalar_one() == 0
