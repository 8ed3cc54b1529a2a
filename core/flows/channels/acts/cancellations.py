"""Cancellations that the channel must hear of."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from core import ids
from core.flows.channels.acts.telling import carry_out, finish, intended, is_the_channel_s
from core.jobs.registry import enqueue, job
from core.orders.models import Order, OrderLine
from crossdock import CancelOrder

if TYPE_CHECKING:
    from core.hub import Hub


def cancelled_later(session: Session, order: Order, units: Mapping[int, int], *, whole: bool) -> None:
    """Have the channel told of units that were cancelled here, by order line id; components of bundles by their own."""
    if is_the_channel_s(order) or not units:
        return
    lines = session.scalars(select(OrderLine).where(OrderLine.order_id == order.id)).all()
    said = None if whole else _by_their_names(lines, units)
    if said is None or said:
        state = ",".join(f"{line.id}={line.cancelled}" for line in lines if line.cancelled)
        reason = order.cancel_reason.value if order.cancel_reason is not None else "OTHER"
        key = f"cancel:{ids.encode('ord', order.id)}:{state}"
        enqueue(session, tell_cancelled, same_as=key, order_id=order.id, call_key=key, lines=said, reason=reason)


@job("channels.tell_cancelled", queue="channels")
def tell_cancelled(hub: "Hub", order_id: int, call_key: str, lines: list[list[Any]] | None, reason: str) -> None:
    """Tell of a cancellation. Raises Retryable where the channel has not answered."""

    def request(_session: Session, order: Order) -> CancelOrder:
        named = None if lines is None else tuple((str(name), int(units)) for name, units in lines)
        return CancelOrder(order_external_id=order.external_id or "", reason=reason, lines=named, refunded=True)

    told = intended(hub, order_id, "cancel", "cancellation", call_key, request)
    if told is not None:
        outcome = carry_out(
            hub,
            told,
            lambda provider, ctx: provider.cancel(ctx, told.request),
            lambda provider, ctx: provider.find_cancel(ctx, told.request),
        )
        finish(hub, order_id, told, outcome, "cancellation_not_taken")


def _by_their_names(lines: Any, units: Mapping[int, int]) -> list[tuple[str, int]]:
    """Units by the channel's names of lines: it knows a bundle and not its components, so only whole ones."""
    by_id = {line.id: line for line in lines}
    named: dict[str, int] = {}
    for line_id, quantity in units.items():
        line = by_id[line_id]
        bundle = by_id.get(line.bundle_line_id) if line.bundle_line_id is not None else None
        if bundle is not None and bundle.external_id is not None:
            sets = quantity // (line.per_bundle or 1)
            named[bundle.external_id] = min(named.get(bundle.external_id, sets), sets)
        elif line.external_id is not None:
            named[line.external_id] = named.get(line.external_id, 0) + quantity
    return [(name, quantity) for name, quantity in named.items() if quantity]
