"""Private notes on tickets: how an order stands, and what happens to it; each once, whatever is retried."""

from typing import TYPE_CHECKING, NamedTuple

from sqlalchemy import select
from sqlalchemy.orm import Session

from core import ids
from core.events.models import Event
from core.external.service import intend
from core.flows.asking import Outcome, perform
from core.flows.tickets.asked import able
from core.flows.tickets.cards import cards
from core.helpdesk.models import TicketLink
from core.helpdesk.queries import of_ticket
from core.jobs.registry import enqueue, job
from crossdock import Note, OrderCard, Posted

if TYPE_CHECKING:
    from core.hub import Hub


def later(session: Session, helpdesk: str, ticket: str, order_id: int, *, event_id: int | None = None) -> None:
    """Have a note posted after the commit, where the helpdesk takes them: of one event, or of how the order stands."""
    integration_id = able(session, helpdesk, "notes")
    if integration_id is not None:
        enqueue(
            session,
            post,
            same_as=f"{helpdesk}:{ticket}:{order_id}:{event_id or ''}",
            integration_id=integration_id,
            integration=helpdesk,
            ticket=ticket,
            order_id=order_id,
            event_id=event_id,
        )


class _Due(NamedTuple):
    """A note that somebody waits for."""

    integration_id: int
    subject: str
    card: OrderCard
    key: str


@job("tickets.note")
def post(
    hub: "Hub", integration: str, ticket: str, order_id: int, event_id: int | None = None
) -> Outcome[Posted] | None:
    """Post one note; None where the ticket is closed, or about another order by now.

    Raises Retryable where the outcome is unknown or the helpdesk asks for patience.
    """
    with hub.transaction() as session:
        due = _due(session, integration, ticket, order_id, event_id)
    if due is None:
        return None
    body = hub.provider(integration, "helpdesk").render(due.card)
    note = Note(ticket_external_id=ticket, order_id=due.card.order_id, order_number=due.card.number, body=body)
    with hub.transaction() as session:
        call_id = intend(
            session,
            purpose="ticket_note",
            subject=due.subject,
            call_key=due.key,
            integration_id=due.integration_id,
            order_id=order_id,
        )
    outcome: Outcome[Posted] = perform(
        hub,
        call_id,
        integration,
        "helpdesk",
        lambda provider, ctx: provider.post_note(ctx, note),
        lambda provider, ctx: provider.find_note(ctx, note),
        note=lambda posted: {"external_id": posted.external_id},
    )
    if outcome.again is not None:
        raise outcome.again
    return outcome


def _due(session: Session, helpdesk: str, ticket: str, order_id: int, event_id: int | None) -> _Due | None:
    waiting = of_ticket(helpdesk, ticket) & (TicketLink.order_id == order_id) & TicketLink.open
    link_id = session.scalar(select(TicketLink.id).where(waiting))
    integration_id = able(session, helpdesk, "notes")
    if link_id is None or integration_id is None:
        return None
    event = session.get(Event, event_id) if event_id is not None else None
    (card,) = cards(session, [order_id], news=event.message if event is not None else "")
    what = f"evt_{event_id}" if event_id is not None else "linked"
    # By what it is about, not by the link: one that is made anew brings no second note.
    key = f"note:{integration_id}:{ticket}:{card.order_id}:{what}"
    return _Due(integration_id, ids.encode("tkt", link_id), card, key)


__all__ = ["later", "post"]
