"""Following events: what happened to an order becomes messages, each once.

Nothing here runs where an order is written. A job reads the events behind it, as plugins do, and only where a notifier
runs; a notifier that is new hears what happens from then on. What happened long ago is nobody's news: imported history,
and whatever was left while the hub stood still.
"""

from collections.abc import Sequence
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import orjson
from sqlalchemy import select, text
from sqlalchemy.orm import Session

from core import clock
from core.events.horizon import horizon
from core.flows.notify.draft import draft
from core.flows.notify.send import send
from core.flows.notify.tiding import Tiding, learn
from core.integrations import runs
from core.integrations.models import Integration
from core.jobs.registry import enqueue, job, periodic
from core.notifications import queries, service
from core.notifications.models import Medium
from core.notifications.queries import Family

if TYPE_CHECKING:
    from core.hub import Hub
    from core.notifications.models import NotificationTemplate

JOB = "notify"
NEWS_FOR = timedelta(days=2)
"""What happened longer ago than this nobody is told of."""
_AT_ONCE = 200

# Old news are also what was written together with an order that was old when it came in: what had become of it by then
# carries no date of its own.
_AFTER = text(
    """
    select id, cast(cast(transaction as text) as bigint) as transaction, name, subject, order_id, data
    from events told
    where (transaction, id) > (cast(cast(:transaction as text) as xid8), :id)
      and transaction < cast(cast(:horizon as text) as xid8)
      and name = any(:names) and order_id is not null and occurred_at > :since
      and not exists (
        select from events born
        where born.order_id = told.order_id and born.name = 'order.created' and born.transaction = told.transaction
          and born.occurred_at <= :since)
    order by told.transaction, told.id limit :most
    """
)


@periodic("notifications.look", every=timedelta(seconds=5))
def look(hub: "Hub") -> None:
    """Have each notifier's messages written; nothing where there is none."""
    hub.refresh()
    keys = sorted({key for medium in Medium for key in hub.able("notifier", medium.lower())})
    if keys:
        with hub.transaction() as session:
            for key in keys:
                enqueue(session, follow, same_as=key, integration=key)


@job("notifications.follow")
def follow(hub: "Hub", integration: str) -> None:
    """Write the messages of all that has happened since, for the media that are this notifier's."""
    media = media_of(hub, integration)
    while True:
        with hub.transaction() as session:
            if not _next(session, integration, media):
                return


def media_of(hub: "Hub", integration: str) -> list[Medium]:
    """Those that it sends: of several notifiers with one medium, the first by key does."""
    return [medium for medium in Medium if hub.able("notifier", medium.lower())[:1] == [integration]]


def _next(session: Session, integration: str, media: Sequence[Medium]) -> bool:
    """Take the next events in; whether there may be more."""
    query = select(Integration.id).where(Integration.key == integration, Integration.deleted_at.is_(None))
    integration_id = session.scalar(query)
    if integration_id is None:
        return False
    until = horizon(session)
    kept = runs.cursor_of(session, integration_id, JOB)
    families = {name: each for name, each in queries.families(session).items() if name[1] in media}
    rows = [] if kept is None else _after(session, orjson.loads(kept), until, families)
    _write(session, integration_id, rows, families)
    more = len(rows) == _AT_ONCE
    place = (rows[-1].transaction, rows[-1].id) if more else (until, 0)
    runs.keep_cursor(session, integration_id, JOB, orjson.dumps(place).decode())
    return more


def _after(
    session: Session, place: Sequence[int], until: int, families: "dict[Family, list[NotificationTemplate]]"
) -> Sequence[Any]:
    values = {
        "transaction": place[0],
        "id": place[1],
        "horizon": until,
        "names": sorted({template.event for each in families.values() for template in each}),
        "since": clock.now() - NEWS_FOR,
        "most": _AT_ONCE,
    }
    return session.execute(_AFTER, values).all()


def _write(
    session: Session, integration_id: int, rows: Sequence[Any], families: "dict[Family, list[NotificationTemplate]]"
) -> None:
    if not rows:
        return
    tidings = [
        Tiding(event=row.name, order_id=row.order_id, subject=row.subject, event_id=row.id, data=row.data)
        for row in rows
    ]
    named = queries.channels_of(session, [template.id for each in families.values() for template in each])
    drafts = [
        draft(known, templates, named, integration_id)
        for known in learn(session, tidings)
        for templates in families.values()
        if templates[0].event == known.tiding.event
    ]
    for notification_id in service.add(session, drafts):
        enqueue(session, send, same_as=str(notification_id), notification_id=notification_id)


__all__ = ["NEWS_FOR", "follow", "look", "media_of"]
