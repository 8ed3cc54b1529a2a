"""What remote systems send: kept raw first, then understood and applied, and applied again whenever somebody asks."""

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

import structlog
from sqlalchemy import select
from sqlalchemy.exc import InterfaceError, OperationalError
from sqlalchemy.orm import Session

from core.actor import acting_as
from core.catalog import service as catalog
from core.catalog.models import Channel
from core.flows.capture import capture
from core.inbox import service
from core.inbox.models import InboxMessage, InboxState
from core.inbox.service import Kept, Raw
from core.integrations.models import Integration
from core.jobs.registry import enqueue, job
from crossdock.channel import RawOrder
from crossdock.errors import BadData
from crossdock.orders import OrderData

if TYPE_CHECKING:
    from core.hub import Hub

log = structlog.get_logger(__name__)

ORDER = "order"
"""The kind of messages that hold one order in the channel's own words."""


class _Mapped(NamedTuple):
    message_id: int
    data: OrderData


def receive(session: Session, integration: Integration, orders: Sequence[RawOrder]) -> list[Kept]:
    """Keep orders as they came and have them applied. The same order in the same version is kept once.

    A channel that counts no versions is told apart by what it says: the same words are the same version.
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
    _apply_later(session, [message.id for message in kept if message.new or message.state is InboxState.RECEIVED])
    return kept


def replay(session: Session, message_ids: Iterable[int]) -> list[int]:
    """Have messages applied again, whatever became of them before. What is here already stays as it is."""
    query = select(InboxMessage.id).where(InboxMessage.id.in_(list(message_ids))).order_by(InboxMessage.id)
    found = list(session.scalars(query))
    _apply_later(session, found)
    return found


@job("inbox.apply", queue="channels", batch=100)
def apply(hub: "Hub", batch: list[dict[str, Any]]) -> None:
    """Understand messages and capture their orders, all of one channel in one transaction.

    One that cannot be understood, or applied, is set aside with the reason; the others go on.
    """
    with hub.transaction() as session:
        query = (
            select(InboxMessage, Integration.key)
            .join(Integration, Integration.id == InboxMessage.integration_id)
            .where(InboxMessage.id.in_([int(each["message_id"]) for each in batch]), InboxMessage.kind == ORDER)
            .order_by(InboxMessage.id)
        )
        messages: dict[str, list[InboxMessage]] = {}
        for message, key in session.execute(query):
            messages.setdefault(key, []).append(message)
    for key, group in messages.items():
        with acting_as(f"channel:{key}"):
            _apply(hub, key, _understood(hub, key, group))


def _understood(hub: "Hub", key: str, messages: Sequence[InboxMessage]) -> list[_Mapped]:
    """Map messages, outside any transaction."""
    provider = hub.provider(key, "channel")
    mapped = []
    for message in messages:
        said = message.external_version or ""
        version = int(said) if said.isdecimal() else None
        raw = RawOrder(external_id=message.external_id or "", payload=message.payload, version=version)
        try:
            mapped.append(_Mapped(message.id, provider.map_order(raw)))
        except BadData as error:
            where = f" ({error.where})" if error.where else ""
            _set_aside(hub, message.id, f"{error.message}{where}")
        except Exception as error:  # noqa: BLE001  # a mapper may raise anything; the payload is kept
            log.warning("inbox.mapper_failed", integration=key, message=message.id, error=repr(error))
            _set_aside(hub, message.id, f"The mapper of {key} failed: {type(error).__name__}: {error}")
    return mapped


def _apply(hub: "Hub", key: str, mapped: Sequence[_Mapped]) -> None:
    if not mapped:
        return
    try:
        with hub.transaction() as session:
            channel = _channel(session, key, mapped[0].data.currency)
            capture(session, channel, [each.data for each in mapped], inbox_ids=[each.message_id for each in mapped])
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


def _apply_later(session: Session, message_ids: Iterable[int]) -> None:
    for message_id in message_ids:
        enqueue(session, apply, same_as=str(message_id), message_id=message_id)


__all__ = ["ORDER", "apply", "receive", "replay"]
