"""What may be done with an order as it stands, and why not where it may not. Pure."""

from collections.abc import Callable
from dataclasses import dataclass

from core.actions import Action
from core.orders.states import OrderStatus

_OVER = {OrderStatus.CANCELLED, OrderStatus.CANCELLING}
_STOPPED = "The order is cancelled, or about to be."
_GONE = "Everything of it has shipped or is cancelled."


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """An order in the numbers that decide. Units count only lines that ship."""

    status: OrderStatus
    held: bool
    fulfilled_by_channel: bool
    waiting: int
    backordered: int
    allocated: int
    shipped: int
    returnable: int
    """Units shipped that are on no return."""
    refundable_minor: int
    """Captured money that has not gone back."""
    capturable_minor: int
    """Money that is promised and not taken yet."""

    @property
    def unshipped(self) -> int:
        return self.waiting + self.backordered + self.allocated


Rule = Callable[[Standing], str | None]
"""Why not; None where nothing stands against it."""


def _always(_order: Standing) -> None:
    """Nothing about an order stands against it."""


def _hold(order: Standing) -> str | None:
    if order.status in _OVER:
        return _STOPPED
    return None if order.unshipped else _GONE


def _release(order: Standing) -> str | None:
    return None if order.held else "Nothing holds the order."


def _route(order: Standing) -> str | None:
    if order.fulfilled_by_channel:
        return "The channel ships this order itself."
    if order.held:
        return "The order is on hold; release it first."
    if order.status in _OVER:
        return _STOPPED
    return None if order.unshipped else _GONE


def _change(order: Standing) -> str | None:
    if order.status in _OVER:
        return _STOPPED
    return None if order.unshipped else _GONE


def _cancel(order: Standing) -> str | None:
    if order.status is OrderStatus.CANCELLED:
        return "The order is cancelled already."
    return None if order.unshipped else "Everything of it has shipped; a return brings it back."


def _after_shipping(order: Standing) -> str | None:
    return None if order.shipped else "Nothing of it has shipped."


def _return(order: Standing) -> str | None:
    if not order.shipped:
        return "Nothing of it has shipped."
    return None if order.returnable else "All that has shipped is on a return already."


def _refund(order: Standing) -> str | None:
    return None if order.refundable_minor > 0 else "No money of it is left to give back."


def _capture(order: Standing) -> str | None:
    return None if order.capturable_minor > 0 else "No payment is authorised and waiting to be captured."


def _ship(order: Standing) -> str | None:
    if order.fulfilled_by_channel:
        return "The channel ships this order itself."
    return None if order.unshipped else _GONE


RULES: dict[str, tuple[str, Rule]] = {
    "orderHold": ("orders:write", _hold),
    "orderReleaseHold": ("orders:write", _release),
    "orderRoute": ("orders:write", _route),
    "orderEdit": ("orders:write", _change),
    "orderSetAddress": ("orders:write", _change),
    "orderCancel": ("orders:write", _cancel),
    "orderReplace": ("orders:write", _after_shipping),
    "orderSetPriority": ("orders:write", _change),
    "orderTag": ("orders:write", _always),
    "orderNote": ("orders:write", _always),
    "paymentRecord": ("orders:write", _always),
    "paymentCapture": ("orders:write", _capture),
    "shipmentCreate": ("fulfillment:write", _ship),
    "returnRequest": ("returns:write", _return),
    "refundCreate": ("refunds:write", _refund),
}
"""Mutation: the scope that it takes, and what of the order may stand against it."""


def available(order: Standing, can: Callable[[str], bool]) -> list[Action]:
    """Every mutation of an order; `can` says whether the caller has a scope."""
    return [_judged(name, scope, rule(order), can) for name, (scope, rule) in RULES.items()]


def _judged(name: str, scope: str, against: str | None, can: Callable[[str], bool]) -> Action:
    reason = against if can(scope) else f"This key lacks the scope {scope}."
    return Action(name, reason is None, reason)
