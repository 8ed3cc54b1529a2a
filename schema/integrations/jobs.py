"""FailedJob and Queue: work that waits, runs and failed."""

from collections.abc import Iterator
from dataclasses import asdict
from datetime import datetime

import strawberry
from sqlalchemy.sql.elements import ColumnElement

from core.jobs import failed, models
from core.jobs import queues as core_queues
from schema.acting import transact
from schema.context import Context
from schema.engine import Page, column, mutation, node, one, query
from schema.errors import Payload
from schema.events.filters import within
from schema.ids import FailedJobId
from schema.integrations.types import SCOPE, Integration
from schema.named import of_integrations
from schema.pagination import Connection, Slice
from schema.scalars import JSON, DateTimeRange

_NEWEST = models.FailedJob.id.desc()


@node(models.FailedJob, prefix="fjob", scope=SCOPE)
class FailedJob:
    """Work that ran out of retries. Nothing is dropped: it waits here until replayed or discarded."""

    job: str = column(models.FailedJob.job)
    integration: Integration | None = one(models.FailedJob.integration)
    arguments: JSON = column(models.FailedJob.arguments)
    error: str = column(models.FailedJob.error)
    attempts: int = column(models.FailedJob.attempts)
    failed_at: datetime = column(models.FailedJob.failed_at)


@strawberry.type
class Queue:
    """A lane of work."""

    name: str
    pending: int
    running: int
    failed: int
    oldest_pending_at: datetime | None = None


@strawberry.input
class FailedJobFilter:
    job: list[str] | None = None
    integration: list[str] | None = None
    failed_at: DateTimeRange | None = None


@strawberry.type
class FailedJobPayload(Payload):
    ids: list[strawberry.ID] = strawberry.field(default_factory=list)


def conditions(filter: FailedJobFilter | None) -> Iterator[ColumnElement[bool]]:
    if filter is None:
        return
    if filter.job is not None:
        yield models.FailedJob.job.in_(filter.job)
    if filter.integration is not None:
        yield of_integrations(models.FailedJob.integration_id, filter.integration)
    if filter.failed_at is not None:
        yield from within(models.FailedJob.failed_at, filter.failed_at)


@query(scope=SCOPE)
def failed_jobs(ctx: Context, page: Slice, filter: FailedJobFilter | None = None) -> Connection[FailedJob]:
    """Work that ran out of retries, newest first."""
    return Page(FailedJob, page, conditions(filter), order_by=_NEWEST)


@query(scope=SCOPE)
async def queues(ctx: Context) -> list[Queue]:
    """Every queue, and how much waits in it."""
    return [Queue(**asdict(row)) for row in await transact(ctx, core_queues.counts)]


@mutation(scope="integrations:write")
async def failed_job_replay(ctx: Context, ids: list[FailedJobId]) -> FailedJobPayload:
    """Puts work back in its queue, with all its retries."""
    return _payload(await transact(ctx, failed.replay, ids))


@mutation(scope="integrations:write")
async def failed_job_discard(ctx: Context, ids: list[FailedJobId], reason: str) -> FailedJobPayload:
    """Gives work up for good; the event keeps what it was and why."""
    return _payload(await transact(ctx, failed.discard, ids, reason=reason))


def _payload(numbers: list[int]) -> FailedJobPayload:
    return FailedJobPayload(ids=[strawberry.ID(f"fjob_{number}") for number in numbers])
