"""Running a job of an integration because somebody asks."""

from datetime import datetime
from typing import TYPE_CHECKING

from sqlalchemy import select
from sqlalchemy.orm import Session

from core import clock
from core.errors import CrossdockError, NotFound, NotSupported, OutcomeUnknown, PluginRejected, PluginUnavailable
from core.flows.sync.jobs import jobs_of
from core.flows.sync.schedule import run
from core.integrations import runs
from core.integrations.models import Integration, SyncRun
from core.jobs.registry import enqueue
from crossdock import errors

if TYPE_CHECKING:
    from core.hub import Hub


def sync(
    hub: "Hub",
    integration_key: str,
    job_name: str,
    *,
    window_from: datetime | None = None,
    window_to: datetime | None = None,
) -> int:
    """Run a job of an integration now; the id of its run, also where there was nothing new, or it takes longer.

    Raises NotFound, NotSupported for a window of a job that goes on from where it stopped, and what becomes of the
    other side: PluginUnavailable, PluginRejected, OutcomeUnknown.
    """
    hub.refresh(now=True)
    with hub.transaction() as session:
        integration_id = session.scalar(select(Integration.id).where(Integration.key == integration_key))
    if integration_id is None:
        raise NotFound(f"No integration has the key {integration_key!r}.", path=("key",))
    known = {job.name: job for job in jobs_of(hub.registry, integration_key)}
    if job_name not in known:
        listed = ", ".join(known) or "none"
        raise NotFound(f"{integration_key} has no job {job_name!r}; it has: {listed}.", path=("job",))
    asked = window_from is not None or window_to is not None
    window = known[job_name].window
    if asked and window is None:
        raise NotSupported(f"{job_name} goes on from where it stopped; it takes no window.", path=("window",))
    began = clock.now()
    try:
        if asked and window is not None:
            run_id: int | None = window(hub, integration_key, window_from, window_to)
        else:
            run_id = known[job_name].run(hub, integration_key)
    except errors.Pending as pending:
        with hub.transaction() as session:
            run_at = clock.now() + pending.ask_again_after
            again = {"integration": integration_key, "name": job_name}
            enqueue(
                session, run, same_as=f"{integration_key}:{job_name}", at=run_at, integration_id=integration_id, **again
            )
            run_id = _latest(session, integration_id, job_name)
    except CrossdockError:
        raise
    except (errors.Rejected, errors.NotSupported) as error:
        raise PluginRejected(f"{integration_key} refused: {error}", path=("key",)) from error
    except errors.OutcomeUnknown as error:
        raise OutcomeUnknown(f"{integration_key} broke off: {error}", path=("key",)) from error
    except errors.ProviderError as error:
        raise PluginUnavailable(f"{integration_key} did not answer: {error}", path=("key",)) from error
    return run_id if run_id is not None else _nothing_new(hub, integration_id, job_name, began)


def _latest(session: Session, integration_id: int, name: str) -> int | None:
    mine = (SyncRun.integration_id == integration_id) & (SyncRun.job == name)
    return session.scalar(select(SyncRun.id).where(mine).order_by(SyncRun.id.desc()).limit(1))


def _nothing_new(hub: "Hub", integration_id: int, job_name: str, began: datetime) -> int:
    """Somebody asked, so there is a run to look at, although it brought nothing."""
    with hub.transaction() as session:
        run_id = runs.begin(session, integration_id, job_name)
        runs.end(session, run_id).started_at = began
        return run_id
