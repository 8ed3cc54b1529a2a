"""Payments: an authorisation with its captures is one, a sale is one, and an order may have several."""

from collections.abc import Sequence

from crossdock import Money, PaymentData, PaymentState
from plugins.shopify.mapping.money import paid
from plugins.shopify.wire.orders import Order, Transaction

_STARTS = {"SALE", "AUTHORIZATION", "EMV_AUTHORIZATION"}
_FAILED = {"FAILURE", "ERROR"}


def payments_of(order: Order) -> tuple[PaymentData, ...]:
    """In the order in which they were begun; those of nothing are left out."""
    found = (_payment(each, order) for each in order.transactions if each.kind in _STARTS)
    return tuple(payment for payment in found if payment.amount.minor > 0)


def _payment(start: Transaction, order: Order) -> PaymentData:
    currency = order.presentment_currency_code
    follow = [each for each in order.transactions if _root(each, order.transactions) == start.id and each != start]
    captures = [each for each in follow if each.kind == "CAPTURE" and each.status == "SUCCESS"]
    voids = [each for each in follow if each.kind == "VOID" and each.status == "SUCCESS"]
    amount, last = paid(start.amount_set, currency), start
    if start.status in _FAILED:
        state = PaymentState.FAILED
    elif start.status != "SUCCESS":
        state = PaymentState.PENDING
    elif captures:
        state, last = PaymentState.CAPTURED, captures[-1]
        amount = Money.sum((paid(each.amount_set, currency) for each in captures), currency)
    elif voids:
        state, last = PaymentState.VOIDED, voids[-1]
    elif start.kind == "SALE":
        state = PaymentState.CAPTURED
    else:
        expired = order.display_financial_status == "EXPIRED"
        state = PaymentState.EXPIRED if expired else PaymentState.AUTHORIZED
    return PaymentData(
        reference=start.id,
        gateway=start.gateway or "shopify",
        state=state,
        amount=amount,
        at=last.processed_at or last.created_at,
        expires_at=start.authorization_expires_at,
    )


def _root(transaction: Transaction, known: Sequence[Transaction]) -> str:
    """The transaction that the payment began with. A chain is no longer than there are transactions."""
    parents = {each.id: each.parent_transaction.id for each in known if each.parent_transaction is not None}
    name = transaction.id
    for _ in known:
        name = parents.get(name, name)
    return name
