"""Linking a helpdesk's tickets to orders."""

from collections.abc import Sequence

from sqlalchemy import exists, select, update
from sqlalchemy.orm import Session

from core import clock, outbox
from core.errors import Invalid, NotFound
from core.events.models import Event
from core.flows.tickets import notes, telling
from core.helpdesk.models import TicketLink
from core.helpdesk.queries import of_ticket
from core.ids import encode
from core.orders import queries
from crossdock import Ticket

_UNLINKED = "ticket.unlinked"


def link(
    session: Session, order_id: int, helpdesk: str, external_id: str, *, url: str | None, subject: str | None
) -> int:
    """Link a ticket to an order and answer with the link. Linking twice keeps one link, with the latest words.

    Where `helpdesk` is an integration, it is told. Raises NotFound for an unknown order, Invalid for an empty name or
    an address that is no web address.
    """
    helpdesk, external_id = helpdesk.strip(), external_id.strip()
    for name, value in (("helpdesk", helpdesk), ("externalId", external_id)):
        if not value:
            raise Invalid(f"{name} cannot be empty.", path=(name,))
    if url is not None and not _is_web_address(url):
        raise Invalid("The address of a ticket begins with https:// or http://.", path=("url",))
    try:
        found = _linked(session, order_id, helpdesk, external_id)
    except NotFound as error:
        raise NotFound(error.message, path=("orderId",)) from None
    found.url, found.subject = url or found.url, subject or found.subject
    session.flush()
    return found.id


def unlink(session: Session, link_id: int) -> int:
    """Take a link away and answer with its order. Raises NotFound where it is gone.

    Nothing but a person links the two again.
    """
    found = session.get(TicketLink, link_id, with_for_update=True)
    if found is None:
        raise NotFound("There is no such link.", path=("id",))
    session.delete(found)
    gone = f"Ticket {found.external_id} of {found.helpdesk} is no longer linked to this order."
    _note(session, found, _UNLINKED, gone)
    telling.later(session, found.helpdesk, found.external_id)
    return found.order_id


def keep_up(session: Session, helpdesk: str, ticket: Ticket, order_ids: Sequence[int]) -> None:
    """Link a ticket to these orders too, but for those from which a person took it; and keep what is said of it.

    What is older than what is known changes no words of it.
    """
    for order_id in sorted(order_ids):
        if not _was_unlinked(session, order_id, helpdesk, ticket.external_id):
            _linked(session, order_id, helpdesk, ticket.external_id)
    session.flush()
    said = update(TicketLink).where(of_ticket(helpdesk, ticket.external_id))
    if ticket.updated_at is not None:
        said = said.where((TicketLink.changed_at.is_(None)) | (TicketLink.changed_at <= ticket.updated_at))
    url = ticket.url if ticket.url and _is_web_address(ticket.url) else None
    session.execute(
        said.values(
            url=url or TicketLink.url,
            subject=ticket.subject or TicketLink.subject,
            status=ticket.status or TicketLink.status,
            open=ticket.open,
            changed_at=ticket.updated_at or TicketLink.changed_at,
        )
    )


def close(session: Session, helpdesk: str, external_id: str) -> None:
    """The helpdesk knows no such ticket any more: nobody there waits for news."""
    session.execute(update(TicketLink).where(of_ticket(helpdesk, external_id)).values(open=False))


def _linked(session: Session, order_id: int, helpdesk: str, external_id: str) -> TicketLink:
    """The link, new or known; of a new one the helpdesk is told. Raises NotFound for an unknown order."""
    queries.locked(session, [order_id])  # so that two callers make one link
    same = of_ticket(helpdesk, external_id) & (TicketLink.order_id == order_id)
    found = session.scalars(select(TicketLink).where(same)).one_or_none()
    if found is None:
        found = TicketLink(helpdesk=helpdesk, external_id=external_id, order_id=order_id, linked_at=clock.now())
        session.add(found)
        _note(session, found, "ticket.linked", f"Ticket {external_id} of {helpdesk} is about this order.")
        telling.later(session, helpdesk, external_id)
        notes.later(session, helpdesk, external_id, order_id)
    return found


def _was_unlinked(session: Session, order_id: int, helpdesk: str, external_id: str) -> bool:
    told = Event.data.contains({"helpdesk": helpdesk, "externalId": external_id})
    query = select(exists().where(Event.order_id == order_id, Event.name == _UNLINKED, told))
    return bool(session.scalar(query))


def _is_web_address(url: str) -> bool:
    return url.startswith(("https://", "http://"))


def _note(session: Session, link: TicketLink, name: str, message: str) -> None:
    data = {"helpdesk": link.helpdesk, "externalId": link.external_id}
    outbox.record(session, name, encode("ord", link.order_id), message, order_id=link.order_id, data=data)
