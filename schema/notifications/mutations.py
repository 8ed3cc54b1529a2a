"""Telling a shopper, and choosing the words."""

from core.flows import notify
from schema.acting import perform_once, transact
from schema.context import Context
from schema.engine import Ref, mutation
from schema.ids import OrderId
from schema.notifications.types import (
    Medium,
    Notification,
    NotificationPayload,
    NotificationTemplate,
    NotificationTemplatePayload,
)


@mutation(scope="orders:write")
async def notification_send(
    ctx: Context, order_id: OrderId, template: str, idempotency_key: str, medium: Medium | None = None
) -> NotificationPayload:
    """Tells the order's shopper once more, or at last, whatever was told before; a template by its key.

    It is about the order's latest shipment, return or refund, where the template is about one. Without a medium it goes
    by the first in which there are words and a notifier.
    """
    sent = await perform_once(ctx, idempotency_key, notify.send_by_hand, order_id, template, medium)
    return NotificationPayload(notification=Ref(Notification, sent))


@mutation(scope="admin")
async def notification_template_upsert(
    ctx: Context,
    key: str,
    event: str | None = None,
    medium: Medium | None = None,
    language: str | None = None,
    subject: str | None = None,
    body: str | None = None,
    channels: list[str] | None = None,
    enabled: bool | None = None,
) -> NotificationTemplatePayload:
    """Makes or changes the words of a key in one medium and language; what is not given stays as it is.

    By e-mail, where no medium is given, and in the key's only language or in English. A field that the event does not
    have is refused with the list of those that it has. `channels` replaces the whole list.
    """
    words = {"event": event, "subject": subject, "body": body, "enabled": enabled}
    given = {name: value for name, value in words.items() if value is not None}
    made = await transact(ctx, notify.upsert, key, given, medium=medium, language=language, channels=channels)
    return NotificationTemplatePayload(notification_template=Ref(NotificationTemplate, made))
