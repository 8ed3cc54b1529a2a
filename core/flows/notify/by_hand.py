"""A person has a shopper told, again or at last."""

from typing import TYPE_CHECKING

from sqlalchemy import select
from sqlalchemy.orm import Session

from core.errors import IllegalState, Invalid, NotFound
from core.flows import once
from core.flows.notify.draft import draft
from core.flows.notify.send import send
from core.flows.notify.subjects import latest
from core.flows.notify.tiding import Tiding, learn
from core.integrations.models import Integration
from core.jobs.registry import enqueue
from core.notifications import queries, service
from core.notifications.models import Medium
from core.orders.models import Order

if TYPE_CHECKING:
    from core.hub import Hub


def send_by_hand(hub: "Hub", order_id: int, key: str, medium: Medium | None = None) -> int:
    """Queue the words of a template about an order, as it stands now; the notification's id.

    They are about the order's latest shipment, return or refund, where the template is about one. `medium` None: the
    first in which the template has words and a notifier sends. Raises NotFound; Invalid, IllegalState where nobody can
    be written to.
    """
    senders = {each: able[0] for each in Medium if (able := hub.able("notifier", each.lower()))}
    with hub.transaction() as session:
        notification_id = _queue(session, order_id, key, medium, senders)
        enqueue(session, send, same_as=str(notification_id), notification_id=notification_id)
        return int(once.done(session, notification_id))


def _queue(session: Session, order_id: int, key: str, medium: Medium | None, senders: dict[Medium, str]) -> int:
    if session.get(Order, order_id) is None:
        raise NotFound(f"There is no order ord_{order_id}.", path=("orderId",))
    there = {each: templates for (_, each), templates in queries.families(session, key=key).items()}
    if not there:
        raise NotFound(
            f"No template has the key {key!r}; `notificationTemplates` lists those there are.", path=("template",)
        )
    media = [each for each in there if medium in (None, each)]
    if not media:
        raise Invalid(f"{key} has no words for {medium}; it has for {', '.join(there)}.", path=("medium",))
    by = next((each for each in media if each in senders), None)
    if by is None:
        raise IllegalState(f"No notifier sends by {media[0]}. Set one up with integrationCreate.", path=("medium",))
    templates = there[by]
    event = templates[0].event
    tiding = Tiding(event=event, order_id=order_id, subject=latest(session, order_id, event))
    (known,) = learn(session, [tiding])
    named = queries.channels_of(session, [each.id for each in templates])
    sender = select(Integration.id).where(Integration.key == senders[by], Integration.deleted_at.is_(None))
    wanted = draft(known, templates, named, session.scalars(sender).one(), by_hand=True)
    if wanted.reason is not None:
        raise IllegalState(wanted.reason, path=("orderId",))
    (notification_id,) = service.add(session, [wanted])
    return notification_id
