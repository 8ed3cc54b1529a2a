"""Taking units of a locked order out of everything: the one way that cancelling, editing and channels' word share."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from sqlalchemy import text
from sqlalchemy.orm import Session

from core import ids, outbox
from core.flows import book, fulfil, holds, refund
from core.flows.channels import acts
from core.flows.refund.plan import shipping_gross
from core.orders import queries
from core.orders.lines import Bucket, Shift, shift
from core.orders.models import Order, OrderLine
from core.stock import service as stock

_WAITING: tuple[Bucket, ...] = ("open", "backordered")

_ASKED = text(
    """
    update order_lines line set cancelling = line.cancelling + asked.units
    from unnest(cast(:ids as bigint[]), cast(:units as int[])) as asked(id, units)
    where line.id = asked.id
    """
)


@dataclass(slots=True)
class Stopped:
    """What became of the units, by order line id.

    done: cancelled. asked: to be cancelled when whoever has them gives them back. refused: they have left, or are
    about to.
    """

    done: dict[int, int] = field(default_factory=dict)
    asked: dict[int, int] = field(default_factory=dict)
    refused: dict[int, int] = field(default_factory=dict)


def leaves(lines: Sequence[OrderLine]) -> list[OrderLine]:
    """The lines that units are counted on: a bundle's components stand for it."""
    bundles = {line.bundle_line_id for line in lines}
    return [line for line in lines if line.id not in bundles]


def left(line: OrderLine) -> int:
    """Units that may still be cancelled."""
    return line.open + line.backordered + line.allocated - line.cancelling


def stop(
    session: Session,
    order: Order,
    lines: Sequence[OrderLine],
    quantities: Mapping[int, int],
    *,
    give_back: bool,
    why: str,
) -> Stopped:
    """Cancel units, by leaf line id and no more than are `left`: those that wait first, then those in work.

    Books it and, with `give_back`, refunds what was paid for them. Statuses are the caller's to refresh.
    """
    result = Stopped()
    shifts, in_work = [], dict[int, int]()
    for line in lines:
        wanted = quantities.get(line.id, 0)
        for bucket in _WAITING:
            units = min(wanted, getattr(line, bucket))
            if units:
                shifts.append(Shift(line.id, bucket, "cancelled", units))
                result.done[line.id] = result.done.get(line.id, 0) + units
                wanted -= units
        if wanted:
            in_work[line.id] = wanted
    shift(session, shifts)
    if in_work:
        withdrawn = fulfil.withdraw(session, order.id, in_work)
        shift(session, [Shift(line_id, "open", "cancelled", units) for line_id, units in withdrawn.taken.items()])
        for line_id, units in withdrawn.taken.items():
            result.done[line_id] = result.done.get(line_id, 0) + units
        result.asked, result.refused = withdrawn.asked, withdrawn.refused
    if result.asked:
        session.execute(_ASKED, {"ids": list(result.asked), "units": list(result.asked.values())})
    stock.note_change(session, {line.item_id for line in lines if line.id in result.done and line.item_id})
    close_accounts(session, order, result.done, give_back=give_back, why=why)
    return result


def close_accounts(session: Session, order: Order, done: Mapping[int, int], *, give_back: bool, why: str) -> None:
    """Book units that were just cancelled, refund what was paid for them, and say so."""
    if not done:
        return
    session.flush()
    lines = queries.lines_of(session, [order.id])[order.id]
    over = all(line.cancelled == line.quantity for line in lines)
    shipping = shipping_gross(order) - order.shipping_refunded_minor if over else 0
    order.cancelled_minor += book.cancellations(session, order.id, done, shipping_minor=shipping)
    session.flush()
    if over:
        open_now = queries.open_holds(session, [order.id])[order.id]
        holds.release_all(session, [hold.id for hold in open_now], note="Cancelled.")
    _tell(session, order, lines, done, why, over=over)
    acts.cancelled_later(session, order, done, whole=over)
    if give_back:
        refund.for_cancellation(session, order.id, done, shipping_minor=shipping, reason=why)


def _tell(
    session: Session, order: Order, lines: Sequence[OrderLine], done: Mapping[int, int], why: str, *, over: bool
) -> None:
    units = [(line, done[line.id]) for line in lines if done.get(line.id)]
    what = ", ".join(f"{quantity} x {line.sku}" for line, quantity in units)
    said = (
        f"Order {order.number} was cancelled: {why}" if over else f"{what} of order {order.number} was cancelled: {why}"
    )
    outbox.record(
        session,
        "order.cancelled" if over else "order.lines_cancelled",
        ids.encode("ord", order.id),
        said,
        order_id=order.id,
        data={
            "lines": {ids.encode("orl", line.id): quantity for line, quantity in units},
            "reason": why,
            "notify": order.notify_cancelled,
        },
    )
