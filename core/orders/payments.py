"""Writing payments down."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy.orm import Session

from core.db import insert_rows, next_ids
from core.orders.models import Payment
from crossdock.orders import PaymentData, PaymentState

_COLUMNS = [
    Payment.id, Payment.order_id, Payment.state, Payment.gateway, Payment.reference, Payment.currency,
    Payment.amount_minor, Payment.captured_minor, Payment.disputed_minor, Payment.expires_at, Payment.created_at,
]  # fmt: skip


def add(session: Session, made: Sequence[tuple[int, PaymentData]], ids: Sequence[int] | None = None) -> list[int]:
    """New payments as (order id, payment); their ids, in the order given. `ids`: where they were taken already."""
    ids = list(ids) if ids is not None else next_ids(session, Payment, len(made))
    if ids:
        insert_rows(session, Payment, _COLUMNS, [_row(each, *said) for each, said in zip(ids, made, strict=True)])
    return ids


def _row(payment_id: int, order_id: int, said: PaymentData) -> tuple[Any, ...]:
    """What is disputed was captured before."""
    amount = said.amount.minor
    captured = amount if said.state in {PaymentState.CAPTURED, PaymentState.DISPUTED} else 0
    disputed = amount if said.state is PaymentState.DISPUTED else 0
    head = (payment_id, order_id, said.state, said.gateway, said.reference or None, said.amount.currency)
    return (*head, amount, captured, disputed, said.expires_at, said.at)
