"""Providers of kind `payment`: money that was promised is taken, given back, and looked after meanwhile."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol, runtime_checkable

from crossdock.context import Context
from crossdock.money import Money
from crossdock.orders import PaymentState


@dataclass(frozen=True, slots=True, kw_only=True)
class CaptureRequest:
    """Take so much of an authorised payment. `reference` is the gateway's own name for the payment."""

    reference: str | None
    amount: Money
    order_number: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Captured:
    """Money that was taken. `external_id`: the gateway's own name for this capture, where it has one."""

    amount: Money
    at: datetime
    external_id: str | None = None


@runtime_checkable
class PaymentCapturer(Protocol):
    """Capability `capture`, for payments whose gateway is the integration's key. The idempotency key is `ctx.key`."""

    def capture(self, ctx: Context[Any], request: CaptureRequest) -> Captured:
        """Take the money. Raises Rejected, Retryable, OutcomeUnknown."""
        ...

    def find_capture(self, ctx: Context[Any], request: CaptureRequest) -> Captured | None:
        """What was taken with this key, or None when nothing was."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class GiveBackRequest:
    """Give so much of a captured payment back to whoever paid. `reason` is for people."""

    reference: str | None
    amount: Money
    order_number: str
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class GivenBack:
    """Money that went back. `external_id`: the gateway's own name for this refund, where it has one."""

    amount: Money
    at: datetime
    external_id: str | None = None


@runtime_checkable
class PaymentRefunder(Protocol):
    """Capability `refund`, for payments whose gateway is the integration's key. The idempotency key is `ctx.key`."""

    def refund(self, ctx: Context[Any], request: GiveBackRequest) -> GivenBack:
        """Give the money back. Raises Rejected, also for more than is left; Retryable, OutcomeUnknown, Pending."""
        ...

    def find_refund(self, ctx: Context[Any], request: GiveBackRequest) -> GivenBack | None:
        """What went back with this key, or None when nothing did."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class PaymentStanding:
    """How a payment stands. `amount`: of its state, so what was captured of a captured one; `at`: since when."""

    state: PaymentState
    amount: Money
    at: datetime
    expires_at: datetime | None = None


@runtime_checkable
class PaymentWatcher(Protocol):
    """Capability `status`, for payments whose gateway is the integration's key."""

    def status(self, ctx: Context[Any], reference: str) -> PaymentStanding:
        """How the payment of this name stands now. Raises Rejected where the gateway knows none."""
        ...
