"""ExternalCall: what remote systems were asked to do."""

from collections.abc import Iterator
from datetime import datetime
from typing import TYPE_CHECKING

import strawberry
from sqlalchemy.sql.elements import ColumnElement

from core.external import models
from core.external.models import CallState as CallState
from schema.context import Context
from schema.engine import Page, column, node, one, query
from schema.integrations.types import SCOPE, Integration
from schema.named import of_integrations
from schema.orders.visible import belonging_to
from schema.pagination import Connection, Slice

if TYPE_CHECKING:
    from schema.orders.types import Order

strawberry.enum(CallState)
_NEWEST = models.ExternalCall.id.desc()


@node(models.ExternalCall, prefix="call", scope="orders:read", visible=belonging_to(models.ExternalCall.order_id))
class ExternalCall:
    """One act asked of a remote system (label, refund, supplier order), written down before it is asked."""

    integration: Integration = one(models.ExternalCall.integration)
    purpose: str = column(models.ExternalCall.purpose)
    subject: strawberry.ID = column(models.ExternalCall.subject, shown_as=strawberry.ID)
    order: "Order | None" = one(models.ExternalCall.order)
    state: CallState = column(models.ExternalCall.state)
    attempts: int = column(models.ExternalCall.attempts)
    message: str | None = column(models.ExternalCall.message)
    created_at: datetime = column(models.ExternalCall.created_at)
    finished_at: datetime | None = column(models.ExternalCall.finished_at)


@strawberry.input
class ExternalCallFilter:
    integration: list[str] | None = None
    purpose: list[str] | None = None
    state: list[CallState] | None = None
    subject: strawberry.ID | None = None


def conditions(filter: ExternalCallFilter | None) -> Iterator[ColumnElement[bool]]:
    if filter is None:
        return
    if filter.integration is not None:
        yield of_integrations(models.ExternalCall.integration_id, filter.integration)
    if filter.purpose is not None:
        yield models.ExternalCall.purpose.in_(filter.purpose)
    if filter.state is not None:
        yield models.ExternalCall.state.in_(filter.state)
    if filter.subject is not None:
        yield models.ExternalCall.subject == filter.subject


@query(scope=SCOPE)
def external_calls(ctx: Context, page: Slice, filter: ExternalCallFilter | None = None) -> Connection[ExternalCall]:
    """Acts asked of remote systems, newest first."""
    return Page(ExternalCall, page, conditions(filter), order_by=_NEWEST)
