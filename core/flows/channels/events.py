"""What a channel tells by itself, by webhook or queue: kept, and the work that follows from it enqueued."""

from collections.abc import Sequence
from datetime import timedelta
from typing import TYPE_CHECKING

import orjson
from sqlalchemy import select
from sqlalchemy.orm import Session

from core import clock
from core.flows.channels import fetch
from core.flows.inbox import receive
from core.inbox import service as inbox
from core.inbox.service import Raw
from core.integrations.health import note_trouble
from core.integrations.models import HealthStatus, Integration
from crossdock import About, RawOrder, WebhookEvent

if TYPE_CHECKING:
    from core.hub import Hub

KIND = "event"
"""Messages that say that something happened, and not what."""
PATIENCE = timedelta(hours=24)
"""A webhook about something older is no news: it was held up, or somebody sends it again."""
_POLLS = {About.RETURN: "returns", About.SETTLEMENT: "settlements", About.LISTING: "listings", About.STOCK: "stock"}


def take_in(hub: "Hub", session: Session, key: str, events: Sequence[WebhookEvent], *, aged: bool = False) -> int:
    """Keep events and have them acted upon, each once; how many were new.

    Those of another account go to the integration that has it. `aged`: how old they are says nothing against them.
    """
    new = 0
    for owner, told in _by_owner(hub, key, events).items():
        integration = session.scalars(select(Integration).where(Integration.key == owner)).one()
        late = [each for each in told if not aged and _is_late(each)]
        whole = [each for each in told if each not in late and each.about is About.ORDER and each.payload]
        kept = receive(session, integration, [_order(each) for each in whole])
        new += sum(message.new for message in kept)
        new += _signals(session, integration, [each for each in told if each not in whole], late)
    return new


def _by_owner(hub: "Hub", key: str, events: Sequence[WebhookEvent]) -> dict[str, list[WebhookEvent]]:
    """Events by the integration that they are for: one address may hear of several accounts of one plugin."""
    found: dict[str, list[WebhookEvent]] = {}
    stores = hub.registry.stores(key) if any(each.store is not None for each in events) else {}
    for each in events:
        owner = stores.get(each.store, key) if each.store is not None else key
        found.setdefault(owner, []).append(each)
    return found


def _is_late(event: WebhookEvent) -> bool:
    return event.occurred_at is not None and event.occurred_at + PATIENCE < clock.now()


def _order(event: WebhookEvent) -> RawOrder:
    return RawOrder(external_id=event.external_id or "", payload=event.payload, version=event.version)


def _signals(
    session: Session, integration: Integration, events: Sequence[WebhookEvent], late: Sequence[WebhookEvent]
) -> int:
    messages = [
        Raw(
            kind=KIND,
            external_id=event.event_id,
            payload=event.payload or orjson.dumps(event, default=str).decode(),
            version=event.topic,
            mapper=integration.plugin_name,
        )
        for event in events
    ]
    new = 0
    for message, event in zip(inbox.keep(session, integration.id, messages), events, strict=True):
        if not message.new:
            continue
        new += 1
        if event in late:
            inbox.settle(session, [(message.id, None, "STALE")])
        elif event.about is About.OTHER or (event.about is About.ORDER and not event.external_id):
            inbox.quarantine(session, message.id, f"Nobody here understands the topic {event.topic!r}.")
        else:
            _act(session, integration, event)
            inbox.settle(session, [(message.id, None, "UPDATED")])
    return new


def _act(session: Session, integration: Integration, event: WebhookEvent) -> None:
    if event.about is About.REVOKED:
        message = "Access was taken away over there. Grant it again, or delete the integration."
        note_trouble(session, integration.key, HealthStatus.DOWN, message)
    elif event.about is About.ORDER:
        fetch.later(session, integration, event.external_id or "")
    else:
        from core.flows.sync import run_later  # noqa: PLC0415  # the table of jobs knows those that are told of here

        run_later(session, integration.id, integration.key, _POLLS[event.about])


__all__ = ["KIND", "PATIENCE", "take_in"]
