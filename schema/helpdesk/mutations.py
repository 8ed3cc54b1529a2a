"""Linking tickets to orders."""

from core.flows import tickets
from schema.acting import transact
from schema.context import Context
from schema.engine import Ref, mutation
from schema.helpdesk.types import TicketLink, TicketPayload
from schema.ids import OrderId, TicketLinkId
from schema.orders.types import Order


@mutation(scope="orders:write")
async def ticket_link(
    ctx: Context, helpdesk: str, external_id: str, order_id: OrderId, url: str | None = None, subject: str | None = None
) -> TicketPayload:
    """Links a helpdesk's ticket to an order; again, it keeps one link, with the latest words."""
    link = await transact(ctx, tickets.link, order_id, helpdesk, external_id, url=url, subject=subject)
    return TicketPayload(ticket=Ref(TicketLink, link), order=Ref(Order, order_id))


@mutation(scope="orders:write")
async def ticket_unlink(ctx: Context, id: TicketLinkId) -> TicketPayload:
    """Takes the link away; the ticket itself stays as it is."""
    return TicketPayload(order=Ref(Order, await transact(ctx, tickets.unlink, id)))
