"""Taking back units that locations have not shipped yet: at once where we may, by asking where we must."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field

from sqlalchemy.orm import Session

from core import clock, ids
from core.flows.fulfil.ask_back import ask_back_later
from core.flows.fulfil.stop import tell_own
from core.flows.ship.unpack import unpack_units
from core.fulfillment import queries
from core.fulfillment.models import FulfillmentLine, FulfillmentMethod, FulfillmentOrder, RequestState
from core.fulfillment.queries import Work
from core.fulfillment.service import close_finished
from core.fulfillment.work import record
from core.orders.lines import Shift, shift
from core.stock import service as stock


@dataclass(slots=True)
class Withdrawn:
    """What became of the units asked for, by order line id.

    taken: open again, their reservation released; the caller moves them on, or has them routed again.
    asked: still allocated, until whoever has them answers; the answer opens them.
    refused: too late, they have left or were never in work.
    """

    taken: dict[int, int] = field(default_factory=dict)
    asked: dict[int, int] = field(default_factory=dict)
    refused: dict[int, int] = field(default_factory=dict)


def withdraw(
    session: Session,
    order_id: int,
    quantities: Mapping[int, int],
    *,
    only: Collection[int] | None = None,
    location_ids: Collection[int] | None = None,
) -> Withdrawn:
    """Take back allocated units of a locked order, by order line id.

    `only` from these fulfillment orders, and only from those at `location_ids`, where they are given.
    Packages with such units are unpacked, their labels voided. Taking back what was taken back already is harmless:
    it is refused. The caller refreshes the order's statuses.
    """
    work = [
        each
        for each in queries.of_orders(session, [order_id])
        if (only is None or each.order.id in only) and (location_ids is None or each.order.location_id in location_ids)
    ]
    must_ask = _must_ask(work)
    taken: dict[FulfillmentLine, int] = {}
    asked: dict[FulfillmentLine, int] = {}
    result = Withdrawn()
    for order_line_id, wanted in quantities.items():
        remaining = wanted
        for each in sorted(work, key=lambda each: (each.order.id in must_ask, -each.order.id)):
            for line in each.lines:
                if line.order_line_id != order_line_id or remaining <= 0:
                    continue
                pile = asked if each.order.id in must_ask else taken
                units = min(remaining, queries.left(line) - line.cancelling)
                pile[line] = pile.get(line, 0) + units
                remaining -= units
        if remaining:
            result.refused[order_line_id] = remaining
    _take(session, order_id, work, taken)
    _ask(session, work, asked)
    result.taken = _by_order_line(taken)
    result.asked = _by_order_line(asked)
    return result


def _must_ask(work: Iterable[Work]) -> set[int]:
    """Work that somebody else has, or may have. At our own places we say what is done."""
    return {
        each.order.id
        for each in work
        if each.order.submitted_at is not None and each.order.method is not FulfillmentMethod.SELF
    }


def _take(session: Session, order_id: int, work: list[Work], taken: Mapping[FulfillmentLine, int]) -> None:
    units = {line.id: quantity for line, quantity in taken.items() if quantity}
    if not units:
        return
    unpack_units(session, {line: quantity for line, quantity in taken.items() if quantity > queries.unpacked(line)})
    for line, quantity in taken.items():
        line.cancelled += quantity
        line.picked = min(line.picked, queries.left(line) + line.shipped)
        line.substituted = min(line.substituted, queries.unpacked(line))
    session.flush()
    stock.release(session, units, reference=ids.encode("ord", order_id))
    shift(session, [Shift(line.order_line_id, "allocated", "open", quantity) for line, quantity in taken.items()])
    tell_own(session, work, taken)
    for closed in close_finished(work, clock.now()):
        record(
            session,
            "fulfillment.cancelled",
            closed,
            f"Fulfillment order ful_{closed.id} was cancelled before it shipped.",
        )


def _ask(session: Session, work: list[Work], asked: Mapping[FulfillmentLine, int]) -> None:
    orders: dict[int, FulfillmentOrder] = {each.order.id: each.order for each in work}
    for line, quantity in asked.items():
        line.cancelling += quantity
    for work_id in sorted({line.fulfillment_order_id for line, quantity in asked.items() if quantity}):
        order = orders[work_id]
        order.request_state = RequestState.CANCELLATION_REQUESTED
        record(session, "fulfillment.cancellation_requested", order, f"ful_{work_id} was asked back.")
        ask_back_later(session, order)


def _by_order_line(piles: Mapping[FulfillmentLine, int]) -> dict[int, int]:
    result: dict[int, int] = {}
    for line, quantity in piles.items():
        if quantity:
            result[line.order_line_id] = result.get(line.order_line_id, 0) + quantity
    return result
