"""InboxMessage: what came in, how to look through it, and how to have it applied again."""

from collections.abc import Iterator
from datetime import datetime
from typing import TYPE_CHECKING

import strawberry
from sqlalchemy import select
from sqlalchemy.sql.elements import ColumnElement

from core.errors import Invalid
from core.flows import inbox as flows
from core.inbox import models
from core.inbox.models import InboxState as InboxState
from schema.acting import transact
from schema.context import Context
from schema.engine import Page, Refs, column, mutation, node, one, query
from schema.errors import Payload
from schema.events.filters import within
from schema.inputs import numbered
from schema.integrations.types import SCOPE, Integration
from schema.named import of_integrations
from schema.orders.visible import belonging_to
from schema.pagination import Connection, Slice
from schema.scalars import DateTimeRange

if TYPE_CHECKING:
    from schema.orders.types import Order

strawberry.enum(InboxState)
_NEWEST = models.InboxMessage.id.desc()
_AT_ONCE = 1000


@node(models.InboxMessage, prefix="inb", scope=SCOPE, visible=belonging_to(models.InboxMessage.order_id))
class InboxMessage:
    """One thing a remote system sent, kept as it came. Replaying it is harmless."""

    integration: Integration | None = one(models.InboxMessage.integration)
    kind: str = column(models.InboxMessage.kind)
    external_id: str | None = column(models.InboxMessage.external_id)
    external_version: str | None = column(models.InboxMessage.external_version)
    state: InboxState = column(models.InboxMessage.state)
    payload: str = column(models.InboxMessage.payload)
    error: str | None = column(models.InboxMessage.error)
    order: "Order | None" = one(models.InboxMessage.order)
    received_at: datetime = column(models.InboxMessage.received_at)
    processed_at: datetime | None = column(models.InboxMessage.processed_at)


@strawberry.input
class InboxFilter:
    integration: list[str] | None = None
    state: list[InboxState] | None = None
    external_id: str | None = None
    received_at: DateTimeRange | None = None


@strawberry.type
class InboxPayload(Payload):
    messages: list[InboxMessage] = strawberry.field(default_factory=list)


def conditions(filter: InboxFilter | None) -> Iterator[ColumnElement[bool]]:
    if filter is None:
        return
    if filter.integration is not None:
        yield of_integrations(models.InboxMessage.integration_id, filter.integration)
    if filter.state is not None:
        yield models.InboxMessage.state.in_(filter.state)
    if filter.external_id is not None:
        yield models.InboxMessage.external_id == filter.external_id
    if filter.received_at is not None:
        yield from within(models.InboxMessage.received_at, filter.received_at)


@query(scope=SCOPE)
def inbox(ctx: Context, page: Slice, filter: InboxFilter | None = None) -> Connection[InboxMessage]:
    """What remote systems sent, newest first."""
    return Page(InboxMessage, page, conditions(filter), order_by=_NEWEST)


@mutation(scope="integrations:write")
async def inbox_replay(
    ctx: Context, ids: list[strawberry.ID] | None = None, filter: InboxFilter | None = None
) -> InboxPayload:
    """Applies messages again, at most a thousand at once: those named, or those that the filter finds."""
    if (ids is None) == (filter is None):
        raise Invalid("Give the ids of messages, or a filter that finds them.", path=("ids",))
    if ids is not None:
        numbers = numbered("inb", ids, "ids")
    else:
        found = select(models.InboxMessage.id).where(*conditions(filter)).order_by(models.InboxMessage.id)
        numbers = [row.id for row in await ctx.select(found.limit(_AT_ONCE))]
    return InboxPayload(messages=Refs(InboxMessage, await transact(ctx, flows.replay, numbers[:_AT_ONCE])))
