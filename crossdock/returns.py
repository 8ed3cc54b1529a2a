"""Returns: what channels tell of them, and the hook that decides them."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from crossdock.money import Money
from crossdock.orders import OrderView
from crossdock.supplier import Quarantined


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


class ChannelReturnState(StrEnum):
    """How far a return is by the channel's word. REQUESTED waits for our decision; the channel decided the others."""

    REQUESTED = "REQUESTED"
    APPROVED = "APPROVED"
    DECLINED = "DECLINED"
    CANCELLED = "CANCELLED"
    CLOSED = "CLOSED"


@dataclass(frozen=True, slots=True, kw_only=True)
class ChannelReturn:
    """A return that the shopper asked of the channel. decide_by: after that the channel decides by itself."""

    external_id: str
    order_external_id: str
    requested_at: datetime
    lines: tuple[ReturnedLine, ...]
    version: int | None = None
    note: str = ""
    state: ChannelReturnState = ChannelReturnState.REQUESTED
    decide_by: datetime | None = None
    tracking_number: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ReturnPage:
    """Some returns of a window. `cursor` goes on from here; None is the end of the window."""

    returns: tuple[ChannelReturn, ...]
    cursor: str | None = None
    quarantined: tuple[Quarantined, ...] = ()


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
