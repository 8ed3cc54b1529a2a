"""What a sync did: begun, counted, ended."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Self

from sqlalchemy import select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from core import clock, outbox
from core.integrations.models import Integration, SyncCursor, SyncRun, SyncState

_COLUMNS = ("seen", "created", "updated", "unchanged", "rejected", "missed")


@dataclass(slots=True)
class Counts:
    """seen = created + updated + unchanged + rejected."""

    seen: int = 0
    created: int = 0
    updated: int = 0
    unchanged: int = 0
    rejected: int = 0
    missed: int = 0
    names: list[str] = field(default_factory=list)
    """Of what was missed; the first hundred are told."""

    def __iadd__(self, other: "Counts") -> Self:
        for name in (*_COLUMNS, "names"):
            setattr(self, name, getattr(self, name) + getattr(other, name))
        return self


def begin(
    session: Session, integration_id: int, job: str, *, since: datetime | None = None, until: datetime | None = None
) -> int:
    """A run that is under way; its id."""
    run = SyncRun(
        integration_id=integration_id,
        job=job,
        state=SyncState.RUNNING,
        started_at=clock.now(),
        window_from=since,
        window_to=until,
    )
    session.add(run)
    session.flush()
    return run.id


def count(session: Session, run_id: int, counts: Counts, *, cursor: str | None = None) -> None:
    """Add to what the run has counted so far."""
    columns = {name: getattr(SyncRun, name) + getattr(counts, name) for name in _COLUMNS}
    session.execute(update(SyncRun).where(SyncRun.id == run_id).values(**columns, cursor=cursor))


def report_gap(session: Session, run_id: int, job: str, names: Sequence[str]) -> None:
    """Tell what was found though nobody had told of it."""
    if names:
        listed = ", ".join(names[:10]) + (", and more" if len(names) > 10 else "")  # noqa: PLR2004  # what one reads
        said = f"{job} found {len(names)} that nobody had told of: {listed}."
        data = {"missed": len(names), "names": list(names[:100])}
        outbox.record(session, "sync.gap_found", f"sync_{run_id}", said, data=data)


def end(session: Session, run_id: int, *, error: str | None = None, partial: bool = False) -> SyncRun:
    """The run is over: FAILED where it broke off, PARTIAL where something was set aside."""
    run = session.get_one(SyncRun, run_id, populate_existing=True, with_for_update=True)
    if partial or run.rejected:
        run.state = SyncState.PARTIAL
    else:
        run.state = SyncState.SUCCEEDED if error is None else SyncState.FAILED
    run.error, run.finished_at = error, clock.now()
    if run.state is not SyncState.FAILED:
        integration = update(Integration).where(Integration.id == run.integration_id)
        session.execute(integration.values(last_sync_at=run.finished_at))
    return run


def cursor_of(session: Session, integration_id: int, job: str) -> str | None:
    """Where a job of an integration goes on."""
    known = (SyncCursor.integration_id == integration_id) & (SyncCursor.job == job)
    return session.scalar(select(SyncCursor.cursor).where(known))


def keep_cursor(session: Session, integration_id: int, job: str, cursor: str) -> None:
    """Keep where a job goes on, in the transaction that keeps what it brought."""
    row = {"cursor": cursor, "updated_at": clock.now()}
    added = insert(SyncCursor).values(integration_id=integration_id, job=job, **row)
    session.execute(added.on_conflict_do_update(index_elements=["integration_id", "job"], set_=row))
