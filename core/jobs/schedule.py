"""Periodic jobs: a table says when each is due next, so that a restart neither repeats nor forgets one."""

from datetime import datetime, timedelta

from sqlalchemy import delete, func, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from core import clock
from core.config import Config
from core.jobs import registry
from core.jobs.models import Schedule


def prepare(session: Session, config: Config) -> None:
    """Note new periodic jobs, due after their first period; forget those that are gone or switched off."""
    wanted = {name: each for name, each in registry.schedule().items() if each.only_if(config)}
    session.execute(delete(Schedule).where(Schedule.name.not_in(wanted)))
    for name, each in sorted(wanted.items()):
        first = clock.now() + each.every
        statement = insert(Schedule).values(name=name, next_run_at=first)
        # The period may have become shorter since.
        sooner = {"next_run_at": func.least(Schedule.next_run_at, first)}
        session.execute(statement.on_conflict_do_update(index_elements=["name"], set_=sooner))


def run_due(session: Session) -> int:
    """Enqueue what is due; how many. Of periods that were missed only one is made up for."""
    now = clock.now()
    due = session.scalars(
        select(Schedule).where(Schedule.next_run_at <= now).order_by(Schedule.name).with_for_update(skip_locked=True)
    ).all()
    known = registry.schedule()
    for schedule in due:
        periodic = known.get(schedule.name)
        if periodic is None:
            continue  # of another release, whose scheduler will come
        registry.enqueue(session, periodic.definition.run, same_as="periodic")
        schedule.last_run_at = now
        schedule.next_run_at = following(schedule.next_run_at, periodic.every, now)
    return len(due)


def following(due: datetime, every: timedelta, now: datetime) -> datetime:
    """The first moment after `now` that lies a whole number of periods after `due`."""
    return due + every * ((now - due) // every + 1)
