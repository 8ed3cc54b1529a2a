"""Asking a helpdesk for a ticket while an agent waits."""

import threading
from datetime import timedelta
from typing import TYPE_CHECKING

import structlog

from core import clock
from crossdock import Ticket

if TYPE_CHECKING:
    from core.hub import Hub

log = structlog.get_logger(__name__)

_PATIENCE = timedelta(seconds=3)
_places = threading.BoundedSemaphore(4)
"""Of those who are asking in this process. Behind a helpdesk that hangs nobody stands in line."""


def glance(hub: "Hub", helpdesk: str | None, external_id: str) -> Ticket | None:
    """The ticket, as its helpdesk has it now; without a name, of the only helpdesk that there is.

    None where that is not known in time, for whatever reason. No transaction may be open.
    """
    able = hub.able("helpdesk", "tickets")
    asked = able if helpdesk is None else [key for key in able if key == helpdesk]
    if len(asked) != 1 or not _places.acquire(blocking=False):
        return None
    (key,) = asked
    try:
        context = hub.context(key, deadline=clock.now() + _PATIENCE)
        ticket: Ticket = hub.provider(key, "helpdesk").fetch_ticket(context, external_id)
    except Exception as error:  # noqa: BLE001  # a helpdesk may fail in any way; the agent is told what is known here
        log.info("ticket.not_seen", integration=key, ticket=external_id, reason=str(error) or type(error).__name__)
        return None
    else:
        return ticket
    finally:
        _places.release()
