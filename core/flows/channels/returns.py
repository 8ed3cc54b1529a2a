"""Returns that shoppers asked of a channel: brought in, judged here, and answered there."""

from collections.abc import Sequence
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import orjson
import structlog
from pydantic import TypeAdapter
from sqlalchemy import select
from sqlalchemy.orm import Session

import crossdock
from core.actor import acting_as
from core.catalog.models import Channel
from core.errors import CrossdockError, IntegrationAway, NotFound
from core.flows import take_back
from core.flows.channels import acts, fetch
from core.flows.channels.windows import Page, Poll
from core.flows.inbox.apply import later
from core.inbox import service as inbox
from core.inbox.models import InboxMessage
from core.inbox.service import Raw
from core.integrations.models import Integration
from core.integrations.runs import Counts
from core.orders.models import Order, OrderLine
from core.origin import Origin
from core.returns.models import Return, ReturnReason, ReturnState
from crossdock import ChannelReturn, ChannelReturnState, OrderWindow, ProviderError

if TYPE_CHECKING:
    from core.hub import Hub

log = structlog.get_logger(__name__)

KIND = "return"
_READER = TypeAdapter(ChannelReturn)


def _read(provider: Any, ctx: crossdock.Context[Any], window: OrderWindow) -> Page:
    page: crossdock.ReturnPage = provider.fetch_returns(ctx, window)
    return Page(page.returns, page.cursor, page.quarantined)


def _keep(_hub: "Hub", session: Session, integration: Integration, page: Page, _first: bool) -> Counts:  # noqa: FBT001  # see `Poll.keep`
    told: list[ChannelReturn] = list(page.items)
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


POLL = Poll(job="returns", read=_read, keep=_keep, overlap=timedelta(hours=1))


def apply(hub: "Hub", key: str, messages: Sequence[InboxMessage]) -> None:
    """Open returns, or bring them up to date; an order that is not here is brought first.

    A return whose order cannot be had is set aside with the reason, and may be replayed. Raises what the channel raised
    where it may pass: the job brings the order then.
    """
    passing: Exception | None = None
    for message in messages:
        told = _READER.validate_json(message.payload)
        try:
            with acting_as(f"channel:{key}"):
                order_id = _with_its_order(hub, key, told)
        except IntegrationAway:
            raise
        except (CrossdockError, ProviderError) as error:
            passing = error if isinstance(error, ProviderError) else passing
            with hub.transaction() as session:
                inbox.quarantine(session, message.id, error.message)
            continue
        with hub.transaction() as session:
            inbox.settle(session, [(message.id, order_id, "UPDATED")])
    if passing is not None:
        raise passing


def _as_message(told: ChannelReturn, plugin: str) -> Raw:
    payload = orjson.dumps(told, default=str).decode()
    version = str(told.version) if told.version is not None else inbox.digest(payload)
    return Raw(kind=KIND, external_id=told.external_id, version=version, payload=payload, mapper=plugin)


def _with_its_order(hub: "Hub", key: str, told: ChannelReturn) -> int:
    """The order's id. Raises NotFound, with the reason, where the order cannot be had."""
    order_id = _apply(hub, key, told)
    if order_id is None:
        why = fetch.bring(hub, key, told.order_external_id)
        order_id = _apply(hub, key, told) if why is None else None
        if order_id is None:
            raise NotFound(why or f"The order {told.order_external_id} is not here.")
    return order_id


def _apply(hub: "Hub", key: str, told: ChannelReturn) -> int | None:
    """The order's id; None where we have no such order."""
    with hub.transaction() as session:
        order = session.scalar(
            select(Order)
            .join(Channel, Channel.id == Order.channel_id)
            .join(Integration, Integration.id == Channel.integration_id)
            .where(Integration.key == key, Order.external_id == told.order_external_id)
        )
        if order is None:
            return None
        order_id = order.id
        known = session.scalar(
            select(Return.id).where(Return.order_id == order_id, Return.external_id == told.external_id)
        )
        asked = _asked(session, order_id, told) if known is None else []
    if known is None and told.state in {ChannelReturnState.DECLINED, ChannelReturnState.CANCELLED}:
        return order_id
    if known is None:
        known = take_back.request(
            hub, order_id, asked, note=told.note or None, origin=Origin.CHANNEL, external_id=told.external_id
        )
    with hub.transaction() as session:
        _follow(session, known, told)
        found = session.get_one(Return, known)
        if told.state is ChannelReturnState.REQUESTED and found.state is ReturnState.APPROVED:
            acts.return_decided_later(session, found, by_channel=False)  # by our policies
    return order_id


def _asked(session: Session, order_id: int, told: ChannelReturn) -> list[take_back.Asked]:
    """Lines by the channel's names of them, else by SKU."""
    lines = session.scalars(select(OrderLine).where(OrderLine.order_id == order_id)).all()
    by_name = {line.external_id: line.id for line in lines if line.external_id}
    by_sku = {line.sku: line.id for line in lines}
    asked = []
    for each in told.lines:
        line_id = by_name.get(each.line_external_id) or by_sku.get(each.sku) or 0
        reason = ReturnReason(each.reason) if each.reason in ReturnReason.__members__ else ReturnReason.OTHER
        asked.append(take_back.Asked(line_id=line_id, quantity=each.quantity, reason=reason, note=each.note or None))
    return asked


def _follow(session: Session, return_id: int, told: ChannelReturn) -> None:
    """What the channel has decided holds, whatever our policies say."""
    state = session.get_one(Return, return_id).state
    if told.state is ChannelReturnState.APPROVED and state in {ReturnState.REQUESTED, ReturnState.DECLINED}:
        take_back.approve(session, return_id, override=True)
    elif told.state is ChannelReturnState.DECLINED and state is ReturnState.REQUESTED:
        take_back.decline(session, return_id, "The channel declined it.")
    elif told.state is ChannelReturnState.DECLINED and state is ReturnState.APPROVED:
        take_back.cancel(session, return_id, "The channel declined it.")
    elif told.state is ChannelReturnState.CANCELLED and state in {ReturnState.REQUESTED, ReturnState.APPROVED}:
        take_back.cancel(session, return_id, "The shopper called it off.")


__all__ = ["KIND", "POLL", "apply"]
