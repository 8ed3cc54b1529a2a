"""What is installed and configured, and how its syncs went."""

from collections.abc import Iterator

import strawberry
from sqlalchemy import any_, literal
from sqlalchemy.sql.elements import ColumnElement

from core.integrations import models
from schema.context import Context
from schema.engine import All, Page, query
from schema.integrations.types import SCOPE, Integration, Plugin, PluginKind, SyncRun, SyncState
from schema.named import of_integrations
from schema.pagination import Connection, Slice

_NEWEST_RUN = models.SyncRun.id.desc()


@strawberry.input
class SyncRunFilter:
    integration: list[str] | None = None
    job: list[str] | None = None
    state: list[SyncState] | None = None
    has_missed: bool | None = None


def conditions(filter: SyncRunFilter | None) -> Iterator[ColumnElement[bool]]:
    if filter is None:
        return
    if filter.integration is not None:
        yield of_integrations(models.SyncRun.integration_id, filter.integration)
    if filter.job is not None:
        yield models.SyncRun.job.in_(filter.job)
    if filter.state is not None:
        yield models.SyncRun.state.in_(filter.state)
    if filter.has_missed is not None:
        yield models.SyncRun.missed > 0 if filter.has_missed else models.SyncRun.missed == 0


@query(scope=SCOPE)
def plugins(ctx: Context) -> list[Plugin]:
    """Every plugin found here, the broken ones with their reason."""
    return All(Plugin, order_by=models.Plugin.name)


@query(scope=SCOPE)
def integrations(ctx: Context, kind: PluginKind | None = None) -> list[Integration]:
    """Every configured use of a plugin."""
    of_kind = [literal(kind.value) == any_(models.Integration.kinds)] if kind is not None else []
    return All(Integration, models.Integration.deleted_at.is_(None), *of_kind, order_by=models.Integration.key)


@query(scope=SCOPE)
def sync_runs(ctx: Context, page: Slice, filter: SyncRunFilter | None = None) -> Connection[SyncRun]:
    """Runs of syncs and imports, newest first."""
    return Page(SyncRun, page, conditions(filter), order_by=_NEWEST_RUN)
