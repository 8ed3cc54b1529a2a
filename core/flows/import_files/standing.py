"""Where an import stands: its sync run, and the place in the file that is kept with every batch."""

import hashlib
from dataclasses import asdict, dataclass, field
from pathlib import Path

import orjson
from sqlalchemy import delete, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from core import clock, ids, outbox
from core.errors import IllegalState
from core.flows.import_files.report import Counts
from core.integrations.models import Integration, SyncCursor, SyncRun, SyncState

_SAMPLE = 1 << 20


@dataclass(slots=True, kw_only=True)
class Place:
    """How far an import is. `file` tells whether it is still the same one; `rejects` is the size of the report."""

    file: str
    mapping: str
    run_id: int = 0
    position: int = 0
    rejects: int = 0
    opening_units: int = 0
    opening_items: int = 0
    counts: Counts = field(default_factory=Counts)

    def resumes(self, other: "Place | None") -> bool:
        return other is not None and (self.file, self.mapping) == (other.file, other.mapping)


def identity(path: Path) -> str:
    """What tells one file from another, whatever its name: its size, its beginning and its end."""
    size = path.stat().st_size
    digest = hashlib.blake2b(str(size).encode(), digest_size=16)
    with path.open("rb") as file:
        digest.update(file.read(_SAMPLE))
        file.seek(max(0, size - _SAMPLE))
        digest.update(file.read(_SAMPLE))
    return digest.hexdigest()


def job_of(channel_key: str) -> str:
    return f"import_orders {channel_key}"


def known(session: Session, integration_id: int, job: str, *, lock: bool = False) -> Place | None:
    """Where an import of this channel stopped; None where none did."""
    query = select(SyncCursor).where(SyncCursor.integration_id == integration_id, SyncCursor.job == job)
    cursor = session.scalar((query.with_for_update() if lock else query).execution_options(populate_existing=True))
    if cursor is None:
        return None
    kept = orjson.loads(cursor.cursor)
    return Place(**{**kept, "counts": Counts(**kept["counts"])})


def start(session: Session, integration_id: int, job: str, place: Place) -> None:
    """Begin a run, or go on with the one that stopped."""
    if place.run_id:
        run = session.get_one(SyncRun, place.run_id)
        run.state, run.error, run.finished_at = SyncState.RUNNING, None, None
    else:
        run = SyncRun(integration_id=integration_id, job=job, state=SyncState.RUNNING, started_at=clock.now())
        session.add(run)
        session.flush()
        place.run_id = run.id
    _keep(session, integration_id, job, place)


def move_on(session: Session, integration_id: int, job: str, before: int, place: Place) -> None:
    """Keep the place with the batch that led there. Raises IllegalState where another import has moved it meanwhile."""
    found = known(session, integration_id, job, lock=True)
    if found is None or found.run_id != place.run_id or found.position != before:
        raise IllegalState("Another import of this channel is under way. Wait for it to finish, or stop it first.")
    _keep(session, integration_id, job, place)
    run = session.get_one(SyncRun, place.run_id)
    _count(run, place)
    run.cursor = str(place.position)


def finish(session: Session, integration_id: int, job: str, place: Place) -> None:
    """Close the run. Importing the file again begins at its beginning, and changes nothing."""
    session.execute(delete(SyncCursor).where(SyncCursor.integration_id == integration_id, SyncCursor.job == job))
    run = session.get_one(SyncRun, place.run_id)
    _count(run, place)
    run.finished_at = clock.now()
    run.state = SyncState.PARTIAL if place.counts.rejected else SyncState.SUCCEEDED
    integration = session.get_one(Integration, integration_id)
    integration.last_sync_at = run.finished_at
    counts = place.counts
    said = (
        f"{job}: {counts.seen} rows, {counts.created} created, {counts.updated} updated, "
        f"{counts.unchanged} unchanged, {counts.rejected} rejected."
    )
    outbox.record(session, "sync.finished", ids.encode("sync", run.id), said)


def fail(session: Session, place: Place, error: str) -> None:
    """Note why a run stopped. Its place stays, and the next import of the file goes on there."""
    if place.run_id:
        run = session.get_one(SyncRun, place.run_id)
        run.state, run.error, run.finished_at = SyncState.FAILED, error, clock.now()
        outbox.record(session, "sync.failed", ids.encode("sync", run.id), f"{run.job} stopped: {error}")


def _count(run: SyncRun, place: Place) -> None:
    counts = place.counts
    run.seen, run.created, run.updated = counts.seen, counts.created, counts.updated
    run.unchanged, run.rejected = counts.unchanged, counts.rejected


def _keep(session: Session, integration_id: int, job: str, place: Place) -> None:
    row = {"cursor": orjson.dumps(asdict(place)).decode(), "updated_at": clock.now()}
    statement = insert(SyncCursor).values(integration_id=integration_id, job=job, **row)
    session.execute(statement.on_conflict_do_update(index_elements=["integration_id", "job"], set_=row))
