"""Providers of kind `payment`: taking money that was authorised."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol, runtime_checkable

from crossdock.context import Context
from crossdock.money import Money


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
