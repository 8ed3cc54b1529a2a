"""Telling a helpdesk which orders a ticket is about."""

from typing import TYPE_CHECKING

import structlog
from sqlalchemy.orm import Session

from core.flows.tickets.asked import able
from core.flows.tickets.cards import cards
from core.helpdesk import queries
from core.jobs.registry import enqueue, job
from crossdock import Rejected

if TYPE_CHECKING:
    from core.hub import Hub

log = structlog.get_logger(__name__)


def later(session: Session, helpdesk: str, external_id: str) -> None:
    """Have it told after the commit, where it is an integration that wants to know."""
    integration_id = able(session, helpdesk, "links")
    if integration_id is not None:
        name = f"{helpdesk}:{external_id}"
        enqueue(session, tell, same_as=name, integration_id=integration_id, integration=helpdesk, ticket=external_id)


@job("tickets.link")
def tell(hub: "Hub", integration: str, ticket: str) -> None:
    """Tell all the orders that the ticket is about by now. Raises what may pass, to be tried again."""
    with hub.transaction() as session:
        told = cards(session, queries.orders_of(session, integration, ticket))
    try:
        hub.provider(integration, "helpdesk").link(hub.context(integration), ticket, told)
    except Rejected as error:
        log.info("ticket.link_refused", integration=integration, ticket=ticket, reason=error.message)


__all__ = ["later", "tell"]
