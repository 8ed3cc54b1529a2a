"""Event."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import TYPE_CHECKING

import strawberry
from sqlalchemy import exists, or_, select
from sqlalchemy.sql.elements import ColumnElement

from core.events import models
from core.orders.models import Order as OrderRow
from schema.context import Context
from schema.engine import Node, column, computed, node, one, ref_of
from schema.pagination import encode_cursor
from schema.scalars import JSON

if TYPE_CHECKING:
    from schema.orders.types import Order


def seen_by(ctx: Context) -> Iterable[ColumnElement[bool]]:
    """A key of some channels sees what happened to their orders, and what is about no order at all."""
    if ctx.viewer.channels:
        theirs = exists(
            select(1).where(OrderRow.id == models.Event.order_id, OrderRow.channel_id.in_(ctx.viewer.channels))
        )
        yield or_(models.Event.order_id.is_(None), theirs)


@node(models.Event, prefix="evt", scope="orders:read", visible=seen_by)
class Event:
    """One thing that happened, and the audit trail: settings and keys write events too."""

    name: str = column(models.Event.name)
    subject: strawberry.ID = column(models.Event.subject)  # type: ignore[assignment]
    message: str = column(models.Event.message)
    actor: str = column(models.Event.actor)
    data: JSON = column(models.Event.data)  # type: ignore[assignment]
    order: "Order | None" = one(models.Event.order)
    occurred_at: datetime = column(models.Event.occurred_at)
    recorded_at: datetime = column(models.Event.recorded_at)

    @computed(requires=[models.Event.subject])
    @staticmethod
    def node(events: Sequence[models.Event], ctx: Context) -> list[Node | None]:
        """The subject as it is now; null once it is gone or hidden from the caller."""
        return [ref_of(event.subject) for event in events]

    @computed(requires=[models.Event.transaction, models.Event.id])
    @staticmethod
    def cursor(events: Sequence[models.Event], ctx: Context) -> list[str]:
        """Where `events(after:)` goes on."""
        return [encode_cursor([str(event.transaction), event.id]) for event in events]
