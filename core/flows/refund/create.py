"""Giving money back: one transaction that records, books and takes it from the payments."""

from collections.abc import Mapping

from sqlalchemy.orm import Session

from core import clock
from core.errors import NotFound
from core.flows import gateways, statuses
from core.flows.channels import acts
from core.flows.refund import gateway
from core.flows.refund.plan import Plan, Wanted, plan, refundable, shipping_gross
from core.flows.refund.record import RefundedLine, RefundFact, record
from core.orders import queries as orders
from core.orders.models import Order, Payment
from core.origin import Origin
from core.returns.amounts import worth


def create(session: Session, order_id: int, wanted: Wanted, *, tell: bool = True) -> int:
    """Refund what was asked for and return the refund's id. Raises what `plan` raises, NotFound.

    tell: have whoever holds the money give it back; without, the caller does, who may keep some of it.
    """
    (order,) = orders.locked(session, [order_id])
    return _carry_out(session, order, wanted, plan(session, order, wanted), tell=tell)


def give_back_later(session: Session, order: Order, refund_id: int, *, kept_minor: int = 0) -> None:
    """Have whoever holds the money give it back, less what stays with us to pay for something else."""
    gateway.later(session, refund_id, kept_minor=kept_minor)
    acts.refunded_later(session, order, refund_id, kept_minor=kept_minor)


def preview(session: Session, order_id: int, wanted: Wanted) -> Plan:
    """What `create` would do, changing nothing. Raises what it raises."""
    return plan(session, _order(session, order_id), wanted)


def left(session: Session, order_id: int) -> int:
    """What of the order's money can still go back. Raises NotFound."""
    _order(session, order_id)
    return refundable(orders.payments_of(session, [order_id])[order_id])


def _order(session: Session, order_id: int) -> Order:
    order = session.get(Order, order_id)
    if order is None:
        raise NotFound(f"There is no order ord_{order_id}.", path=("orderId",))
    return order


def for_cancellation(
    session: Session, order_id: int, lines: Mapping[int, int], *, shipping_minor: int = 0, reason: str | None = None
) -> int | None:
    """Give back what was paid for units that were cancelled, as far as money was taken; None where there was none.

    `lines` is order line id to units just cancelled, components of bundles rather than bundles.
    """
    (order,) = orders.locked(session, [order_id])
    payments = orders.payments_of(session, [order_id])[order_id]
    owed = _overpaid(session, order, payments, lines, shipping_minor)
    if owed <= 0:
        return None
    wanted = Wanted(lines=lines, shipping_minor=shipping_minor, reason=reason)
    whole = _worth(session, order, lines) + shipping_minor
    if owed >= whole:
        return _carry_out(session, order, wanted, plan(session, order, wanted))
    # Paid in part: only what was paid too much goes back, which belongs to no line.
    wanted = Wanted(goodwill_minor=owed, reason=reason or "Paid for what was cancelled")
    return _carry_out(session, order, wanted, plan(session, order, wanted))


def _worth(session: Session, order: Order, lines: Mapping[int, int]) -> int:
    found = [line for line in orders.lines_of(session, [order.id])[order.id] if line.id in lines]
    return sum(
        worth(line.total_minor, line.refunded_minor, line.quantity, line.refunded, lines[line.id]) for line in found
    )


def _overpaid(
    session: Session, order: Order, payments: list[Payment], lines: Mapping[int, int], shipping_minor: int
) -> int:
    """How much of what was captured is not needed for what is left of the order, at most what these units came to."""
    kept = refundable(payments)
    gone = _worth(session, order, lines) + min(shipping_minor, shipping_gross(order) - order.shipping_refunded_minor)
    captured = sum(payment.captured_minor for payment in payments)
    unpaid = max(0, order.total_minor - captured)
    return min(kept, max(0, gone - unpaid))


def _carry_out(session: Session, order: Order, wanted: Wanted, planned: Plan, *, tell: bool = True) -> int:
    fact = RefundFact(
        order_id=order.id,
        return_id=wanted.return_id,
        at=clock.now(),
        currency=planned.currency,
        amount_minor=planned.amount,
        tax_minor=planned.tax,
        shipping_minor=planned.shipping,
        goodwill_minor=planned.goodwill,
        lines=tuple(RefundedLine(line.line_id, line.quantity, line.amount, line.tax) for line in planned.lines),
        payments=planned.payments,
        asked=gateways.give_back(session, [payment_id for payment_id, _ in planned.payments]),
        origin=Origin.HUB,
        reason=wanted.reason,
    )
    (refund_id,) = record(session, [fact])
    if tell:
        give_back_later(session, order, refund_id)
    statuses.refresh(session, [order.id])
    return refund_id
