"""What integrations do by themselves, each on its own schedule, and whenever a person asks."""

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from functools import partial
from typing import TYPE_CHECKING, NamedTuple

import structlog
from sqlalchemy import select
from sqlalchemy.orm import Session

from core import clock
from core.errors import CrossdockError, NotFound, NotSupported, OutcomeUnknown, PluginRejected, PluginUnavailable
from core.flows import supplier_stock, supplier_updates
from core.flows.channels import listings, notifications, orders, returns, settlements, subscribe, windows
from core.flows.channels.windows import Poll
from core.integrations import runs
from core.integrations.models import Integration, SyncCursor, SyncRun
from core.jobs.registry import enqueue, job, periodic
from core.plugins import Registry
from crossdock import Kind, PeriodicJob, errors

if TYPE_CHECKING:
    from core.hub import Hub

log = structlog.get_logger(__name__)

BEGAN = ":began"
"""What follows a job's name in the cursor that says when it last began."""


class SyncJob(NamedTuple):
    """What it is called, what it does, and how often it runs by itself; `every` None: something else sees to that.

    run: as (hub, integration key) -> the run's id, None where there was nothing new.
    """

    name: str
    summary: str
    schedule: str
    kind: Kind
    capability: str
    run: Callable[["Hub", str], int | None]
    every: timedelta | None = None
    window: Callable[..., int] | None = None


def _poll(name: str, summary: str, capability: str, poll: Poll, every: timedelta, schedule: str) -> SyncJob:
    def run(hub: "Hub", key: str) -> int:
        return windows.run(hub, key, poll)

    def window(hub: "Hub", key: str, since: datetime | None, until: datetime | None) -> int:
        return windows.run(hub, key, poll, since=since, until=until)

    return SyncJob(name, summary, schedule, "channel", capability, run, every, window)


def _channel(
    name: str, summary: str, capability: str, run: Callable[["Hub", str], int | None], every: timedelta, schedule: str
) -> SyncJob:
    return SyncJob(name, summary, schedule, "channel", capability, run, every)


_MINUTE, _HOUR = timedelta(minutes=1), timedelta(hours=1)

JOBS = (
    _poll("orders", "Read orders that changed", "orders", orders.POLL, 2 * _MINUTE, "every 2 minutes"),
    _poll(
        "sweep", "Look for orders that nobody told of", "orders", orders.SWEEP, 6 * _HOUR, "every 6 hours"
    ),
    _poll("returns", "Read returns that changed", "returns", returns.POLL, 10 * _MINUTE, "every 10 minutes"),
    _poll("settlements", "Read payouts", "settlements", settlements.POLL, _HOUR, "every hour"),
    _channel(
        "listings", "Read what is listed", "listings", listings.fetch_listings, 6 * _HOUR, "every 6 hours"
    ),
    _channel(
        "stock", "Compare what the channel may sell with what it was told", "stock", listings.compare_stock,
        6 * _HOUR, "every 6 hours",
    ),
    _channel(
        "notifications", "Empty the queue of notifications", "notifications", notifications.drain,
        timedelta(seconds=15), "every 15 seconds",
    ),
    _channel(
        "subscribe", "Have the channel send what happens there", "subscriptions", subscribe.subscribe,
        24 * _HOUR, "every day",
    ),
    SyncJob(
        supplier_updates.JOB, "Take in what the supplier says of its orders", "every minute", "supplier", "orders",
        supplier_updates.fetch,
    ),
    SyncJob(
        supplier_stock.JOB, "Take in the figures of the supplier's locations", "every 5 minutes", "supplier", "stock",
        supplier_stock.fetch,
    ),
)  # fmt: skip


def jobs_of(registry: Registry, integration_key: str) -> list[SyncJob]:
    """The jobs that an integration has, as far as it runs here, those of its plugin's own making last."""
    integration = registry.integrations.get(integration_key)
    if integration is None or integration.problem is not None:
        return []
    able = set(integration.capabilities)
    found = {each.name: each for each in reversed(JOBS) if f"{each.kind}.{each.capability}" in able}
    own = [_own(each) for plugin, each in registry.hooks.jobs() if plugin == integration.plugin]
    return [*reversed(found.values()), *own]


def _own(job: PeriodicJob) -> SyncJob:
    """A job that the plugin brings; it tells where it goes on next time."""
    every = max(job.every, _SHORTEST)
    return SyncJob(job.name, job.summary, _spoken(every), "channel", "", partial(_run_own, job), every)


def _spoken(every: timedelta) -> str:
    for unit, name in (
        (timedelta(days=1), "day"),
        (_HOUR, "hour"),
        (_MINUTE, "minute"),
        (timedelta(seconds=1), "second"),
    ):
        if every % unit == timedelta(0):
            return f"every {name}" if every == unit else f"every {every // unit} {name}s"
    return f"every {every}"


_SHORTEST = timedelta(seconds=15)


def _run_own(job: PeriodicJob, hub: "Hub", key: str) -> int:
    with hub.transaction() as session:
        integration_id = _id_of(session, key)
        cursor = runs.cursor_of(session, integration_id, job.name)
        run_id = runs.begin(session, integration_id, job.name)
    try:
        following = job.run(hub.context(key, cursor=cursor))
    except Exception as error:
        with hub.transaction() as session:
            runs.end(session, run_id, error=str(error) or type(error).__name__)
        raise
    with hub.transaction() as session:
        if following is not None:
            runs.keep_cursor(session, integration_id, job.name, following)
        runs.end(session, run_id)
    return run_id


@periodic("integrations.tick", every=timedelta(seconds=15), queue="channels")
def tick(hub: "Hub") -> None:
    """Have every job of every integration run that is due."""
    hub.refresh(now=True)
    with hub.transaction() as session:
        for integration, each in _due(session, hub.registry):
            run_later(session, integration.id, integration.key, each.name)
            runs.keep_cursor(session, integration.id, each.name + BEGAN, clock.now().isoformat())


def next_run_at(each: SyncJob, began: str | None) -> datetime | None:
    """When it runs by itself next, by its cursor of `BEGAN`; None where that is not known."""
    return datetime.fromisoformat(began) + each.every if began is not None and each.every is not None else None


def _due(session: Session, registry: Registry) -> Iterator[tuple[Integration, SyncJob]]:
    began = {
        (row.integration_id, row.job): datetime.fromisoformat(row.cursor)
        for row in session.scalars(select(SyncCursor).where(SyncCursor.job.like(f"%{BEGAN}")))
    }
    now = clock.now()
    for integration in session.scalars(select(Integration).where(Integration.enabled).order_by(Integration.id)):
        for each in jobs_of(registry, integration.key):
            last = began.get((integration.id, each.name + BEGAN))
            if each.every is not None and (last is None or last + each.every <= now):
                yield integration, each


def run_later(session: Session, integration_id: int, key: str, name: str) -> None:
    """Have a job run after the commit; where it waits already, once."""
    enqueue(session, run, same_as=f"{key}:{name}", integration_id=integration_id, integration=key, name=name)


@job("integrations.run", queue="channels")
def run(hub: "Hub", integration: str, name: str) -> None:
    """Run one job of one integration. One that the integration no longer has is forgotten."""
    hub.refresh()
    hub.registry.integration(integration)  # where it does not run for now, its work waits
    found = {each.name: each for each in jobs_of(hub.registry, integration)}.get(name)
    if found is None:
        log.warning("integration.job_unknown", integration=integration, job=name)
        return
    found.run(hub, integration)


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


def _id_of(session: Session, key: str) -> int:
    return session.scalars(select(Integration.id).where(Integration.key == key)).one()


def _nothing_new(hub: "Hub", integration_id: int, job_name: str, began: datetime) -> int:
    """Somebody asked, so there is a run to look at, although it brought nothing."""
    with hub.transaction() as session:
        run_id = runs.begin(session, integration_id, job_name)
        runs.end(session, run_id).started_at = began
        return run_id
