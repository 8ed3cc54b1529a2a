"""Payouts, kept as the channel tells of them, matched and booked.

One that is still open comes again, longer, until it is closed.
"""

from collections.abc import Sequence
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import orjson
from pydantic import TypeAdapter
from sqlalchemy import select
from sqlalchemy.orm import Session

import crossdock
from core.actor import acting_as
from core.flows import settle
from core.flows.channels import fetch
from core.flows.channels.listings import channel_of
from core.flows.channels.windows import Page, Poll
from core.flows.inbox.apply import later
from core.inbox import service as inbox
from core.inbox.models import InboxMessage
from core.inbox.service import Raw
from core.integrations.models import Integration
from core.integrations.runs import Counts
from crossdock import OrderWindow, Settlement

if TYPE_CHECKING:
    from core.hub import Hub

KIND = "settlement"


def _read(provider: Any, ctx: crossdock.Context[Any], window: OrderWindow) -> Page:
    page: crossdock.SettlementPage = provider.fetch_settlements(ctx, window)
    return Page(page.settlements, page.cursor, page.quarantined)


def _keep(_hub: "Hub", session: Session, integration: Integration, page: Page, _first: bool) -> Counts:  # noqa: FBT001  # see `Poll.keep`
    told: list[Settlement] = list(page.items)
    messages = [_as_message(each, integration.plugin_name) for each in told]
    before = inbox.told_before(session, integration.id, messages)
    kept = inbox.keep(session, integration.id, messages)
    later(session, [message.id for message in kept if message.new])
    counts = Counts(seen=len(told))
    for each, message in zip(told, kept, strict=True):
        counts.unchanged += not message.new
        counts.updated += message.new and (KIND, each.external_id) in before
        counts.created += message.new and (KIND, each.external_id) not in before
    return counts


def _as_message(told: Settlement, plugin: str) -> Raw:
    payload = orjson.dumps(told, default=str).decode()
    version = inbox.digest(payload)
    return Raw(kind=KIND, external_id=told.external_id, version=version, payload=payload, mapper=plugin)


POLL = Poll(job="settlements", read=_read, keep=_keep, overlap=timedelta(days=7))

_READER = TypeAdapter(Settlement)


def apply(hub: "Hub", key: str, messages: Sequence[InboxMessage]) -> None:
    """Match and book payouts, each row once. Orders that are not here are fetched, their rows matched afterwards."""
    for message in messages:
        told = _READER.validate_json(message.payload)
        with hub.transaction() as session, acting_as(f"channel:{key}"):
            missing = settle.take_in(session, channel_of(session, key), told)
            integration = session.scalars(select(Integration).where(Integration.key == key)).one()
            for name in missing:
                fetch.later(session, integration, name)
            inbox.settle(session, [(message.id, None, "UPDATED")])
