"""Failed jobs: a person has them run again, or says why they need not."""

from collections.abc import Sequence

from sqlalchemy import delete
from sqlalchemy.orm import Session

from core import clock, ids, outbox
from core.errors import Invalid, NotFound
from core.jobs.models import FailedJob

_PREFIX = "fjob"


def replay(session: Session, failed_ids: Sequence[int]) -> list[int]:
    """Have them run again, with all retries before them; the ids. Raises NotFound, and then none is replayed."""
    for failed in _taken(session, failed_ids):
        outbox.add_job(
            session,
            outbox.NewJob(
                name=failed.job,
                queue=failed.queue,
                arguments=failed.arguments,
                same_as=failed.same_as,
                integration_id=failed.integration_id,
                run_at=clock.now(),
            ),
        )
        message = f"The failed job {failed.job} is run again."
        outbox.record(session, "job.replayed", ids.encode(_PREFIX, failed.id), message, data={"job": failed.job})
    return list(failed_ids)


def discard(session: Session, failed_ids: Sequence[int], *, reason: str) -> list[int]:
    """Give them up for good; the ids. Raises Invalid without a reason, NotFound, and then none is discarded."""
    if not reason.strip():
        raise Invalid("Say why this work need not be done.", path=("reason",))
    for failed in _taken(session, failed_ids):
        outbox.record(
            session,
            "job.discarded",
            ids.encode(_PREFIX, failed.id),
            f"The failed job {failed.job} was given up: {reason}",
            data={"job": failed.job, "arguments": failed.arguments, "error": failed.error},
        )
    return list(failed_ids)


def _taken(session: Session, failed_ids: Sequence[int]) -> Sequence[FailedJob]:
    """Delete the rows and return what they held, so that two people cannot replay the same one."""
    found = session.scalars(delete(FailedJob).where(FailedJob.id.in_(failed_ids)).returning(FailedJob)).all()
    missing = set(failed_ids) - {failed.id for failed in found}
    if missing:
        named = ids.encode(_PREFIX, min(missing))
        raise NotFound(f"There is no failed job {named}; it may have been replayed or discarded.", path=("ids",))
    return sorted(found, key=lambda failed: failed.id)
