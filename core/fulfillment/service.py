"""How work ends: units that a location refuses, gives back or ships, and the states that follow from them."""

from collections.abc import Iterable, Mapping
from datetime import datetime

from core.fulfillment.models import FulfillmentLine, FulfillmentOrder, RequestState, WorkState
from core.fulfillment.queries import Work, left, unpacked


def close_finished(work: Iterable[Work], now: datetime) -> list[FulfillmentOrder]:
    """Close work with nothing left to ship, and say which was closed."""
    closed = []
    for each in work:
        if each.live and not any(left(line) for line in each.lines):
            _close(each, now)
            closed.append(each.order)
    return closed


def _close(work: Work, now: datetime) -> None:
    order = work.order
    shipped = sum(line.shipped for line in work.lines)
    dropped = sum(line.rejected + line.cancelled for line in work.lines)
    order.closed_at = now
    if shipped:
        order.work_state = WorkState.INCOMPLETE if dropped else WorkState.CLOSED
        order.request_state = RequestState.CLOSED
        return
    order.work_state = WorkState.CANCELLED
    if all(line.rejected == line.quantity for line in work.lines):
        order.request_state = RequestState.REJECTED
    elif order.request_state is RequestState.CANCELLATION_REQUESTED:
        order.request_state = RequestState.CANCELLATION_ACCEPTED
    elif order.request_state is not RequestState.CANCELLATION_ACCEPTED:
        order.request_state = RequestState.CLOSED


def per_line(lines: Iterable[FulfillmentLine], wanted: Mapping[int, int] | None) -> dict[int, int]:
    """What is meant by quantities per order line: None means all that is left. By fulfillment line id."""
    if wanted is None:
        return {line.id: left(line) for line in lines if left(line)}
    return {line.id: wanted[line.order_line_id] for line in lines if wanted.get(line.order_line_id)}


def substitutes_among(line: FulfillmentLine, units: int, *, told: int | None = None) -> int:
    """How many of these units, which are in no package yet, leave as the substitute: as `told`, else the last ones."""
    if told is not None:
        return min(line.substituted, units, told)
    return max(0, units - (unpacked(line) - line.substituted))
