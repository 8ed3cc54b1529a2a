"""What a person or a program tells of an order's money; what a channel tells comes with its orders."""

from dataclasses import replace
from datetime import datetime

from sqlalchemy.orm import Session

from core import clock
from core.flows import payments
from crossdock.orders import PaymentData


def tell_payment(session: Session, order_id: int, said: PaymentData, *, at: datetime | None = None) -> int:
    """`payments.record`, at a moment or now; `said.at` does not count. The payment's id."""
    return payments.record(session, order_id, replace(said, at=at or clock.now()))
