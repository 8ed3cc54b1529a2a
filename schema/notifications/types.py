"""Notification and NotificationTemplate."""

from datetime import datetime
from typing import TYPE_CHECKING

import strawberry

from core.catalog.models import Channel as ChannelRow
from core.notifications import models
from core.notifications.models import Medium as Medium
from core.notifications.models import NotificationState as NotificationState
from schema.engine import column, many, node, one
from schema.errors import Payload
from schema.orders.visible import belonging_to

if TYPE_CHECKING:
    from schema.catalog.types import Channel
    from schema.orders.types import Order

strawberry.enum(Medium, name="NotificationMedium")
strawberry.enum(NotificationState)

Row = models.Notification
Template = models.NotificationTemplate
SCOPE = "orders:read"


@node(Row, prefix="ntf", scope=SCOPE, visible=belonging_to(Row.order_id))
class Notification:
    """One message to one person. One per event, recipient and template, whatever is retried."""

    order: "Order | None" = one(Row.order)
    event: str = column(Row.event)
    template: str = column(Row.template, description="The template's key.")
    medium: Medium = column(Row.medium)
    recipient: str = column(Row.recipient, description="Empty where nobody could be written to.")
    state: NotificationState = column(Row.state)
    subject: str | None = column(Row.subject)
    body: str = column(Row.body)
    reason: str | None = column(Row.reason, description="Why it was not sent, in a sentence.")
    created_at: datetime = column(Row.created_at)
    sent_at: datetime | None = column(Row.sent_at)


@node(Template, prefix="ntpl", scope=SCOPE)
class NotificationTemplate:
    """The words for one event, medium and language. Fields of the order in braces: `{order.number}`."""

    key: str = column(Template.key)
    event: str = column(Template.event)
    medium: Medium = column(Template.medium)
    language: str = column(Template.language)
    enabled: bool = column(Template.enabled)
    channels: list["Channel"] = many(
        Template.channels,
        order_by=ChannelRow.key,
        description="Whose orders it is for; none: those of all channels without a store behind them, "
        "for a store tells its buyers itself.",
    )
    subject: str | None = column(Template.subject)
    body: str = column(Template.body)


@strawberry.type
class NotificationPayload(Payload):
    notification: Notification | None = None


@strawberry.type
class NotificationTemplatePayload(Payload):
    notification_template: NotificationTemplate | None = None
