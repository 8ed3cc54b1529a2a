"""Looking for links of tickets."""

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session

from core.helpdesk.models import TicketLink


def of_ticket(helpdesk: str, external_id: str) -> ColumnElement[bool]:
    """Of the links, those of one ticket."""
    return (TicketLink.external_id == external_id) & (TicketLink.helpdesk == helpdesk)


def orders_of(session: Session, helpdesk: str, external_id: str) -> list[int]:
    """The orders that a ticket is about."""
    query = select(TicketLink.order_id).where(of_ticket(helpdesk, external_id))
    return list(session.scalars(query.order_by(TicketLink.order_id)))
