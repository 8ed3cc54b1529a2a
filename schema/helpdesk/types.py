"""HelpdeskContext and TicketLink."""

from datetime import datetime

import strawberry

from core.flows.lookup import LookupMatch as LookupMatch
from core.helpdesk import models
from schema.customers.types import Customer
from schema.engine import Refs, column, node, one
from schema.errors import Payload
from schema.orders.types import Order
from schema.orders.visible import belonging_to
from schema.pagination import Slice

strawberry.enum(LookupMatch)


@strawberry.type
class HelpdeskContext:
    """Everything an agent needs about a shopper, in one call."""

    matched_by: LookupMatch
    explanation: str = strawberry.field(description="What was found by what, in a sentence.")
    customer: Customer | None
    order_ids: strawberry.Private[list[int]]

    @strawberry.field(  # type: ignore[untyped-decorator]  # with a description alone it answers Any
        description="The order that was asked for first, then the latest."
    )
    def orders(self, first: int | None = 10) -> list[Order]:
        return Refs(Order, self.order_ids[: Slice(first=10 if first is None else first).size])


@node(models.TicketLink, prefix="tkt", scope="orders:read", visible=belonging_to(models.TicketLink.order_id))
class TicketLink:
    """A helpdesk's ticket that is about an order."""

    helpdesk: str = column(models.TicketLink.helpdesk)
    external_id: str = column(models.TicketLink.external_id)
    order: Order = one(models.TicketLink.order)
    url: str | None = column(models.TicketLink.url)
    subject: str | None = column(models.TicketLink.subject)
    status: str | None = column(models.TicketLink.status)
    linked_at: datetime = column(models.TicketLink.linked_at)


@strawberry.type
class TicketPayload(Payload):
    ticket: TicketLink | None = None
    order: Order | None = None
