"""Applying what is kept: a table says who applies which kind of message, for the first time and whenever asked again.

An applier is called with messages of one integration, the oldest first, outside any transaction. It may be called with
the same message any number of times: what was applied changes nothing. Either what it does is an upsert, as with an
order, or the message says itself that it was applied (`inbox.waiting` leaves those out). What cannot be applied is set
aside with the reason.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import structlog
from sqlalchemy import select
from sqlalchemy.orm import Session

from core.flows import feed, supplier_offers, supplier_receipts, supplier_stock, supplier_updates
from core.flows.import_files import again
from core.flows.inbox import orders
from core.flows.tickets import attend
from core.inbox.models import InboxMessage
from core.integrations.models import Integration
from core.jobs.registry import enqueue, job

if TYPE_CHECKING:
    from core.hub import Hub

log = structlog.get_logger(__name__)

Applier = Callable[["Hub", str, Sequence[InboxMessage]], None]
"""(hub, key of the integration, messages)"""


def _as_it_is(_hub: "Hub", _key: str, _messages: Sequence[InboxMessage]) -> None:
    """A row that its own reader could not read tells us nothing: it comes again, mended, with a new file."""


APPLIERS: Mapping[str, Applier] = {
    orders.KIND: orders.apply,
    feed.KIND: feed.apply,
    supplier_updates.KIND: supplier_updates.apply,
    supplier_updates.UNREADABLE: _as_it_is,
    supplier_stock.KIND: supplier_stock.apply,
    supplier_offers.KIND: supplier_offers.apply,
    supplier_receipts.KIND: supplier_receipts.apply,
    attend.KIND: attend.apply,
    **dict.fromkeys(again.KINDS, again.apply),
}
"""Applier by kind. One that begins with a slash is of a file's documents, whose kinds begin with the channel's key."""


def applier_of(kind: str) -> Applier | None:
    """Who applies messages of this kind; None where nobody does."""
    from core.flows.channels.appliers import APPLIERS as OF_CHANNELS  # noqa: PLC0415  # they have messages applied later

    channel, slash, document = kind.rpartition("/")
    return APPLIERS.get(f"/{document}" if channel and slash else kind) or OF_CHANNELS.get(kind)


def replay(session: Session, message_ids: Iterable[int]) -> list[int]:
    """Have messages applied again, whatever became of them before. What is here already stays as it is."""
    query = select(InboxMessage.id).where(InboxMessage.id.in_(list(message_ids))).order_by(InboxMessage.id)
    found = list(session.scalars(query))
    later(session, found)
    return found


def later(session: Session, message_ids: Iterable[int]) -> None:
    """Have messages applied after the commit."""
    for message_id in message_ids:
        enqueue(session, apply, same_as=str(message_id), message_id=message_id)


@job("inbox.apply", queue="channels", batch=100)
def apply(hub: "Hub", batch: list[dict[str, Any]]) -> None:
    """Apply messages, those of one kind and one integration together, in the order in which they came."""
    with hub.transaction() as session:
        query = (
            select(InboxMessage, Integration.key)
            .join(Integration, Integration.id == InboxMessage.integration_id)
            .where(InboxMessage.id.in_([int(each["message_id"]) for each in batch]))
            .order_by(InboxMessage.id)
        )
        groups: dict[tuple[str, str], list[InboxMessage]] = {}
        for message, key in session.execute(query):
            groups.setdefault((message.kind, key), []).append(message)
    for (kind, key), messages in groups.items():
        applier = applier_of(kind)
        if applier is None:
            log.warning("inbox.kind_unknown", kind=kind, integration=key, messages=len(messages))
        else:
            applier(hub, key, messages)
