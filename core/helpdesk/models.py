"""Tables of the helpdesk: tickets linked to orders."""

from datetime import datetime
from typing import TYPE_CHECKING

from sqlalchemy import ForeignKey, Index, func

from core.db import Base, BigInt, Id, Mapped, mapped_column, related

if TYPE_CHECKING:
    from core.orders.models import Order


class TicketLink(Base):
    """A helpdesk's ticket that is about an order. One ticket may be about many orders, and an order have many."""

    __tablename__ = "ticket_links"
    __table_args__ = (Index("uq_ticket_links_ticket", "external_id", "helpdesk", "order_id", unique=True),)

    id: Mapped[Id]
    helpdesk: Mapped[str]
    """The key of its integration, where there is one, or whatever name the caller has for it."""
    external_id: Mapped[str]
    order_id: Mapped[BigInt] = mapped_column(ForeignKey("orders.id"), index=True)
    url: Mapped[str | None]
    subject: Mapped[str | None]
    status: Mapped[str | None]
    """In the helpdesk's own words, where it told them."""
    open: Mapped[bool] = mapped_column(server_default="true")
    """Whether the ticket is still worked on, as far as the helpdesk told."""
    changed_at: Mapped[datetime | None]
    """The helpdesk's time of what is told here; what is older changes nothing."""
    linked_at: Mapped[datetime] = mapped_column(server_default=func.now())

    order: Mapped["Order"] = related()
