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
from core.inbox.models import InboxState
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


def take_in(
    hub: "Hub", session: Session, key: str, events: Sequence[WebhookEvent], *, aged: bool = False
) -> list[bool]:
    """Keep events and have them acted upon, each once; which of them were new.

    Those of another account go to the integration that has it. `aged`: how old they are says nothing against them.
    """
    new = [False] * len(events)
    for owner, places in sorted(_by_owner(hub, key, events).items()):
        integration = session.scalars(select(Integration).where(Integration.key == owner)).one()
        told = [(place, events[place], not aged and _is_late(events[place])) for place in places]
        whole = [place for place, each, late in told if not late and each.about is About.ORDER and each.payload]
        kept = receive(session, integration, [_order(events[place]) for place in whole])
        for place, message in zip(whole, kept, strict=True):
            new[place] = message.new
        signals = [(place, each, late) for place, each, late in told if place not in whole]
        messages = [_signal(integration, each, late=late) for _, each, late in signals]
        for (place, each, _), message in zip(signals, inbox.keep(session, integration.id, messages), strict=True):
            new[place] = message.new
            if message.new and message.state is InboxState.APPLIED:
                _act(session, integration, each)
    return new


def _by_owner(hub: "Hub", key: str, events: Sequence[WebhookEvent]) -> dict[str, list[int]]:
    """Places of events by the integration that they are for: one address may hear of several accounts of a plugin."""
    found: dict[str, list[int]] = {}
    stores = hub.registry.stores(key) if any(each.store is not None for each in events) else {}
    for place, each in enumerate(events):
        owner = stores.get(each.store, key) if each.store is not None else key
        found.setdefault(owner, []).append(place)
    return found


def _is_late(event: WebhookEvent) -> bool:
    return event.occurred_at is not None and event.occurred_at + PATIENCE < clock.now()


def _order(event: WebhookEvent) -> RawOrder:
    return RawOrder(external_id=event.external_id or "", payload=event.payload, version=event.version)


def _signal(integration: Integration, event: WebhookEvent, *, late: bool) -> Raw:
    """What is kept of an event that does not hold what it is about: it is acted upon at once, or never."""
    state, error = InboxState.APPLIED, None
    if late:
        state = InboxState.STALE
    elif event.about is About.OTHER or (event.about is About.ORDER and not event.external_id):
        state, error = InboxState.QUARANTINED, f"Nobody here understands the topic {event.topic!r}."
    return Raw(
        kind=KIND,
        external_id=event.event_id,
        payload=event.payload or orjson.dumps(event, default=str).decode(),
        version=event.topic,
        mapper=integration.plugin_name,
        state=state,
        error=error,
    )


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
