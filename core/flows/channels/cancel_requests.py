"""Cancellations that shoppers asked of a channel: done here where they still can be, and answered there."""

from collections.abc import Sequence
from datetime import timedelta
from typing import TYPE_CHECKING

from sqlalchemy import select
from sqlalchemy.orm import Session

from core import ids
from core.actor import acting_as
from core.catalog.models import Channel
from core.errors import CrossdockError
from core.external.models import CallState, ExternalCall
from core.external.service import intend
from core.flows import cancel
from core.flows.asking import perform
from core.flows.cancel.stop import leaves
from core.integrations.models import Integration
from core.jobs.registry import enqueue, job
from core.orders import queries
from core.orders.models import Order, OrderLine
from core.orders.states import CancelReason
from crossdock import CancelOrder, Retryable
from crossdock.orders import CancelRequestData

if TYPE_CHECKING:
    from core.hub import Hub

_ASK_AGAIN = timedelta(minutes=5)
"""While whoever has the goods has not said whether they stop."""


def later(session: Session, order_id: int, asked: Sequence[CancelRequestData]) -> None:
    """Have requests acted upon and answered after the commit, each once."""
    for each in asked:
        lines = [list(line) for line in each.lines] if each.lines is not None else None
        same = f"{order_id}:{each.external_id}"
        enqueue(session, answer, same_as=same, order_id=order_id, request=each.external_id, lines=lines)


@job("channels.answer_cancel_request", queue="channels")
def answer(hub: "Hub", order_id: int, request: str, lines: list[list[object]] | None) -> None:
    """Cancel what the shopper asked for, and tell the channel whether that was done.

    Raises Retryable until it is known, and where the channel has not answered.
    """
    told = _intended(hub, order_id, request)
    if told is None:
        return
    key, call_id, over, name = told
    accepted: bool | None = True
    if not over:
        with hub.transaction() as session, acting_as(f"channel:{key}"):
            accepted = _cancelled(session, order_id, _wanted(session, order_id, lines))
    if accepted is None:
        raise Retryable("Whoever has the goods has not said yet whether they stop.", after=_ASK_AGAIN)
    asked = CancelOrder(order_external_id=name, reason=CancelReason.CUSTOMER.value, request_external_id=request)
    outcome = perform(
        hub,
        call_id,
        key,
        "channel",
        lambda provider, ctx: provider.accept_cancel(ctx, asked, accepted=accepted),
        lambda provider, ctx: provider.find_accept_cancel(ctx, asked),
        note=lambda receipt: {"external_id": receipt.external_id, "accepted": accepted},
    )
    if outcome.again is not None:
        raise outcome.again


def _intended(hub: "Hub", order_id: int, request: str) -> tuple[str, int, bool, str] | None:
    """(integration, call, whether it was answered before, the channel's name of the order)."""
    able = set(hub.able("channel", "cancel"))
    with hub.transaction() as session:
        order = session.get_one(Order, order_id)
        row = session.execute(
            select(Integration.id, Integration.key)
            .join(Channel, Channel.integration_id == Integration.id)
            .where(Channel.id == order.channel_id)
        ).first()
        if row is None or row.key not in able or order.external_id is None:
            return None
        call_id = intend(
            session,
            purpose="cancel_answer",
            subject=ids.encode("ord", order_id),
            call_key=f"accept_cancel:{row.key}:{request}",
            integration_id=row.id,
            order_id=order_id,
        )
        over = session.get_one(ExternalCall, call_id).state in {CallState.SUCCEEDED, CallState.REJECTED}
        return row.key, call_id, over, order.external_id


def _wanted(session: Session, order_id: int, lines: list[list[object]] | None) -> dict[int, int] | None:
    """Units by line id; None for all that is left."""
    if lines is None:
        return None
    rows = session.execute(
        select(OrderLine.external_id, OrderLine.id).where(
            OrderLine.order_id == order_id, OrderLine.external_id.is_not(None)
        )
    )
    known = {external or "": line_id for external, line_id in rows}
    return {known[str(name)]: int(str(units)) for name, units in lines if str(name) in known}


def _cancelled(session: Session, order_id: int, wanted: dict[int, int] | None) -> bool | None:
    """Whether all of it is cancelled now; None while whoever has the goods was asked and has not answered."""
    queries.lock(session, [order_id])
    lines = queries.lines_of(session, [order_id])[order_id]
    if any(line.cancelling for line in lines):
        return None
    if _is_done(lines, wanted):
        return True
    try:
        with session.begin_nested():
            stopped = cancel.cancel(session, order_id, lines=wanted, reason=CancelReason.CUSTOMER, refund=False)
    except CrossdockError:
        return False
    return None if stopped.asked else not stopped.refused


def _is_done(lines: Sequence[OrderLine], wanted: dict[int, int] | None) -> bool:
    """Whether so many units are cancelled already; a bundle's line stands for its parts."""
    if wanted is None:
        return all(line.cancelled == line.quantity for line in leaves(lines))
    parts = [
        (line, wanted.get(line.id, 0) or wanted.get(line.bundle_line_id or 0, 0) * (line.per_bundle or 1))
        for line in leaves(lines)
    ]
    return all(line.cancelled >= units for line, units in parts)


__all__ = ["answer", "later"]
