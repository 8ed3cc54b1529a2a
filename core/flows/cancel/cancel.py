"""A person or a program cancels an order, or some of it."""

from collections.abc import Mapping, Sequence

from sqlalchemy.orm import Session

from core import ids, outbox
from core.errors import IllegalState, Invalid, NotFound
from core.flows import risk_outcomes, statuses
from core.flows.cancel.stop import Stopped, leaves, left, stop
from core.orders import queries
from core.orders.models import Order, OrderLine
from core.orders.states import CancelReason, OrderStatus
from crossdock import RiskEnding


def cancel(
    session: Session,
    order_id: int,
    *,
    lines: Mapping[int, int] | None = None,
    reason: CancelReason,
    note: str | None = None,
    refund: bool = True,
    notify: bool = True,
) -> Stopped:
    """Cancel all that has not shipped, or these units (order line id to quantity; a bundle's line means its parts).

    What was paid for it goes back unless `refund` is False; without `notify` its events say that the shopper is not to
    be told. Cancelling a cancelled order is harmless. Raises NotFound
    for a line of another order, Invalid for quantities that make no sense, IllegalState for units that are past it.
    """
    (order,) = queries.locked(session, [order_id])
    known = queries.lines_of(session, [order_id])[order_id]
    wanted = _all_left(order, known) if lines is None else chosen(order, known, lines)
    if not wanted:
        return Stopped()
    order.refund_cancelled = refund
    order.notify_cancelled = notify
    if lines is None:
        order.cancel_reason = reason
        if reason is CancelReason.FRAUD:
            risk_outcomes.later(session, order_id, RiskEnding.CANCELLED, note or "It was cancelled as fraud.")
    why = reason.replace("_", " ").lower() + (f" ({note})" if note else "")
    stopped = stop(session, order, known, wanted, give_back=refund, why=why)
    if stopped.refused and lines is not None:
        sku = next(line.sku for line in known if line.id in stopped.refused)
        raise IllegalState(f"{sku} of order {order.number} is leaving and can no longer be cancelled.", path=("lines",))
    if stopped.asked:
        said = f"Order {order.number} is to be cancelled: whoever has the goods was asked to stop."
        outbox.record(session, "order.cancel_requested", ids.encode("ord", order_id), said, order_id=order_id)
    statuses.refresh(session, [order_id])
    return stopped


def chosen(order: Order, known: Sequence[OrderLine], lines: Mapping[int, int]) -> dict[int, int]:
    """Leaf line id to units, of what was asked by line; checked against what is left."""
    by_id = {line.id: line for line in known}
    wanted: dict[int, int] = {}
    for position, (line_id, quantity) in enumerate(lines.items()):
        path = ("lines", str(position))
        if line_id not in by_id:
            raise NotFound(f"Order {order.number} has no line orl_{line_id}.", path=(*path, "lineId"))
        if quantity <= 0:
            raise Invalid(f"{quantity} units cannot be cancelled; give a number above zero.", path=(*path, "quantity"))
        parts = [(part, part.per_bundle or 1) for part in known if part.bundle_line_id == line_id]
        for part, each in parts or [(by_id[line_id], 1)]:
            wanted[part.id] = wanted.get(part.id, 0) + quantity * each
            if wanted[part.id] > left(part):
                raise IllegalState(
                    f"{part.sku} has {left(part)} units left to cancel, not {wanted[part.id]}: "
                    f"{part.shipped} have shipped and {part.cancelled + part.cancelling} are cancelled.",
                    path=(*path, "quantity"),
                )
    return wanted


def _all_left(order: Order, known: Sequence[OrderLine]) -> dict[int, int]:
    wanted = {line.id: left(line) for line in leaves(known) if left(line) > 0}
    if not wanted and order.status not in {OrderStatus.CANCELLED, OrderStatus.CANCELLING}:
        raise IllegalState(
            f"Order {order.number} has shipped and can no longer be cancelled. Take it back with a return."
        )
    return wanted
