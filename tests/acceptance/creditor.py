"""Whoever grants credit to firms, as a plugin of its own: each may owe so much at a time, whoever asks first."""

import threading
from collections.abc import Sequence

import crossdock
from crossdock import Finding, FindingKind, Money, OrderView

LIMIT = Money(10_000, "GBP")
_one_at_a_time = threading.Lock()
_granted: dict[str, dict[str, Money]] = {}
"""By firm: what each of its orders takes of the credit."""


def forget() -> None:
    """Nobody owes anything."""
    _granted.clear()


def owed(firm: str) -> Money:
    return Money.sum(_granted.get(firm, {}).values(), LIMIT.currency)


@crossdock.hookimpl
def crossdock_validate_order(order: OrderView) -> Sequence[Finding]:
    """The same answer for the same order, however often it is asked about."""
    address = order.data.billing_address
    if address is None or address.company is None:
        return []
    with _one_at_a_time:
        orders = _granted.setdefault(address.company, {})
        if order.order_id in orders:
            return []
        left = LIMIT - owed(address.company)
        if order.data.total.minor <= left.minor:
            orders[order.order_id] = order.data.total
            return []
    message = f"{order.data.total} are more than the {left} of credit that {address.company} has left."
    fix = "Wait for its payment, or release the hold to ship on trust."
    return [Finding(kind=FindingKind.HOLD, hold="CREDIT", code="limit", message=message, fix=fix)]
