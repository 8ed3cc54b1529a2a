"""Event."""

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING

import strawberry

from core.events import models
from schema.context import Context
from schema.engine import Node, column, computed, node, one, ref_of
from schema.events import cursors
from schema.orders.visible import belonging_to
from schema.scalars import JSON

if TYPE_CHECKING:
    from schema.orders.types import Order


seen_by = belonging_to(models.Event.order_id)
"""A key of some channels or locations sees what happened to their orders; the rest of the audit trail is not theirs."""


@node(models.Event, prefix="evt", scope="orders:read", visible=seen_by)
class Event:
    """One thing that happened, and the audit trail: settings and keys write events too."""

    name: str = column(models.Event.name)
    subject: strawberry.ID = column(models.Event.subject, shown_as=strawberry.ID)
    message: str = column(models.Event.message)
    actor: str = column(models.Event.actor)
    data: JSON = column(models.Event.data)
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
        return [cursors.written(event.transaction, event.id) for event in events]
