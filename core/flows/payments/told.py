"""What is told of the money of orders: each telling is a fact, and what is old news changes nothing."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy.orm import Session

from core import ids, outbox
from core.cases.models import CaseKind
from core.cases.service import open_case
from core.errors import IllegalState, Invalid
from core.flows import advance, book, risk_outcomes, statuses
from core.money import LARGEST, Money, spoken
from core.orders import payments, queries
from core.orders.models import Payment
from core.orders.states import PaymentState
from crossdock import RiskEnding
from crossdock.orders import PaymentData

_BEFORE = {PaymentState.PENDING, PaymentState.AUTHORIZED}
"""States that any news may follow; a later one is left only for a charge-back and its end."""
_LOST = {PaymentState.FAILED, PaymentState.VOIDED, PaymentState.EXPIRED}
_AFTER = {
    PaymentState.CAPTURED: {PaymentState.DISPUTED},
    PaymentState.DISPUTED: {PaymentState.CAPTURED},
}


def record(session: Session, order_id: int, said: PaymentData) -> int:
    """Note what happened to the money of an order; the same gateway and reference moves that payment on.

    Raises Invalid for amounts that make no sense and IllegalState for a move backwards. Returns the payment's id.
    """
    (order,) = queries.locked(session, [order_id])
    if said.amount.currency != order.currency:
        raise Invalid(
            f"Order {order.number} is in {order.currency}, not {said.amount.currency}.",
            path=("input", "amount", "currency"),
        )
    if not 0 < said.amount.minor <= LARGEST:
        raise Invalid("A payment must be above zero.", path=("input", "amount", "amount"))
    if not said.gateway.strip():
        raise Invalid("Name the gateway that the money went through, or say `manual`.", path=("input", "gateway"))
    known = _same(queries.payments_of(session, [order_id])[order_id], said)
    if known is not None and not _may_follow(known, said):
        raise IllegalState(
            f"Payment {said.reference} is {known.state.lower()} already and cannot become {said.state.lower()}.",
            path=("input", "state"),
        )
    (payment_id,) = take(session, [(order_id, said)])
    go_on(session, [order_id])
    return payment_id


def take(session: Session, told: Sequence[tuple[int, PaymentData]]) -> list[int]:
    """Note payments of locked orders as (order id, payment), new or moved on; what is old news changes nothing.

    Books them. Statuses are the caller's to refresh. The ids, in the order given.
    """
    if not told:
        return []
    known = queries.payments_of(session, sorted({order_id for order_id, _ in told}))
    moved: dict[int, int] = {}
    new: list[int] = []
    for index, (order_id, said) in enumerate(told):
        payment = _same(known[order_id], said)
        if payment is None:
            new.append(index)
            continue
        if _may_follow(payment, said):
            _move(payment, said)
            _tell(session, payment.id, order_id, said)
        moved[index] = payment.id
    session.flush()
    added = payments.add(session, [told[index] for index in new])
    for index, payment_id in zip(new, added, strict=True):
        _tell(session, payment_id, *told[index])
    book.payments(session, [*added, *moved.values()], at=max(said.at for _, said in told))
    by_index = moved | dict(zip(new, added, strict=True))
    return [by_index[index] for index in range(len(told))]


def go_on(session: Session, order_ids: Sequence[int]) -> None:
    """Derive statuses, and have orders checked again that may have waited for money, or lost some that was promised."""
    statuses.refresh(session, order_ids)
    held, known = queries.open_holds(session, order_ids), queries.payments_of(session, order_ids)
    for order_id in order_ids:
        waits = any(hold.kind == "PAYMENT" for hold in held[order_id])
        if waits or any(payment.disputed_minor > 0 or payment.state in _LOST for payment in known[order_id]):
            queries.mark_unchecked(session, [order_id])
            advance.later(session, [order_id])


def _same(known: Sequence[Payment], said: PaymentData) -> Payment | None:
    if not said.reference:
        return None
    return next((each for each in known if (each.gateway, each.reference) == (said.gateway, said.reference)), None)


def _may_follow(payment: Payment, said: PaymentData) -> bool:
    state = PaymentState(said.state)
    if payment.state in _BEFORE:
        return not (payment.state is PaymentState.AUTHORIZED and state is PaymentState.PENDING)
    if payment.state is state:
        return state is PaymentState.CAPTURED and said.amount.minor > payment.captured_minor
    return state in _AFTER.get(payment.state, set())


def _move(payment: Payment, said: PaymentData) -> None:
    payment.state = PaymentState(said.state)
    amount = said.amount.minor
    payment.expires_at = said.expires_at or payment.expires_at
    if payment.state is PaymentState.CAPTURED:
        payment.amount_minor = max(payment.amount_minor, amount)
        payment.captured_minor = max(payment.captured_minor, amount)
        payment.disputed_minor = 0
    elif payment.state is PaymentState.DISPUTED:
        payment.amount_minor = max(payment.amount_minor, amount)
        payment.captured_minor = max(payment.captured_minor, amount)
        payment.disputed_minor = amount


_WORDS = {
    PaymentState.PENDING: "payment.pending",
    PaymentState.AUTHORIZED: "payment.authorized",
    PaymentState.CAPTURED: "payment.captured",
    PaymentState.FAILED: "payment.failed",
    PaymentState.VOIDED: "payment.voided",
    PaymentState.EXPIRED: "payment.expired",
    PaymentState.DISPUTED: "payment.disputed",
}


def _tell(session: Session, payment_id: int, order_id: int, said: PaymentData) -> None:
    state = PaymentState(said.state)
    subject, worth = ids.encode("pay", payment_id), spoken(said.amount.minor, said.amount.currency)
    message = f"{worth} through {said.gateway}: {state.lower()}."
    outbox.record(session, _WORDS[state], subject, message, order_id=order_id, occurred_at=said.at)
    if state is PaymentState.DISPUTED:
        _dispute(session, payment_id, order_id, said.amount, said.at)


def _dispute(session: Session, payment_id: int, order_id: int, amount: Money, at: datetime) -> None:
    (order,) = queries.locked(session, [order_id])
    refunded = order.refunded_minor
    also = f" {spoken(refunded, order.currency)} of it was refunded before: send that as evidence." if refunded else ""
    taken = f"The shopper's bank took back {spoken(amount.minor, amount.currency)} on {at:%d %B %Y}."
    risk_outcomes.later(session, order_id, RiskEnding.CHARGED_BACK, taken)
    open_case(
        session,
        kind=CaseKind.PAYMENT,
        code="refunded_and_charged_back" if refunded else "chargeback",
        title=f"Charge-back on {order.number}",
        message=taken + also,
        subject=ids.encode("pay", payment_id),
        order_id=order_id,
        same_as=f"chargeback:{payment_id}:{at:%Y-%m-%dT%H:%M:%S}",
        data={"refunded_minor": refunded},
        cost_minor=amount.minor,
        cost_currency=amount.currency,
    )
