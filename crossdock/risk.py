"""Providers of kind `risk`: how likely an order is fraud."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any, Protocol, runtime_checkable

from crossdock.context import Context
from crossdock.orders import OrderView


class RiskLevel(StrEnum):
    """Settings say from which level on an order waits for a person."""

    LOW = "LOW"
    MEDIUM = "MEDIUM"
    HIGH = "HIGH"


@dataclass(frozen=True, slots=True, kw_only=True)
class RiskSignal:
    """One thing that speaks for fraud, or against it (a negative weight). `message` is a sentence for people."""

    code: str
    message: str
    weight: Decimal = Decimal(0)


@dataclass(frozen=True, slots=True, kw_only=True)
class RiskVerdict:
    """What a source thinks of an order. `score` is between 0, no risk, and 100."""

    level: RiskLevel
    score: Decimal
    signals: tuple[RiskSignal, ...] = ()


@runtime_checkable
class RiskAssessor(Protocol):
    """Capability `assess`."""

    def assess(self, ctx: Context[Any], order: OrderView) -> RiskVerdict:
        """Judge one order. Asked whenever the order's checks are due, so again after it has changed."""
        ...


class RiskEnding(StrEnum):
    """What became of an order that was judged.

    RELEASED: a person let it go on although it was held for its risk. CANCELLED: it was cancelled as fraud.
    CHARGED_BACK: the shopper's bank took the money back.
    """

    RELEASED = "RELEASED"
    CANCELLED = "CANCELLED"
    CHARGED_BACK = "CHARGED_BACK"


@dataclass(frozen=True, slots=True, kw_only=True)
class RiskOutcome:
    """What became of an order, for a source that judged it. `message` is a sentence for people."""

    order_id: str
    number: str
    ending: RiskEnding
    at: datetime
    message: str = ""


@runtime_checkable
class RiskLearner(Protocol):
    """Capability `outcomes`: a source that learns from what became of the orders that it judged."""

    def report_outcome(self, ctx: Context[Any], outcome: RiskOutcome) -> None:
        """Hear of one. Told at least once, each time with the same `ctx.key`. Raises Retryable, Rejected."""
        ...
