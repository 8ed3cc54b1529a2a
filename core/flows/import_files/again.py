"""The applier of documents that came in files: from the rows that were kept of them, without the file."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

import structlog
from sqlalchemy import select
from sqlalchemy.orm import Session

from core.actor import acting_as
from core.catalog.models import Channel
from core.flows.import_files import kept, take
from core.flows.import_files.report import Counts
from core.flows.import_files.take import KINDS as _KINDS
from core.flows.import_files.take import Target
from core.inbox import service as inbox
from core.inbox.models import InboxMessage
from core.integrations.models import Integration
from core.stock import locations
from crossdock.errors import BadData
from crossdock.files import Imported

if TYPE_CHECKING:
    from core.hub import Hub

log = structlog.get_logger(__name__)

KINDS = tuple(f"/{kind}" for kind in _KINDS.values())
_ORDER = "/order"


def apply(hub: "Hub", key: str, messages: Sequence[InboxMessage]) -> None:
    """Apply documents again, all of one kind and one channel.

    An order is brought to what its last telling says. What else a file brings is booked for good, so that only what was
    set aside is tried again. A document that cannot be read again stays as it is.
    """
    with hub.transaction() as session:
        due = _due(session, messages)
    read: dict[str, list[tuple[Imported, int]]] = {}
    for message in due:
        try:
            imported = kept.understood(hub, message)
        except BadData as error:
            log.info("inbox.not_read_again", message=message.id, reason=error.message)
        else:
            read.setdefault(message.mapper or "", []).append((imported, message.id))
    for mapper, pairs in read.items():
        with hub.transaction() as session, acting_as("import"):
            target = _target(session, key, messages[0], mapper)
            if target is not None:
                wanted = pairs if kept.kind_of(messages[0]) == _ORDER else _unbooked(session, target, pairs)
                take.put(session, target, wanted, Counts())


def _due(session: Session, messages: Sequence[InboxMessage]) -> list[InboxMessage]:
    numbers = [message.id for message in messages]
    if kept.kind_of(messages[0]) != _ORDER:
        return inbox.waiting(session, numbers)
    overtaken = inbox.overtaken(session, numbers)
    return [message for message in messages if message.id not in overtaken]


def _unbooked(session: Session, target: Target, pairs: Sequence[tuple[Imported, int]]) -> list[tuple[Imported, int]]:
    """Those that still wait, and are not booked with other content. What is booked in part is the one to go on with."""
    waiting = {message.id: message for message in inbox.waiting(session, [message_id for _, message_id in pairs])}
    raws = [take.raw(target.channel_key, imported.document, "", "") for imported, _ in pairs]
    booked = inbox.told_before(session, target.integration_id, raws)
    in_part = inbox.left_out(session, waiting)
    told = zip(pairs, raws, strict=True)
    return [
        pair
        for pair, raw in told
        if pair[1] in in_part or (pair[1] in waiting and (raw.kind, raw.external_id) not in booked)
    ]


def _target(session: Session, key: str, message: InboxMessage, mapper: str) -> Target | None:
    said = kept.Mapper.read(mapper)
    channel = session.scalar(select(Channel).where(Channel.key == kept.channel_of(message)))
    integration_id = session.scalar(select(Integration.id).where(Integration.key == key))
    place = locations.ids_of(session, [said.location]).get(said.location) if said else None
    if channel is None or integration_id is None or place is None:
        return None
    return Target(integration_id, channel.id, channel.key, place, mapper)
