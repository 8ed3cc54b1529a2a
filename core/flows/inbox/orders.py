"""The applier of single orders: the channel's own words become an order of ours, by the plugin's mapper."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple

import structlog
from sqlalchemy import select
from sqlalchemy.exc import InterfaceError, OperationalError
from sqlalchemy.orm import Session

from core.actor import acting_as
from core.catalog import service as catalog
from core.catalog.models import Channel
from core.flows.capture import Change, capture
from core.flows.channels import acknowledge, cancel_requests
from core.inbox import service
from core.inbox.models import InboxMessage
from core.integrations.models import Integration
from crossdock.channel import RawOrder
from crossdock.errors import BadData
from crossdock.orders import OrderData

if TYPE_CHECKING:
    from core.hub import Hub

log = structlog.get_logger(__name__)

KIND = "order"


class _Mapped(NamedTuple):
    message_id: int
    data: OrderData


def apply(hub: "Hub", key: str, messages: Sequence[InboxMessage]) -> None:
    """Understand messages and capture their orders, all in one transaction.

    One that cannot be understood, or applied, is set aside with the reason; the others go on. Where the channel counts
    no versions, what came last is what holds: an earlier telling is passed over.
    """
    with hub.transaction() as session:
        overtaken = service.overtaken(session, [message.id for message in messages if not _counted(message)])
        service.settle(session, [(message_id, None, "STALE") for message_id in sorted(overtaken)])
    with acting_as(f"channel:{key}"):
        _apply(hub, key, _understood(hub, key, [message for message in messages if message.id not in overtaken]))


def _counted(message: InboxMessage) -> bool:
    return (message.external_version or "").isdecimal()


def _understood(hub: "Hub", key: str, messages: Sequence[InboxMessage]) -> list[_Mapped]:
    """Map messages, outside any transaction."""
    if not messages:
        return []
    provider = hub.provider(key, "channel")
    mapped = []
    for message in messages:
        version = int(message.external_version or 0) if _counted(message) else None
        raw = RawOrder(external_id=message.external_id or "", payload=message.payload, version=version)
        try:
            mapped.append(_Mapped(message.id, provider.map_order(raw)))
        except BadData as error:
            where = f" ({error.where})" if error.where else ""
            _set_aside(hub, message.id, f"{error.message}{where}")
        except Exception as error:  # noqa: BLE001  # a mapper may raise anything; the payload is kept
            log.warning("inbox.mapper_failed", integration=key, message=message.id, error=repr(error))
            _set_aside(hub, message.id, f"The mapper of {key} failed: {error}")
    return mapped


def _apply(hub: "Hub", key: str, mapped: Sequence[_Mapped]) -> None:
    if not mapped:
        return
    try:
        with hub.transaction() as session:
            channel = _channel(session, key, mapped[0].data.currency)
            taken = capture(
                session, channel, [each.data for each in mapped], inbox_ids=[each.message_id for each in mapped]
            )
            acknowledge.later(session, key, taken.created)
            for each, order in zip(mapped, taken.orders, strict=True):
                if each.data.cancel_requests and order.change is not Change.STALE:
                    cancel_requests.later(session, order.order_id, each.data.cancel_requests)
    except Exception as error:
        if len(mapped) > 1:
            # One of them cannot be applied: each by itself, so that only that one is set aside.
            for each in mapped:
                _apply(hub, key, [each])
            return
        if _passes(error):
            raise
        log.warning("inbox.not_applied", integration=key, message=mapped[0].message_id, error=repr(error))
        _set_aside(hub, mapped[0].message_id, f"It could not be applied: {type(error).__name__}: {error}")


def _passes(error: Exception) -> bool:
    """Whether it is the database's trouble rather than the message's: then the job is tried again."""
    return isinstance(error, OperationalError | InterfaceError)


def _channel(session: Session, key: str, currency: str) -> Channel:
    """The channel that an integration feeds, made with its first order."""
    query = select(Channel).join(Integration, Integration.id == Channel.integration_id).where(Integration.key == key)
    known = session.scalars(query.order_by(Channel.id).limit(1)).first()
    if known is not None:
        return known
    integration_id = session.scalars(select(Integration.id).where(Integration.key == key)).one()
    return catalog.ensure_channel(session, key, currency=currency, integration_id=integration_id)


def _set_aside(hub: "Hub", message_id: int, error: str) -> None:
    with hub.transaction() as session:
        service.quarantine(session, message_id, error)
