"""Telling a channel of one decision: the intent, the call, and what becomes of a refusal."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, NamedTuple

from sqlalchemy import select
from sqlalchemy.orm import Session

from core import actor, ids
from core.cases.models import CaseKind
from core.cases.service import open_case
from core.catalog.models import Channel
from core.external.models import CallState
from core.external.service import intend
from core.flows.asking import Outcome, perform
from core.integrations.models import Integration
from core.orders.models import Order
from crossdock import Receipt

if TYPE_CHECKING:
    from core.hub import Hub


class Told(NamedTuple):
    """An act that is written down and may be asked for. `key` is the integration's."""

    key: str
    call_id: int
    request: Any


def is_the_channel_s(order: Order) -> bool:
    """Whether the channel needs no telling: the order is none of its own, or it acts itself."""
    return order.external_id is None or actor.current().startswith("channel:")


def intended(
    hub: "Hub",
    order_id: int,
    capability: str,
    purpose: str,
    call_key: str,
    request: Callable[[Session, Order], Any],
) -> Told | None:
    """Write the intent; None where the order's channel cannot be told, now or ever. Raises IntegrationAway."""
    hub.refresh()
    able = set(hub.able("channel", capability))
    with hub.transaction() as session:
        order = session.get_one(Order, order_id)
        row = session.execute(
            select(Integration.id, Integration.key)
            .join(Channel, Channel.integration_id == Integration.id)
            .where(Channel.id == order.channel_id, Integration.deleted_at.is_(None))
        ).first()
        if row is None or order.external_id is None:
            return None
        hub.registry.integration(row.key)  # raises where it does not run: then telling waits until it does
        if row.key not in able:
            return None
        call_id = intend(
            session,
            purpose=purpose,
            subject=ids.encode("ord", order_id),
            call_key=call_key,
            integration_id=row.id,
            order_id=order_id,
        )
        return Told(row.key, call_id, request(session, order))


def carry_out(
    hub: "Hub", told: Told, act: Callable[[Any, Any], Receipt], find: Callable[[Any, Any], Receipt | None]
) -> Outcome[Receipt]:
    return perform(
        hub,
        told.call_id,
        told.key,
        "channel",
        act,
        find,
        note=lambda receipt: {"external_id": receipt.external_id, "message": receipt.message},
    )


def finish(hub: "Hub", order_id: int, told: Told, outcome: Outcome[Receipt], code: str) -> None:
    if outcome.again is not None:
        raise outcome.again
    if outcome.state is CallState.REJECTED:
        with hub.transaction() as session:
            order = session.get_one(Order, order_id)
            open_case(
                session,
                kind=CaseKind.ORDER,
                code=code,
                title=f"The channel does not take what was decided about {order.number}",
                message=outcome.message or "It gave no reason.",
                subject=ids.encode("ord", order_id),
                order_id=order_id,
                same_as=f"{code}:{told.call_id}",
            )
