"""What helpdesks tell of their tickets: kept as it came, then read, then linked to the orders that are meant."""

import json
from collections.abc import Sequence
from dataclasses import asdict, replace
from datetime import datetime
from typing import TYPE_CHECKING
from uuid import uuid4

from pydantic import TypeAdapter
from sqlalchemy import select
from sqlalchemy.orm import Session

from core.actor import acting_as
from core.flows.tickets import linking, search
from core.helpdesk import queries
from core.inbox import service as inbox
from core.inbox.models import InboxMessage
from core.inbox.service import Raw
from core.integrations.models import Integration
from core.jobs.registry import enqueue, job
from crossdock import BadData, NotSupported, Rejected, Ticket, TicketEvent

if TYPE_CHECKING:
    from core.hub import Hub

KIND = "ticket"
_EVENT = TypeAdapter(TicketEvent)
_LONGEST = 500
"""Characters of a subject, a status or an address that are kept."""


def take_in(session: Session, key: str, events: Sequence[TicketEvent]) -> list[bool]:
    """Keep what a helpdesk told, each telling once, and have it attended to; which of them were new."""
    integration = session.scalars(select(Integration).where(Integration.key == key)).one()
    messages = [
        Raw(
            kind=KIND,
            external_id=_clean(event.external_id),
            version=_clean(event.event_id or uuid4().hex),
            payload=_written(event),
            mapper=integration.plugin_name,
        )
        for event in events
    ]
    kept = inbox.keep(session, integration.id, messages)
    later(session, integration.id, key, [each.id for each in kept if each.new])
    return [each.new for each in kept]


def apply(hub: "Hub", key: str, messages: Sequence[InboxMessage]) -> None:
    """Attend to kept messages again; see `core.flows.inbox.apply`."""
    with hub.transaction() as session:
        integration_id = session.scalars(select(Integration.id).where(Integration.key == key)).one()
        later(session, integration_id, key, [message.id for message in messages])


def later(session: Session, integration_id: int, key: str, message_ids: Sequence[int]) -> None:
    """Have messages attended to after the commit."""
    for each in message_ids:
        enqueue(session, attend, same_as=str(each), integration_id=integration_id, integration=key, message_id=each)


@job("tickets.attend")
def attend(hub: "Hub", integration: str, message_id: int) -> None:
    """Read the ticket of one message and link it. Raises what may pass, to be tried again.

    A message that does not bring the ticket is left to a later one about the same: both would read the same words.
    """
    with hub.transaction() as session:
        message = session.get_one(InboxMessage, message_id)
        event = _EVENT.validate_python(json.loads(message.payload))
        if event.ticket is None and inbox.overtaken(session, [message_id]):
            inbox.settle(session, [(message_id, None, "STALE")])
            return
    try:
        ticket = _cleaned(event.ticket or _fetched(hub, integration, event.external_id))
    except (Rejected, NotSupported, BadData) as error:
        with hub.transaction() as session:
            if isinstance(error, Rejected):
                linking.close(session, integration, event.external_id)
            inbox.quarantine(session, message_id, error.message)
        return
    with hub.transaction() as session, acting_as(f"helpdesk:{integration}"):
        link(session, integration, ticket)
        inbox.settle(session, [(message_id, None, "UPDATED")])


def link(session: Session, helpdesk: str, ticket: Ticket) -> None:
    """Link a ticket to the orders that it means. One that has orders already gets only those that it names besides."""
    known = queries.orders_of(session, helpdesk, ticket.external_id)
    found = search.orders_named(session, ticket) if known else search.orders_meant(session, ticket)
    linking.keep_up(session, helpdesk, ticket, [each for each in found if each not in known])


def _written(event: TicketEvent) -> str:
    """As JSON in ASCII, which can say whatever characters a stranger sent."""
    return json.dumps(asdict(event), default=datetime.isoformat)


def _fetched(hub: "Hub", key: str, external_id: str) -> Ticket:
    if key not in hub.able("helpdesk", "tickets"):
        raise NotSupported(f"{key} brought no ticket, and cannot be asked for one.")
    ticket: Ticket = hub.provider(key, "helpdesk").fetch_ticket(hub.context(key), external_id)
    return ticket


def _cleaned(ticket: Ticket) -> Ticket:
    """The same in words that can be kept, whatever a stranger wrote."""
    return replace(
        ticket,
        external_id=_clean(ticket.external_id),
        subject=_clean(ticket.subject)[:_LONGEST],
        status=_clean(ticket.status)[:_LONGEST],
        text=_clean(ticket.text),
        requester_email=_clean(ticket.requester_email or "") or None,
        requester_phone=_clean(ticket.requester_phone or "") or None,
        order_numbers=tuple(_clean(each) for each in ticket.order_numbers),
        url=_clean(ticket.url)[:_LONGEST] if ticket.url else None,
    )


def _clean(text: str) -> str:
    """Without what PostgreSQL keeps in no text: NUL, and halves of characters."""
    return text.replace("\0", "").encode(errors="replace").decode()
