"""Linking a helpdesk's tickets to orders."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from core import clock, outbox
from core.errors import Invalid, NotFound
from core.helpdesk.models import TicketLink
from core.ids import encode
from core.orders import queries


def link(
    session: Session, order_id: int, helpdesk: str, external_id: str, *, url: str | None, subject: str | None
) -> int:
    """Link a ticket to an order and answer with the link. Linking twice keeps one link, with the latest words.

    Raises NotFound for an unknown order, Invalid for an empty name or an address that is no web address.
    """
    helpdesk, external_id = helpdesk.strip(), external_id.strip()
    for name, value in (("helpdesk", helpdesk), ("externalId", external_id)):
        if not value:
            raise Invalid(f"{name} cannot be empty.", path=(name,))
    if url is not None and not url.startswith(("https://", "http://")):
        raise Invalid("The address of a ticket begins with https:// or http://.", path=("url",))
    try:
        queries.locked(session, [order_id])  # so that two callers make one link
    except NotFound as error:
        raise NotFound(error.message, path=("orderId",)) from None
    known = select(TicketLink).where(
        TicketLink.external_id == external_id, TicketLink.helpdesk == helpdesk, TicketLink.order_id == order_id
    )
    found = session.scalars(known).one_or_none()
    if found is None:
        found = TicketLink(helpdesk=helpdesk, external_id=external_id, order_id=order_id, linked_at=clock.now())
        session.add(found)
        _note(session, found, "ticket.linked", f"Ticket {external_id} of {helpdesk} is about this order.")
    found.url, found.subject = url or found.url, subject or found.subject
    session.flush()
    return found.id


def unlink(session: Session, link_id: int) -> int:
    """Take a link away and answer with its order. Raises NotFound where it is gone."""
    found = session.get(TicketLink, link_id, with_for_update=True)
    if found is None:
        raise NotFound("There is no such link.", path=("id",))
    session.delete(found)
    gone = f"Ticket {found.external_id} of {found.helpdesk} is no longer linked to this order."
    _note(session, found, "ticket.unlinked", gone)
    return found.order_id


def _note(session: Session, link: TicketLink, name: str, message: str) -> None:
    data = {"helpdesk": link.helpdesk, "externalId": link.external_id}
    outbox.record(session, name, encode("ord", link.order_id), message, order_id=link.order_id, data=data)
