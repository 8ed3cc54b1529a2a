"""Providers of kind `risk`: how likely an order is fraud."""

from dataclasses import dataclass
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
