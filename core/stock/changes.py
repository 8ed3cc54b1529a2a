"""Telling whoever sells stock that it changed: one job a transaction, however many movements it made."""

from collections.abc import Iterable

from sqlalchemy import event
from sqlalchemy.orm import Session

from core import clock, outbox

_CHANGED = "crossdock.stock.changed"
_SOLD, _RESTOCKED = "crossdock.stock.sold", "crossdock.stock.restocked"
_LONGEST_KEY = 200


def note_change(
    session: Session, item_ids: Iterable[int], *, sold: Iterable[int] = (), restocked: Iterable[int] = ()
) -> None:
    """Have `stock.changed` look at these items after the commit; also where not stock but demand for it changed.

    sold, restocked: listings (ids) whose channel has taken off what it sold, or put back what it cancelled, by itself.
    They may be told again even where our figure is what it was.
    """
    for name, ids in ((_CHANGED, item_ids), (_SOLD, sold), (_RESTOCKED, restocked)):
        session.info.setdefault(name, set()).update(ids)


def _add_job(session: Session) -> None:
    items, sold, restocked = (sorted(session.info.pop(name, ())) for name in (_CHANGED, _SOLD, _RESTOCKED))
    if not items:
        return
    counted = {name: ids for name, ids in (("sold", sold), ("restocked", restocked)) if ids}
    key = "/".join([",".join(map(str, items)), *(f"{name}:{','.join(map(str, ids))}" for name, ids in counted.items())])
    job = outbox.NewJob(
        name="stock.changed",
        queue="stock",
        arguments={"item_ids": items, **counted},
        same_as=key if len(key) <= _LONGEST_KEY else None,
        run_at=clock.now(),
    )
    outbox.add_job(session, job)


@event.listens_for(Session, "after_rollback")
def _forget(session: Session) -> None:
    for name in (_CHANGED, _SOLD, _RESTOCKED):
        session.info.pop(name, None)


# Before the outbox writes its jobs.
event.listen(Session, "before_commit", _add_job, insert=True)
