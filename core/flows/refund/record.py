"""Writing refunds down, many at once: those that the hub makes and those that a channel tells of."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import orjson
from sqlalchemy import text
from sqlalchemy.orm import Session

from core import outbox
from core.db import insert_rows, next_ids
from core.flows import book
from core.money import spoken
from core.origin import Origin
from core.returns.models import Refund, RefundLine, RefundPayment, RefundState


@dataclass(frozen=True, slots=True)
class RefundedLine:
    """`amount` includes `tax`; both in minor units."""

    order_line_id: int
    quantity: int
    amount: int
    tax: int


@dataclass(frozen=True, slots=True, kw_only=True)
class RefundFact:
    """A refund that is decided. amount = lines + shipping + goodwill; `payments` is (payment id, amount) pairs.

    asked: those of the payments whose provider is yet to give the money back.
    """

    order_id: int
    at: datetime
    currency: str
    amount_minor: int
    tax_minor: int = 0
    shipping_minor: int = 0
    goodwill_minor: int = 0
    lines: tuple[RefundedLine, ...] = ()
    payments: tuple[tuple[int, int], ...] = ()
    asked: frozenset[int] = frozenset()
    return_id: int | None = None
    external_id: str | None = None
    origin: Origin = Origin.CHANNEL
    reason: str | None = None


_TAKE_FROM_LINES = text(
    """
    update order_lines line
    set refunded = line.refunded + part.quantity, refunded_minor = line.refunded_minor + part.amount,
        refunded_tax_minor = line.refunded_tax_minor + part.tax
    from (
        select id, sum(quantity) as quantity, sum(amount) as amount, sum(tax) as tax
        from jsonb_to_recordset(cast(:parts as jsonb)) as given(id bigint, quantity int, amount bigint, tax bigint)
        group by id
    ) part where line.id = part.id
    """
)
_TAKE_FROM_RETURNS = text(
    """
    update return_lines line
    set refunded = line.refunded + part.quantity
    from (
        select return_id, id, sum(quantity) as quantity
        from jsonb_to_recordset(cast(:parts as jsonb)) as given(return_id bigint, id bigint, quantity int)
        group by return_id, id
    ) part where line.return_id = part.return_id and line.order_line_id = part.id
    """
)
_TAKE_FROM_PAYMENTS = text(
    """
    update payments payment set refunded_minor = payment.refunded_minor + part.amount
    from (
        select id, sum(amount) as amount
        from jsonb_to_recordset(cast(:parts as jsonb)) as given(id bigint, amount bigint) group by id
    ) part where payment.id = part.id
    """
)
_TAKE_FROM_SHIPPING = text(
    """
    update orders set shipping_refunded_minor = orders.shipping_refunded_minor + part.amount
    from (
        select id, sum(amount) as amount
        from jsonb_to_recordset(cast(:parts as jsonb)) as given(id bigint, amount bigint) group by id
    ) part where orders.id = part.id
    """
)


def record(session: Session, facts: Sequence[RefundFact]) -> list[int]:
    """Write refunds that fit, in a constant number of statements, and return their ids in the same order.

    The orders must be locked. Constraints refuse more than was captured of a payment: the caller has looked.
    Statuses are the caller's to refresh.
    """
    ids = next_ids(session, Refund, len(facts))
    _write(session, ids, facts)
    lines = [(fact, line) for fact in facts for line in fact.lines]
    _take(session, _TAKE_FROM_LINES, ({"id": p.order_line_id, **_parts(p)} for _, p in lines))
    _take(
        session,
        _TAKE_FROM_RETURNS,
        (
            {"return_id": fact.return_id, "id": part.order_line_id, "quantity": part.quantity}
            for fact, part in lines
            if fact.return_id is not None
        ),
    )
    sources = [source for fact in facts for source in fact.payments]
    _take(session, _TAKE_FROM_PAYMENTS, ({"id": payment, "amount": amount} for payment, amount in sources))
    _take(
        session,
        _TAKE_FROM_SHIPPING,
        ({"id": fact.order_id, "amount": fact.shipping_minor} for fact in facts if fact.shipping_minor),
    )
    book.refunds(session, ids)
    for refund_id, fact in zip(ids, facts, strict=True):
        outbox.record(
            session,
            "refund.created",
            f"ref_{refund_id}",
            f"{spoken(fact.amount_minor, fact.currency)} {'goes' if fact.asked else 'went'} back to the shopper"
            + _because(fact.reason),
            order_id=fact.order_id,
            data={
                "amount_minor": fact.amount_minor,
                "currency": fact.currency,
                "origin": fact.origin,
                "gone": not fact.asked,
            },
            occurred_at=fact.at,
        )
    return ids


def _because(reason: str | None) -> str:
    return f": {reason}" if reason else "."


def _parts(part: RefundedLine) -> dict[str, int]:
    return {"quantity": part.quantity, "amount": part.amount, "tax": part.tax}


def _take(session: Session, statement: Any, parts: Iterable[dict[str, Any]]) -> None:
    given = list(parts)
    if given:
        session.execute(statement, {"parts": orjson.dumps(given).decode()})


def _write(session: Session, ids: list[int], facts: Sequence[RefundFact]) -> None:
    both = list(zip(ids, facts, strict=True))
    insert_rows(
        session,
        Refund,
        [
            Refund.id,
            Refund.order_id,
            Refund.return_id,
            Refund.external_id,
            Refund.origin,
            Refund.state,
            Refund.currency,
            Refund.amount_minor,
            Refund.tax_minor,
            Refund.shipping_minor,
            Refund.goodwill_minor,
            Refund.reason,
            Refund.created_at,
        ],
        (
            (
                refund_id,
                fact.order_id,
                fact.return_id,
                fact.external_id,
                fact.origin,
                RefundState.SUBMITTED if fact.asked else RefundState.SUCCEEDED,
                fact.currency,
                fact.amount_minor,
                fact.tax_minor,
                fact.shipping_minor,
                fact.goodwill_minor,
                fact.reason,
                fact.at,
            )
            for refund_id, fact in both
        ),
    )
    insert_rows(
        session,
        RefundLine,
        [
            RefundLine.refund_id,
            RefundLine.order_line_id,
            RefundLine.quantity,
            RefundLine.currency,
            RefundLine.amount_minor,
            RefundLine.tax_minor,
        ],
        (
            (refund_id, line.order_line_id, line.quantity, fact.currency, line.amount, line.tax)
            for refund_id, fact in both
            for line in fact.lines
        ),
    )
    insert_rows(
        session,
        RefundPayment,
        [
            RefundPayment.refund_id,
            RefundPayment.payment_id,
            RefundPayment.state,
            RefundPayment.currency,
            RefundPayment.amount_minor,
        ],
        (
            (
                refund_id,
                payment_id,
                RefundState.SUBMITTED if payment_id in fact.asked else RefundState.SUCCEEDED,
                fact.currency,
                amount,
            )
            for refund_id, fact in both
            for payment_id, amount in fact.payments
        ),
    )
