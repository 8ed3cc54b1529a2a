"""Tables of notifications: the words, and what became of each message."""

import enum
from datetime import datetime
from typing import TYPE_CHECKING

from sqlalchemy import Column, ForeignKey, Index, Table, func, text

from core.db import Base, BigInt, Id, Mapped, mapped_column, related
from crossdock.notifier import Medium as Medium

if TYPE_CHECKING:
    from core.catalog.models import Channel
    from core.orders.models import Order


class NotificationState(enum.StrEnum):
    """SUPPRESSED: a template fits, and still nobody is written to; the row says why."""

    QUEUED = "QUEUED"
    SENT = "SENT"
    FAILED = "FAILED"
    SUPPRESSED = "SUPPRESSED"


notification_template_channels = Table(
    "notification_template_channels",
    Base.metadata,
    Column("template_id", ForeignKey("notification_templates.id"), primary_key=True),
    Column("channel_id", ForeignKey("channels.id"), primary_key=True, index=True),
)


class NotificationTemplate(Base):
    """Words for one event, medium and language. Templates that share a key are the same message in other words.

    Without channels it is for the orders of all channels that no store or marketplace stands behind.
    """

    __tablename__ = "notification_templates"
    __table_args__ = (Index("uq_notification_templates_key", "key", "medium", "language", unique=True),)

    id: Mapped[Id]
    key: Mapped[str]
    event: Mapped[str]
    medium: Mapped[Medium]
    language: Mapped[str]
    enabled: Mapped[bool] = mapped_column(server_default="true")
    subject: Mapped[str | None]
    body: Mapped[str]
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())

    channels: Mapped[list["Channel"]] = related(secondary=notification_template_channels)


class Notification(Base):
    """One message to one person, with its words as they were sent. `template` is the template's key.

    One per event, template, medium and recipient, whatever is retried; without `event_id` a person asked for it.
    """

    __tablename__ = "notifications"
    __table_args__ = (
        Index(
            "uq_notifications_event", "event_id", "template", "medium", "recipient",
            unique=True, postgresql_where=text("event_id is not null"),
        ),
        Index("ix_notifications_order", "order_id", "id"),
        Index("ix_notifications_state", "state", "id"),
        Index("ix_notifications_medium", "medium", "id"),
        Index("ix_notifications_recipient", func.lower(text("recipient")), "id"),
    )  # fmt: skip

    id: Mapped[Id]
    order_id: Mapped[BigInt] = mapped_column(ForeignKey("orders.id"))
    event_id: Mapped[BigInt | None]
    event: Mapped[str]
    template: Mapped[str]
    medium: Mapped[Medium]
    language: Mapped[str]
    recipient: Mapped[str]
    """Empty where nobody could be written to."""
    recipient_name: Mapped[str | None]
    integration_id: Mapped[BigInt | None] = mapped_column(ForeignKey("integrations.id"))
    state: Mapped[NotificationState]
    subject: Mapped[str | None]
    body: Mapped[str]
    reason: Mapped[str | None]
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())
    sent_at: Mapped[datetime | None]

    order: Mapped["Order"] = related()
