"""How the queues stand, for operators."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import text
from sqlalchemy.orm import Session

from core.jobs import registry

_COUNTS = text(
    """
    select name, coalesce(pending, 0) as pending, coalesce(running, 0) as running,
        coalesce(failed, 0) as failed, oldest
    from unnest(cast(:queues as text[])) with ordinality as queues(name, place)
    left join (
        select queue, count(*) filter (where state = 'PENDING') as pending,
            count(*) filter (where state = 'RUNNING') as running,
            min(run_at) filter (where state = 'PENDING') as oldest
        from jobs group by queue
    ) waiting on waiting.queue = name
    left join (select queue, count(*) as failed from failed_jobs group by queue) lost on lost.queue = name
    order by place
    """
)


@dataclass(frozen=True, slots=True)
class QueueCounts:
    """One queue. `oldest_pending_at` is when the job that waits longest was due; it may lie ahead."""

    name: str
    pending: int
    running: int
    failed: int
    oldest_pending_at: datetime | None


def counts(session: Session) -> list[QueueCounts]:
    """All queues, those without work too, in one statement."""
    rows = session.execute(_COUNTS, {"queues": list(registry.QUEUES)})
    return [QueueCounts(row.name, row.pending, row.running, row.failed, row.oldest) for row in rows]
