"""What a refund would come to, line by line and payment by payment. Changes nothing."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from sqlalchemy.orm import Session

from core.errors import Invalid, NotFound
from core.money import spoken
from core.orders import queries as orders
from core.orders.models import Order, OrderLine, Payment
from core.returns import queries as returns
from core.returns.amounts import tax_within, worth
from core.returns.errors import TooManyToRefund, TooMuchToRefund
from core.returns.models import Return


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What somebody wants to give back. Amounts are minor units of the order's currency, tax included.

    lines: order line id to units; a bundle's line stands for its components. With `return_id` and no lines: all that
    was received on that return and not refunded yet. payment_id: give it back through that payment alone.
    """

    lines: Mapping[int, int] = field(default_factory=dict)
    shipping_minor: int = 0
    goodwill_minor: int = 0
    return_id: int | None = None
    payment_id: int | None = None
    reason: str | None = None


@dataclass(frozen=True, slots=True)
class PlannedLine:
    line_id: int
    quantity: int
    amount: int
    tax: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """amount = lines + shipping + goodwill, all tax included. `payments` is (payment id, amount) pairs."""

    currency: str
    lines: tuple[PlannedLine, ...]
    shipping: int
    goodwill: int
    amount: int
    tax: int
    payments: tuple[tuple[int, int], ...]
    refundable: int


def refundable(payments: Sequence[Payment]) -> int:
    """What of the captured money is neither refunded nor taken back by the shopper's bank."""
    return sum(_left(payment) for payment in payments)


def plan(session: Session, order: Order, wanted: Wanted) -> Plan:
    """Raises ExceedsRefundable for a line, the shipping or the whole; Invalid, NotFound for what cannot be meant."""
    lines = _lines(session, order)
    units = _units(session, order, lines, wanted)
    planned = tuple(_planned(lines[line_id], quantity) for line_id, quantity in sorted(units.items()) if quantity)
    shipping_tax = _shipping_tax(order, wanted.shipping_minor)
    amount = sum(line.amount for line in planned) + wanted.shipping_minor + wanted.goodwill_minor
    _check_sizes(order, wanted, amount)
    payments = sorted(orders.payments_of(session, [order.id])[order.id], key=lambda payment: payment.created_at)
    return Plan(
        currency=order.currency,
        lines=planned,
        shipping=wanted.shipping_minor,
        goodwill=wanted.goodwill_minor,
        amount=amount,
        tax=sum(line.tax for line in planned) + shipping_tax,
        payments=_sources(order, payments, amount, wanted.payment_id),
        refundable=refundable(payments),
    )


def _lines(session: Session, order: Order) -> dict[int, OrderLine]:
    return {line.id: line for line in orders.lines_of(session, [order.id])[order.id]}


def _units(session: Session, order: Order, lines: Mapping[int, OrderLine], wanted: Wanted) -> dict[int, int]:
    """Units per line, bundles taken apart, each within what may still be refunded."""
    received = _received(session, order, wanted.return_id)
    if received is not None and not wanted.lines and not (wanted.shipping_minor or wanted.goodwill_minor):
        asked = dict(received)
    else:
        asked = _components(order, lines, wanted.lines)
    for line_id, quantity in asked.items():
        line = lines[line_id]
        left = line.quantity - line.refunded
        if quantity > left:
            raise TooManyToRefund(line.sku, quantity, left, why="the rest was refunded before", path=("input", "lines"))
        if received is not None and quantity > received.get(line_id, 0):
            why = "only what was received on the return counts"
            raise TooManyToRefund(line.sku, quantity, received.get(line_id, 0), why=why, path=("input", "lines"))
    return asked


def _components(order: Order, lines: Mapping[int, OrderLine], wanted: Mapping[int, int]) -> dict[int, int]:
    asked: dict[int, int] = {}
    for line_id, quantity in wanted.items():
        if line_id not in lines:
            raise NotFound(f"Order {order.number} has no line orl_{line_id}.", path=("input", "lines"))
        if quantity <= 0:
            raise Invalid(f"{quantity} units cannot be refunded; give a number above zero.", path=("input", "lines"))
        parts = [line for line in lines.values() if line.bundle_line_id == line_id]
        for part in parts:
            asked[part.id] = asked.get(part.id, 0) + quantity * (part.per_bundle or 1)
        if not parts:
            asked[line_id] = asked.get(line_id, 0) + quantity
    return asked


def _received(session: Session, order: Order, return_id: int | None) -> dict[int, int] | None:
    """Units per order line received on the return and not refunded from it yet."""
    if return_id is None:
        return None
    found = session.get(Return, return_id)
    if found is None or found.order_id != order.id:
        raise NotFound(f"Order {order.number} has no return ret_{return_id}.", path=("input", "returnId"))
    return returns.refundable_units(session, return_id)


def _planned(line: OrderLine, quantity: int) -> PlannedLine:
    amount = worth(line.total_minor, line.refunded_minor, line.quantity, line.refunded, quantity)
    tax = tax_within(line.total_minor, line.tax_minor, line.refunded_minor, line.refunded_tax_minor, amount)
    return PlannedLine(line.id, quantity, amount, tax)


def shipping_gross(order: Order) -> int:
    """What the shopper paid for shipping, tax included."""
    return order.shipping_minor + (0 if order.taxes_included else order.shipping_tax_minor)


def _shipping_tax(order: Order, amount: int) -> int:
    gross = shipping_gross(order)
    before = tax_within(gross, order.shipping_tax_minor, 0, 0, order.shipping_refunded_minor)
    return tax_within(gross, order.shipping_tax_minor, order.shipping_refunded_minor, before, amount)


def _check_sizes(order: Order, wanted: Wanted, amount: int) -> None:
    for name, part in (("shipping", wanted.shipping_minor), ("goodwill", wanted.goodwill_minor)):
        if part < 0:
            raise Invalid(f"{spoken(part, order.currency)} cannot be refunded: it is below zero.", path=("input", name))
    left = shipping_gross(order) - order.shipping_refunded_minor
    if wanted.shipping_minor > left:
        raise TooMuchToRefund(wanted.shipping_minor, left, order.currency, path=("input", "shipping"))
    if amount == 0:
        raise Invalid("There is nothing to refund: give lines, shipping or goodwill.", path=("input",))


def _left(payment: Payment) -> int:
    return max(0, payment.captured_minor - payment.refunded_minor - payment.disputed_minor)


def _sources(
    order: Order, payments: Sequence[Payment], amount: int, payment_id: int | None
) -> tuple[tuple[int, int], ...]:
    """Which payments give how much: the latest capture first, or the one that was named."""
    usable = [payment for payment in reversed(payments) if payment_id is None or payment.id == payment_id]
    if payment_id is not None and not usable:
        raise NotFound(f"Order {order.number} has no payment pay_{payment_id}.", path=("input", "paymentId"))
    parts, missing = [], amount
    for payment in usable:
        part = min(missing, _left(payment))
        if part > 0:
            parts.append((payment.id, part))
            missing -= part
    if missing > 0:
        path = ("input",) if payment_id is None else ("input", "paymentId")
        raise TooMuchToRefund(amount, refundable(usable), order.currency, path=path)
    return tuple(parts)
