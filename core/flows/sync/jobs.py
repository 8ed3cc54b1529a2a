"""The jobs that an integration has: what each is called, what it does, and how often it runs by itself."""

from collections.abc import Callable
from datetime import datetime, timedelta
from functools import partial
from typing import TYPE_CHECKING, NamedTuple

from core.flows import export_books, supplier_offers, supplier_receipts, supplier_stock, supplier_updates
from core.flows.channels import listings, notifications, orders, returns, settlements, subscribe, windows
from core.flows.channels.windows import Poll
from core.flows.payments import watch
from core.flows.sync import own
from core.plugins import Registry
from crossdock import Kind, PeriodicJob

if TYPE_CHECKING:
    from core.hub import Hub


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
        watch.JOB, "Ask how payments stand that were promised", "every 10 minutes", "payment", "status", watch.look,
        10 * _MINUTE,
    ),
    SyncJob(
        supplier_stock.JOB, "Take in the figures of the supplier's locations", "every 5 minutes", "supplier", "stock",
        supplier_stock.fetch,
    ),
    SyncJob(
        supplier_offers.JOB, "Take in what the supplier asks for its goods", "every 6 hours", "supplier", "offers",
        supplier_offers.fetch, supplier_offers.EVERY,
    ),
    SyncJob(
        supplier_receipts.JOB, "Book what was taken in for us", "every 15 minutes", "supplier", "receipts",
        supplier_receipts.fetch, supplier_receipts.EVERY,
    ),
    SyncJob(
        export_books.JOB, "Post the days that are over", "every hour", "accounting", "export",
        export_books.export, _HOUR,
    ),
)  # fmt: skip


def jobs_of(registry: Registry, integration_key: str) -> list[SyncJob]:
    """The jobs that an integration has, as far as it runs here, those of its plugin's own making last."""
    integration = registry.integrations.get(integration_key)
    if integration is None or integration.problem is not None:
        return []
    able, paces = set(integration.capabilities), registry.paces(integration_key)
    found: dict[str, SyncJob] = {}
    for each in JOBS:
        if f"{each.kind}.{each.capability}" in able:
            name = each.name if each.name not in found else f"{each.kind}_{each.name}"  # it is of two kinds
            found[name] = _paced(each._replace(name=name), paces.get(name))
    own = [_own(each) for plugin, each in registry.hooks.jobs() if plugin == integration.plugin]
    return [*found.values(), *own]


def _paced(job: SyncJob, every: timedelta | None) -> SyncJob:
    """As often as its integration wants it; what something else sees to stays as it is."""
    if job.every is None or every is None:
        return job
    every = max(every, _SHORTEST)
    return job._replace(every=every, schedule=_spoken(every))


def _own(job: PeriodicJob) -> SyncJob:
    """A job that the plugin brings; it tells where it goes on next time."""
    every = max(job.every, _SHORTEST)
    return SyncJob(job.name, job.summary, _spoken(every), "channel", "", partial(own.run, job), every)


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
