"""Refunds of money that the channel holds, and must give back."""

from typing import TYPE_CHECKING

from sqlalchemy import select
from sqlalchemy.orm import Session

from core import ids
from core.flows import gateways
from core.flows.channels.acts.telling import carry_out, finish, intended, is_the_channel_s
from core.jobs.registry import enqueue, job
from core.orders.models import Order, OrderLine, Payment
from core.returns.amounts import less_kept
from core.returns.models import Refund, RefundLine, RefundPayment
from crossdock import Money, RefundOrder

if TYPE_CHECKING:
    from core.hub import Hub


def refunded_later(session: Session, order: Order, refund_id: int, *, kept_minor: int = 0) -> None:
    """Have the channel give back money that it holds, less what stays with us to pay for something else."""
    if not is_the_channel_s(order):
        enqueue(session, tell_refunded, same_as=str(refund_id), refund_id=refund_id, kept_minor=kept_minor)


@job("channels.tell_refunded", queue="channels")
def tell_refunded(hub: "Hub", refund_id: int, kept_minor: int = 0) -> None:
    """Have money given back. Raises Retryable where the channel has not answered."""
    with hub.transaction() as session:
        refund = session.get_one(Refund, refund_id)
        order_id, known = refund.order_id, refund.external_id
        held = _held(session, refund_id, refund.amount_minor, kept_minor)
        if known is not None or held <= 0:
            return
    name = f"refund:{ids.encode('ref', refund_id)}"
    told = intended(
        hub, order_id, "refund", "refund", name, lambda session, order: _refund(session, order, refund_id, held)
    )
    if told is None:
        return
    outcome = carry_out(
        hub,
        told,
        lambda provider, ctx: provider.refund(ctx, told.request),
        lambda provider, ctx: provider.find_refund(ctx, told.request),
    )
    answer = outcome.value.external_id if outcome.value is not None else (outcome.answer or {}).get("external_id")
    if outcome.succeeded and answer:
        with hub.transaction() as session:
            # The channel will tell us of it by this name: so we know it when it does.
            session.get_one(Refund, refund_id).external_id = answer
    finish(hub, order_id, told, outcome, "refund_not_taken")


def _refund(session: Session, order: Order, refund_id: int, held: int) -> RefundOrder:
    """What the channel is asked for: where it holds only a part of the refund, an amount, and no lines."""
    refund = session.get_one(Refund, refund_id)
    whole = held == refund.amount_minor
    rows = session.execute(
        select(OrderLine.external_id, RefundLine.quantity, RefundLine.amount_minor, RefundLine.tax_minor)
        .join(OrderLine, OrderLine.id == RefundLine.order_line_id)
        .where(RefundLine.refund_id == refund_id, OrderLine.external_id.is_not(None))
        .order_by(RefundLine.id)
    )
    payments = session.execute(
        select(Payment.id, Payment.reference)
        .join(RefundPayment, RefundPayment.payment_id == Payment.id)
        .where(RefundPayment.refund_id == refund_id)
        .order_by(RefundPayment.id)
    ).all()
    theirs = gateways.give_back(session, [payment.id for payment in payments])
    reference = next((payment.reference for payment in payments if payment.id not in theirs), None)
    currency = refund.currency
    return RefundOrder(
        order_external_id=order.external_id or "",
        amount=Money(held, currency),
        lines=tuple(
            (name or "", units, Money(amount, currency), Money(tax, currency))
            for name, units, amount, tax in rows
            if whole
        ),
        shipping=Money(refund.shipping_minor, currency) if refund.shipping_minor and whole else None,
        reason=refund.reason or "",
        payment_reference=reference,
    )


def _held(session: Session, refund_id: int, amount_minor: int, kept_minor: int) -> int:
    """What of a refund the channel holds and must give back: the rest stays, or a payment provider gives it back."""
    rows = session.execute(
        select(RefundPayment.payment_id, RefundPayment.amount_minor)
        .where(RefundPayment.refund_id == refund_id)
        .order_by(RefundPayment.id)
    ).all()
    theirs = gateways.give_back(session, [row.payment_id for row in rows])
    given = zip(rows, less_kept([row.amount_minor for row in rows], kept_minor), strict=True)
    return amount_minor - kept_minor - sum(amount for row, amount in given if row.payment_id in theirs)
