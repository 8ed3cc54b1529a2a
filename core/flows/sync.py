"""Jobs of integrations that a person may have run at once."""

from collections.abc import Callable
from datetime import datetime
from typing import TYPE_CHECKING, NamedTuple

from sqlalchemy import select

from core import clock
from core.errors import NotFound, NotSupported, OutcomeUnknown, PluginRejected, PluginUnavailable
from core.flows import supplier_updates
from core.integrations.models import Integration, SyncRun, SyncState
from crossdock import Kind, errors

if TYPE_CHECKING:
    from core.hub import Hub
    from core.plugins import Registry


class SyncJob(NamedTuple):
    """What it is called, what it does, and how often it runs by itself."""

    name: str
    summary: str
    schedule: str
    kind: Kind
    capability: str
    run: Callable[["Hub", str], int | None]


JOBS = (
    SyncJob(
        supplier_updates.JOB,
        "Take in what the supplier says of its orders",
        "every minute",
        "supplier",
        "orders",
        supplier_updates.fetch,
    ),
)


def jobs_of(registry: "Registry", integration_key: str) -> list[SyncJob]:
    """The jobs that an integration has, as far as it runs here."""
    return [job for job in JOBS if integration_key in {key for key, _ in registry.providers(job.kind, job.capability)}]


def sync(
    hub: "Hub",
    integration_key: str,
    job_name: str,
    *,
    window_from: datetime | None = None,
    window_to: datetime | None = None,
) -> int:
    """Run a job of an integration now; the id of its run, also where there was nothing new.

    Raises NotFound, NotSupported for a window of a job that goes on from where it stopped, and what becomes of the
    other side: PluginUnavailable, PluginRejected.
    """
    with hub.transaction() as session:
        integration_id = session.scalar(select(Integration.id).where(Integration.key == integration_key))
    if integration_id is None:
        raise NotFound(f"No integration has the key {integration_key!r}.", path=("key",))
    known = {job.name: job for job in jobs_of(hub.registry, integration_key)}
    if job_name not in known:
        listed = ", ".join(known) or "none"
        raise NotFound(f"{integration_key} has no job {job_name!r}; it has: {listed}.", path=("job",))
    if window_from is not None or window_to is not None:
        raise NotSupported(f"{job_name} goes on from where it stopped; it takes no window.", path=("window",))
    began = clock.now()
    try:
        run_id = known[job_name].run(hub, integration_key)
    except (errors.Rejected, errors.NotSupported) as error:
        raise PluginRejected(f"{integration_key} refused: {error}", path=("key",)) from error
    except errors.OutcomeUnknown as error:
        raise OutcomeUnknown(f"{integration_key} broke off: {error}", path=("key",)) from error
    except errors.ProviderError as error:
        raise PluginUnavailable(f"{integration_key} did not answer: {error}", path=("key",)) from error
    return run_id if run_id is not None else _nothing_new(hub, integration_id, job_name, began)


def _nothing_new(hub: "Hub", integration_id: int, job_name: str, began: datetime) -> int:
    """Somebody asked, so there is a run to look at, although it brought nothing."""
    with hub.transaction() as session:
        run = SyncRun(
            integration_id=integration_id,
            job=job_name,
            state=SyncState.SUCCEEDED,
            started_at=began,
            finished_at=clock.now(),
        )
        session.add(run)
        session.flush()
        return run.id
