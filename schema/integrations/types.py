"""Plugin, Integration and SyncRun."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import strawberry
from sqlalchemy import func, select

from core.flows import connect
from core.flows.sync import BEGAN, jobs_of, next_run_at
from core.integrations import models
from core.integrations.models import HealthStatus as HealthStatus
from core.integrations.models import PluginKind as PluginKind
from core.integrations.models import SyncState as SyncState
from schema.context import Context
from schema.engine import Ref, column, computed, connection, many, node, one
from schema.errors import Payload
from schema.pagination import Connection
from schema.scalars import JSON

strawberry.enum(PluginKind, description="A plugin with hooks only has no kind.")
strawberry.enum(HealthStatus)
strawberry.enum(SyncState)

SCOPE = "integrations:read"


@node(models.Plugin, scope=SCOPE)
class Plugin:
    """A plugin found on this installation, bundled or from a third-party package."""

    name: str = column(models.Plugin.name)
    version: str = column(models.Plugin.version)
    api_version: str = column(models.Plugin.api_version)
    kinds: list[PluginKind] = column(models.Plugin.kinds, shown_as=PluginKind)
    enabled: bool = column(models.Plugin.enabled)
    summary: str | None = column(models.Plugin.summary)
    load_error: str | None = column(
        models.Plugin.load_error,
        description="Why it was not loaded, when it was not: one broken plugin never stops the others.",
    )
    config_schema: JSON | None = column(
        models.Plugin.config_schema,
        description="JSON Schema of one integration's settings; null when the plugin did not load. "
        "Secrets are `writeOnly`.",
    )
    capabilities: list[str] = column(models.Plugin.capabilities)
    integrations: list["Integration"] = many(models.Plugin.integrations, order_by=models.Integration.key)


@strawberry.type
class IntegrationJob:
    """Something that an integration does by itself or when asked, and how its last run went."""

    name: str
    summary: str
    schedule: str | None = None
    next_run_at: datetime | None = None
    last_run: "SyncRun | None" = None


@node(models.Integration, prefix="int", scope=SCOPE)
class Integration:
    """One configured use of a plugin: this Shopify store, that 3PL account."""

    key: str = column(models.Integration.key)
    plugin: Plugin = one(models.Integration.plugin)
    kinds: list[PluginKind] = column(models.Integration.kinds, shown_as=PluginKind)
    enabled: bool = column(models.Integration.enabled)
    from_file: bool = column(models.Integration.from_file, description="Written in plugins.toml, so read-only here.")
    health: HealthStatus = column(models.Integration.health)
    health_message: str | None = column(models.Integration.health_message)
    last_sync_at: datetime | None = column(models.Integration.last_sync_at)
    config: JSON = column(models.Integration.config, description="Settings with every secret masked.")
    sync_runs: Connection["SyncRun"] = connection(
        models.Integration.sync_runs, order_by=models.SyncRun.id.desc(), default_first=20
    )
    version: int = column(models.Integration.version)

    @computed(requires=[models.Integration.key])
    @staticmethod
    async def connect_url(integrations: Sequence[models.Integration], ctx: Context) -> list[str | None]:
        """Where a person grants it access, for a quarter of an hour; null where none is to be granted.

        Only for keys that may change integrations.
        """
        if not ctx.viewer.can("admin"):
            return [None for _ in integrations]
        return [connect.address(ctx.hub, integration.key) for integration in integrations]

    @computed(requires=[models.Integration.key])
    @staticmethod
    async def webhook_url(integrations: Sequence[models.Integration], ctx: Context) -> list[str | None]:
        """Where its other side sends what happens there; null where CROSSDOCK_PUBLIC_URL is not set."""
        return [ctx.hub.address_of(integration.key) for integration in integrations]

    @computed(requires=[models.Integration.id, models.Integration.key])
    @staticmethod
    async def jobs(integrations: Sequence[models.Integration], ctx: Context) -> list[list[IntegrationJob]]:
        """What it does by itself or has done so far, with the latest run of each."""
        rows = await ctx.select(_latest_runs([integration.id for integration in integrations]))
        last = {(row.integration_id, row.job): row.last for row in rows}
        rows = await ctx.select(_begun([integration.id for integration in integrations]))
        began = {(row.integration_id, row.job): row.cursor for row in rows}
        return [_jobs(ctx, integration, last, began) for integration in integrations]


def _latest_runs(integrations: Sequence[int]) -> Any:
    return (
        select(models.SyncRun.integration_id, models.SyncRun.job, func.max(models.SyncRun.id).label("last"))
        .where(models.SyncRun.integration_id.in_(integrations))
        .group_by(models.SyncRun.integration_id, models.SyncRun.job)
        .order_by(models.SyncRun.job)
    )


def _begun(integrations: Sequence[int]) -> Any:
    cursors = models.SyncCursor
    return select(cursors.integration_id, cursors.job, cursors.cursor).where(
        cursors.integration_id.in_(integrations), cursors.job.like(f"%{BEGAN}")
    )


def _jobs(
    ctx: Context,
    integration: models.Integration,
    last: dict[tuple[int, str], int],
    began: dict[tuple[int, str], str],
) -> list[IntegrationJob]:
    known = {job.name: job for job in jobs_of(ctx.hub.registry, integration.key)}
    names = sorted({*known, *(job for integration_id, job in last if integration_id == integration.id)})
    return [
        IntegrationJob(
            name=name,
            summary=known[name].summary if name in known else name.replace("_", " "),
            schedule=known[name].schedule if name in known else None,
            next_run_at=next_run_at(known[name], began.get((integration.id, name + BEGAN))) if name in known else None,
            last_run=Ref(SyncRun, last[integration.id, name]) if (integration.id, name) in last else None,
        )
        for name in names
    ]


@node(models.SyncRun, prefix="sync", scope=SCOPE)
class SyncRun:
    """One run of one job. seen = created + updated + unchanged + rejected."""

    integration: Integration = one(models.SyncRun.integration)
    job: str = column(models.SyncRun.job)
    state: SyncState = column(models.SyncRun.state)
    started_at: datetime = column(models.SyncRun.started_at)
    finished_at: datetime | None = column(models.SyncRun.finished_at)
    window_from: datetime | None = column(models.SyncRun.window_from)
    window_to: datetime | None = column(models.SyncRun.window_to)
    seen: int = column(models.SyncRun.seen)
    created: int = column(models.SyncRun.created)
    updated: int = column(models.SyncRun.updated)
    unchanged: int = column(models.SyncRun.unchanged)
    rejected: int = column(models.SyncRun.rejected)
    missed: int = column(models.SyncRun.missed, description="Found by the sweep though no webhook had told of them.")
    cursor: str | None = column(models.SyncRun.cursor)
    error: str | None = column(models.SyncRun.error)


@strawberry.type
class IntegrationPayload(Payload):
    integration: Integration | None = None


@strawberry.type
class DeletePayload(Payload):
    id: strawberry.ID | None = None


@strawberry.type
class SyncPayload(Payload):
    sync_run: SyncRun | None = None
