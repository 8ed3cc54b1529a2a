"""One order, read afresh from its channel because something was said of it."""

from typing import TYPE_CHECKING

import structlog
from sqlalchemy import select
from sqlalchemy.orm import Session

from core.flows.inbox import receive
from core.inbox import service as inbox
from core.inbox.service import Raw
from core.integrations.models import Integration
from core.jobs.registry import enqueue, job
from crossdock import BadData, RawOrder, Rejected

if TYPE_CHECKING:
    from core.hub import Hub

log = structlog.get_logger(__name__)


def later(session: Session, integration: Integration, external_id: str) -> None:
    """Have an order read after the commit; asked for twice while it waits, it is read once."""
    enqueue(
        session,
        fetch,
        same_as=f"{integration.key}:{external_id}",
        integration_id=integration.id,
        integration=integration.key,
        external_id=external_id,
    )


@job("channels.fetch_order", queue="channels")
def fetch(hub: "Hub", integration: str, external_id: str) -> None:
    """Read one order and have it applied. What the channel does not know, or says without sense, is written down."""
    provider = hub.provider(integration, "channel")
    try:
        raw: RawOrder = provider.fetch_order(hub.context(integration), external_id)
    except Rejected as error:
        log.warning("channel.order_unknown", integration=integration, order=external_id, reason=error.message)
        return
    except BadData as error:
        with hub.transaction() as session:
            set_aside(session, _id_of(session, integration), external_id, error)
        return
    with hub.transaction() as session:
        receive(session, session.scalars(select(Integration).where(Integration.key == integration)).one(), [raw])


def set_aside(session: Session, integration_id: int, external_id: str | None, error: BadData) -> None:
    """Keep a payload that makes no sense, once, for a person."""
    payload = error.payload.decode(errors="replace") if isinstance(error.payload, bytes) else error.payload
    payload = payload.replace("\0", "")
    name = external_id or inbox.digest(payload or error.message)
    raw = Raw(kind=UNREADABLE, external_id=name, version=inbox.digest(payload), payload=payload)
    (kept,) = inbox.keep(session, integration_id, [raw])
    where = f" ({error.where})" if error.where else ""
    inbox.quarantine(session, kept.id, f"{error.message}{where}")


UNREADABLE = "channel_answer"
"""Messages that hold an answer of a channel which nobody could read."""


def _id_of(session: Session, key: str) -> int:
    return session.scalars(select(Integration.id).where(Integration.key == key)).one()
