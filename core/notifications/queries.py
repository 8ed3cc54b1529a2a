"""Reading templates."""

from collections import defaultdict
from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from core.notifications.models import Medium, NotificationTemplate, notification_template_channels

Family = tuple[str, Medium]
"""Templates of one key and medium: the same words in several languages."""


def families(
    session: Session, *, event: str | None = None, key: str | None = None
) -> dict[Family, list[NotificationTemplate]]:
    """Of one event, of one key, or all; each in the order in which its templates were made."""
    query = select(NotificationTemplate).order_by(NotificationTemplate.id)
    if event is not None:
        query = query.where(NotificationTemplate.event == event)
    if key is not None:
        query = query.where(NotificationTemplate.key == key)
    found: dict[Family, list[NotificationTemplate]] = defaultdict(list)
    for template in session.scalars(query):
        found[template.key, template.medium].append(template)
    return dict(found)


def channels_of(session: Session, template_ids: Sequence[int]) -> dict[int, set[int]]:
    """The channels that templates name, by template id."""
    table = notification_template_channels
    named: dict[int, set[int]] = {template_id: set() for template_id in template_ids}
    for template_id, channel_id in session.execute(
        select(table.c.template_id, table.c.channel_id).where(table.c.template_id.in_(template_ids))
    ):
        named[template_id].add(channel_id)
    return named
