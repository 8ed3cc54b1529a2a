"""Returns: what channels tell of them, and the hook that decides them."""

from dataclasses import dataclass
from datetime import datetime

from crossdock.money import Money
from crossdock.orders import OrderView


@dataclass(frozen=True, slots=True, kw_only=True)
class ReturnedLine:
    """Units of one line that come back.

    reason: CHANGED_MIND, DEFECTIVE, DAMAGED_IN_TRANSIT, NOT_AS_DESCRIBED, WRONG_ITEM, TOO_LATE, UNDELIVERABLE
        or OTHER.
    """

    line_external_id: str
    sku: str
    quantity: int
    reason: str = "OTHER"
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ChannelReturn:
    """A return that the shopper asked of the channel."""

    external_id: str
    order_external_id: str
    requested_at: datetime
    lines: tuple[ReturnedLine, ...]
    version: int | None = None
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReturnDecision:
    """Our answer to a return that waits at the channel."""

    return_external_id: str
    order_external_id: str
    accepted: bool
    reason: str = ""
    refund: Money | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ReturnRequest:
    """What the hook `crossdock_return_policy` judges. `delivered_at` None: not yet, or nobody knows."""

    order: OrderView
    lines: tuple[ReturnedLine, ...]
    requested_at: datetime
    delivered_at: datetime | None = None
    window_days: int = 30


@dataclass(frozen=True, slots=True, kw_only=True)
class PolicyVerdict:
    """One policy's word. The strictest wins; `automatic` False leaves an acceptance to a person."""

    policy: str
    accepted: bool
    automatic: bool = True
    reasons: tuple[str, ...] = ()
