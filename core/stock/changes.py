"""Telling whoever sells stock that it changed: one job a transaction, however many movements it made."""

from collections.abc import Iterable

from sqlalchemy import event
from sqlalchemy.orm import Session

from core import clock, outbox

_CHANGED = "crossdock.stock.changed"
_LONGEST_KEY = 200


def note_change(session: Session, item_ids: Iterable[int]) -> None:
    """Have `stock.changed` look at these items after the commit; also where not stock but demand for it changed."""
    session.info.setdefault(_CHANGED, set()).update(item_ids)


def _add_job(session: Session) -> None:
    items = sorted(session.info.pop(_CHANGED, ()))
    if not items:
        return
    key = ",".join(map(str, items))
    job = outbox.NewJob(
        name="stock.changed",
        queue="stock",
        arguments={"item_ids": items},
        same_as=key if len(key) <= _LONGEST_KEY else None,
        run_at=clock.now(),
    )
    outbox.add_job(session, job)


@event.listens_for(Session, "after_rollback")
def _forget(session: Session) -> None:
    session.info.pop(_CHANGED, None)


# Before the outbox writes its jobs.
event.listen(Session, "before_commit", _add_job, insert=True)
