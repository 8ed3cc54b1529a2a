"""Orders, polled and swept for: what webhooks did not bring is brought all the same, and what they missed is told."""

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import structlog
from sqlalchemy.orm import Session

import crossdock
from core import clock
from core.flows.channels.windows import Page, Poll
from core.flows.inbox import ORDER, receive
from core.inbox import service as inbox
from core.inbox.models import InboxState
from core.inbox.service import Raw
from core.integrations.models import Integration
from core.integrations.runs import Counts
from crossdock import BadData, OrderWindow, RawOrder

if TYPE_CHECKING:
    from core.hub import Hub

log = structlog.get_logger(__name__)

_GRACE = timedelta(minutes=5)
"""A change this young may still be told by a webhook: finding it first is no miss."""


def _read(provider: Any, ctx: crossdock.Context[Any], window: OrderWindow) -> Page:
    page: crossdock.OrderPage = provider.fetch_orders(ctx, window)
    return Page(page.orders, page.cursor, page.quarantined)


def _keep(hub: "Hub", session: Session, integration: Integration, page: Page, first: bool) -> Counts:  # noqa: FBT001  # see `Poll.keep`
    """Keep orders and have them applied. Those that cannot be mapped are set aside at once, so that the run says so."""
    orders: list[RawOrder] = list({(raw.external_id, raw.version, raw.payload): raw for raw in page.items}.values())
    told = inbox.told_before(session, integration.id, [_as_message(raw) for raw in orders])
    kept = receive(session, integration, orders)
    counts = Counts(seen=len(orders))
    provider = hub.provider(integration.key, "channel")
    listens = _listens(hub, integration.key) and not first
    for raw, message in zip(orders, kept, strict=True):
        if not message.new:
            counts.rejected += message.state is InboxState.QUARANTINED
            counts.unchanged += message.state is not InboxState.QUARANTINED
            continue
        wrong = _wrong(provider, raw)
        if wrong is not None:
            inbox.quarantine(session, message.id, wrong)
            counts.rejected += 1
            continue
        known = (ORDER, raw.external_id) in told
        counts.updated += known
        counts.created += not known
        if listens and (raw.changed_at is None or raw.changed_at + _GRACE < clock.now()):
            counts.missed += 1
            counts.names.append(raw.external_id)
    return counts


def _as_message(raw: RawOrder) -> Raw:
    version = str(raw.version) if raw.version is not None else inbox.digest(raw.payload)
    return Raw(kind=ORDER, payload=raw.payload, external_id=raw.external_id, version=version)


def _listens(hub: "Hub", key: str) -> bool:
    """Whether the channel tells of changes by itself, so that one which it did not tell of was missed."""
    can = hub.registry.integration(key).capabilities
    hears = "channel.webhooks" in can and hub.address_of(key) is not None
    return hears or "channel.notifications" in can


def _wrong(provider: Any, raw: RawOrder) -> str | None:
    try:
        provider.map_order(raw)
    except BadData as error:
        return f"{error.message} ({error.where})" if error.where else error.message
    except Exception as error:  # noqa: BLE001  # a mapper may raise anything; the payload is kept
        log.warning("inbox.mapper_failed", order=raw.external_id, error=repr(error))
        return f"The mapper failed: {error}"
    return None


POLL = Poll(job="orders", read=_read, keep=_keep, overlap=timedelta(minutes=10))
SWEEP = Poll(job="sweep", read=_read, keep=_keep, span=timedelta(hours=48))
