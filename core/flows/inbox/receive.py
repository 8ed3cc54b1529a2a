"""Orders as their channel tells them, kept as they came."""

from collections.abc import Sequence

from sqlalchemy.orm import Session

from core.flows.inbox.apply import later
from core.flows.inbox.orders import KIND as ORDER
from core.inbox import service
from core.inbox.models import InboxState
from core.inbox.service import Kept, Raw
from core.integrations.models import Integration
from crossdock.channel import RawOrder


def receive(session: Session, integration: Integration, orders: Sequence[RawOrder]) -> list[Kept]:
    """Keep orders as they came and have them applied. The same order in the same version is kept once.

    A channel that counts no versions is told apart by what it says: the same words are the same version. Other words
    for a version that was set aside take its place.
    """
    raws = [
        Raw(
            kind=ORDER,
            payload=raw.payload,
            external_id=raw.external_id,
            version=str(raw.version) if raw.version is not None else service.digest(raw.payload),
            mapper=integration.plugin_name,
        )
        for raw in orders
    ]
    kept = service.keep(session, integration.id, raws)
    aside = {
        message.id: raw.payload
        for message, raw in zip(kept, raws, strict=True)
        if not message.new and message.state is InboxState.QUARANTINED
    }
    mended = service.tell_anew(session, aside)
    kept = [Kept(each.id, new=True, state=InboxState.RECEIVED) if each.id in mended else each for each in kept]
    later(session, [message.id for message in kept if message.new or message.state is InboxState.RECEIVED])
    return kept


__all__ = ["ORDER", "receive"]
