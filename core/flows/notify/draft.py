"""From a tiding and a template to the message that one person gets."""

from collections.abc import Mapping, Sequence

from core.flows.notify.reach import recipient, refused
from core.flows.notify.tiding import Known
from core.notifications import words
from core.notifications.models import NotificationTemplate
from core.notifications.service import Draft, pick


def draft(
    known: Known,
    templates: Sequence[NotificationTemplate],
    named: Mapping[int, set[int]],
    integration_id: int,
    *,
    by_hand: bool = False,
) -> Draft:
    """The same words in several languages become one message, or the reason why there is none."""
    template = pick(templates, known.language)
    address = recipient(template.medium, known.order)
    return Draft(
        order_id=known.order.id,
        event_id=known.tiding.event_id,
        event=known.tiding.event,
        template=template.key,
        medium=template.medium,
        language=template.language,
        recipient=address or "",
        recipient_name=known.name,
        subject=words.fill_line(template.subject, known.fields) if template.subject else None,
        body=words.fill(template.body, known.fields),
        integration_id=integration_id,
        reason=refused(known, template, named[template.id], address, by_hand=by_hand),
    )
