"""What a channel says was cancelled or refunded there: done here as well, and a case where it is too late."""

from collections.abc import Mapping, Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from core import ids
from core.cases.models import CaseKind
from core.cases.service import Option, open_case
from core.flows import cancel, refund
from core.flows.cancel.stop import leaves, left
from core.money import cumulative, spoken
from core.orders import queries
from core.orders.models import Order, OrderLine, Payment
from core.orders.states import CancelReason
from core.origin import Origin
from core.returns.amounts import tax_within
from core.returns.models import Refund
from crossdock.orders import CancellationData, OrderData, RefundData

Told = Sequence[tuple[int, OrderData]]
"""(order id, what the channel says of it)"""


def take_back(session: Session, told: Told) -> list[int]:
    """Follow cancellations and refunds that are not known yet; whose statuses are to be refreshed."""
    touched = [order_id for order_id, data in told if data.cancellations or data.refunds]
    if not touched:
        return []
    orders = {order.id: order for order in queries.locked(session, touched)}
    said = [(orders[order_id], data) for order_id, data in told if order_id in orders]
    for order, data in said:
        if data.cancellations:
            _cancel(session, order, data)
    _refund(session, said)
    return touched


def _cancel(session: Session, order: Order, data: OrderData) -> None:
    """Cancel the units that the channel counts as cancelled and we do not yet."""
    lines = queries.lines_of(session, [order.id])[order.id]
    why = next((each.reason for each in data.cancellations if each.reason), "the channel cancelled it")
    units = _units(lines, data.cancellations)
    if any(each.lines is None for each in data.cancellations):
        order.cancel_reason = order.cancel_reason or CancelReason.CUSTOMER
        order.refund_cancelled = False
        units |= {line: line.quantity - line.returned for line in leaves(lines)}
    reduce(session, order, lines, units, why=why)


def reduce(
    session: Session, order: Order, lines: Sequence[OrderLine], units: Mapping[OrderLine, int], *, why: str
) -> None:
    """See to it that so many units of each leaf line are cancelled, counting those of before; too late is a case.

    The channel gives the money back itself, and tells of it as a refund.
    """
    wanted, late = dict[int, int](), dict[OrderLine, int]()
    for line, cancelled in units.items():
        missing = cancelled - line.cancelled - line.cancelling
        if missing > 0:
            wanted[line.id] = min(missing, left(line))
            if missing > left(line):
                late[line] = missing - left(line)
    wanted = {line_id: quantity for line_id, quantity in wanted.items() if quantity}
    if wanted:
        stopped = cancel.stop(session, order, lines, wanted, give_back=False, why=why)
        by_id = {line.id: line for line in lines}
        for line_id, quantity in stopped.refused.items():
            late[by_id[line_id]] = late.get(by_id[line_id], 0) + quantity
    if late:
        _too_late(session, order, late)


def _units(lines: Sequence[OrderLine], said: Sequence[CancellationData]) -> dict[OrderLine, int]:
    """Units that are cancelled by the channel's word, by leaf line."""
    units: dict[OrderLine, int] = {}
    for each in said:
        for external, quantity in each.lines or ():
            for part, per_unit in _parts(lines, external):
                units[part] = min(part.quantity, units.get(part, 0) + quantity * per_unit)
    return units


def _parts(lines: Sequence[OrderLine], external: str) -> list[tuple[OrderLine, int]]:
    """The leaf lines behind the channel's name of a line, with units of each per unit of that."""
    named = next((line for line in lines if line.external_id == external), None)
    if named is None:
        return []
    parts = [(line, line.per_bundle or 1) for line in lines if line.bundle_line_id == named.id]
    return parts or [(named, 1)]


def _too_late(session: Session, order: Order, late: dict[OrderLine, int]) -> None:
    what = ", ".join(f"{units} x {line.sku}" for line, units in late.items())
    open_case(
        session,
        kind=CaseKind.RETURN,
        code="cancelled_after_shipping",
        title=f"{order.number} was cancelled after it shipped",
        message=f"The channel cancelled {what}, which has left already. Expect it back, or stop the parcel.",
        subject=ids.encode("ord", order.id),
        order_id=order.id,
        same_as=f"cancelled_after_shipping:{order.id}",
        data={"lines": {ids.encode("orl", line.id): units for line, units in late.items()}},
        options=(
            Option("expect_return", "It comes back", "Request a return for these units when the shopper sends them."),
            Option("let_go", "Leave it with the shopper", "Nothing is sent back."),
        ),
    )


def _refund(session: Session, said: Sequence[tuple[Order, OrderData]]) -> None:
    """Record refunds that the channel made and we do not know; what exceeds what we hold is asked about."""
    order_ids = [order.id for order, data in said if data.refunds]
    if not order_ids:
        return
    query = select(Refund.order_id, Refund.external_id).where(Refund.order_id.in_(order_ids))
    known = {(order_id, external) for order_id, external in session.execute(query)}
    lines, payments = queries.lines_of(session, order_ids), queries.payments_of(session, order_ids)
    facts = []
    for order, data in said:
        for each in data.refunds:
            if (order.id, each.external_id) in known or _is_ours(session, order, each):
                continue
            sources = _sources(payments[order.id], each.amount.minor)
            if sources is None:
                _ask(session, order, each)
                continue
            facts.append(_fact(order, lines[order.id], each, sources))
    refund.record(session, facts)


def _is_ours(session: Session, order: Order, said: RefundData) -> bool:
    """Whether it is one that we asked for and whose name there we have not heard yet: then it gets that name."""
    ours = select(Refund).where(
        Refund.order_id == order.id,
        Refund.external_id.is_(None),
        Refund.origin == Origin.HUB,
        Refund.amount_minor == said.amount.minor,
    )
    found = session.scalars(ours.order_by(Refund.id).limit(1)).first()
    if found is not None:
        found.external_id = said.external_id
        session.flush()
    return found is not None


def _sources(payments: Sequence[Payment], amount: int) -> tuple[tuple[int, int], ...] | None:
    """Which payments it came from, the latest first; None where they do not hold that much. Takes it from them."""
    taken = []
    for payment in reversed(payments):
        part = min(amount, payment.captured_minor - payment.refunded_minor)
        if part > 0:
            taken.append((payment, part))
            amount -= part
    return None if amount else tuple((payment.id, part) for payment, part in taken)


def _fact(
    order: Order, lines: Sequence[OrderLine], said: RefundData, sources: tuple[tuple[int, int], ...]
) -> refund.RefundFact:
    parts: list[refund.RefundedLine] = []
    for external, quantity, amount in said.lines:
        behind = _parts(lines, external)
        shares = cumulative(amount.minor, [max(0, line.total_minor) for line, _ in behind]) if behind else []
        for (line, per_unit), share in zip(behind, shares, strict=True):
            units = min(quantity * per_unit, line.quantity - line.refunded)
            tax = tax_within(line.total_minor, line.tax_minor, line.refunded_minor, line.refunded_tax_minor, share)
            parts.append(refund.RefundedLine(line.id, units, share, tax))
    shipping = said.shipping.minor if said.shipping else 0
    return refund.RefundFact(
        order_id=order.id,
        at=said.at,
        currency=order.currency,
        amount_minor=said.amount.minor,
        tax_minor=said.tax.minor if said.tax else sum(part.tax for part in parts),
        shipping_minor=shipping,
        goodwill_minor=said.amount.minor - shipping - sum(part.amount for part in parts),
        lines=tuple(parts),
        payments=sources,
        external_id=said.external_id,
        reason=said.reason or None,
    )


def _ask(session: Session, order: Order, said: RefundData) -> None:
    amount = spoken(said.amount.minor, order.currency)
    open_case(
        session,
        kind=CaseKind.PAYMENT,
        code="refund_exceeds_captured",
        title=f"More was refunded on {order.number} than was paid",
        message=f"The channel refunded {amount} ({said.external_id}), but that much of what was paid is not left.",
        subject=ids.encode("ord", order.id),
        order_id=order.id,
        same_as=f"refund_exceeds_captured:{order.id}:{said.external_id}",
        data={"refund": said.external_id, "amount_minor": said.amount.minor},
        cost_minor=said.amount.minor,
        cost_currency=order.currency,
    )
