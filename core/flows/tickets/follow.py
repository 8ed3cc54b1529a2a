"""What happens to the orders of open tickets: agents hear of it by a note."""

from datetime import timedelta
from typing import TYPE_CHECKING

from sqlalchemy import select, text
from sqlalchemy.orm import Session

from core.events.horizon import horizon
from core.flows.tickets import notes
from core.integrations import runs
from core.integrations.models import Integration
from core.jobs.registry import periodic
from core.shipments.tracking import TROUBLE

if TYPE_CHECKING:
    from core.hub import Hub

JOB = "ticket_notes"
_NEWS = ("shipment.handed_over", "shipment.delivered", "order.cancelled", "order.lines_cancelled", "refund.paid")
"""What an agent who is writing to the shopper must know; trouble on the way, and money that goes back, besides."""

_SINCE = text(
    """
    select event.id, event.order_id, link.external_id
    from events event join ticket_links link on link.order_id = event.order_id
    where event.transaction >= cast(cast(cast(:since as bigint) as text) as xid8)
      and event.transaction < cast(cast(cast(:until as bigint) as text) as xid8)
      and link.helpdesk = :helpdesk and link.open and event.recorded_at >= link.linked_at
      and (event.name = any(:news)
        or event.name = 'shipment.tracked' and event.data ->> 'status' = any(:trouble)
        or event.name = 'refund.created' and event.data ->> 'gone' = 'true')
    order by event.transaction, event.id, link.external_id
    """
)


@periodic("tickets.follow", every=timedelta(seconds=5))
def follow(hub: "Hub") -> None:
    """Have a note posted for each piece of news since the last time, on each open ticket of its order."""
    hub.refresh()
    for key in hub.able("helpdesk", "notes"):
        with hub.transaction() as session:
            _follow(session, key)


def _follow(session: Session, key: str) -> None:
    integration_id = session.scalars(select(Integration.id).where(Integration.key == key)).one()
    since = runs.cursor_of(session, integration_id, JOB)
    until = horizon(session)
    if since is not None and int(since) < until:
        given = {"since": int(since), "until": until, "helpdesk": key, "news": list(_NEWS), "trouble": list(TROUBLE)}
        for row in session.execute(_SINCE, given):
            notes.later(session, key, row.external_id, row.order_id, event_id=row.id)
    runs.keep_cursor(session, integration_id, JOB, str(until))


__all__ = ["follow"]
