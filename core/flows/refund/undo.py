"""Taking a refund back that did not happen: what it took is there again, to be refunded another way."""

from sqlalchemy import select, text, update
from sqlalchemy.orm import Session

from core.orders.models import Order, OrderLine, Payment
from core.returns.models import Refund, RefundLine, RefundPayment

_RETURNED = text(
    """
    update return_lines line set refunded = line.refunded - part.quantity
    from refund_lines part
    where part.refund_id = :refund and line.return_id = :return and line.order_line_id = part.order_line_id
    """
)


def payment(session: Session, part: RefundPayment) -> None:
    """What one payment was to give. The order must be locked."""
    given = {"refunded_minor": Payment.refunded_minor - part.amount_minor}
    session.execute(update(Payment).where(Payment.id == part.payment_id).values(given))


def lines(session: Session, refund: Refund) -> None:
    """What lines and shipping were to give, where all of it failed. The order must be locked."""
    for part in session.scalars(select(RefundLine).where(RefundLine.refund_id == refund.id)):
        taken = {
            "refunded": OrderLine.refunded - part.quantity,
            "refunded_minor": OrderLine.refunded_minor - part.amount_minor,
            "refunded_tax_minor": OrderLine.refunded_tax_minor - part.tax_minor,
        }
        session.execute(update(OrderLine).where(OrderLine.id == part.order_line_id).values(taken))
    if refund.return_id is not None:
        session.execute(_RETURNED, {"refund": refund.id, "return": refund.return_id})
    shipping = {"shipping_refunded_minor": Order.shipping_refunded_minor - refund.shipping_minor}
    session.execute(update(Order).where(Order.id == refund.order_id).values(shipping))
