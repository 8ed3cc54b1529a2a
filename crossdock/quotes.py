"""What a supplier would take for shipping an order, asked before anybody decides who ships it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol, runtime_checkable

from crossdock.address import Address
from crossdock.context import Context
from crossdock.money import Money
from crossdock.supplier import SupplierLine


@dataclass(frozen=True, slots=True, kw_only=True)
class QuoteRequest:
    """What one location would be asked to ship: never more than the hub believes to be there."""

    location: str
    ship_to: Address
    lines: tuple[SupplierLine, ...]
    shipping_method: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Lacking:
    """Units of one line that would not be shipped. `line` is the hub's name for it, from the request."""

    line: str
    quantity: int
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Quote:
    """Shipping at one speed.

    service: what people call the speed. cost: all fees together; None where nobody says.
    leaves_at, arrives_at: of the last parcel, aware, as late as promised; None where nobody says.
    lacking: what would not come with it. refused: why nothing can be shipped at this speed; "" it can.
    """

    service: str
    cost: Money | None = None
    leaves_at: datetime | None = None
    arrives_at: datetime | None = None
    lacking: tuple[Lacking, ...] = ()
    refused: str = ""


@runtime_checkable
class QuoteSource(Protocol):
    """Capability `quotes` of a supplier: routing weighs what it says of its locations against the others."""

    def quote(self, ctx: Context[Any], request: QuoteRequest) -> Sequence[Quote]:
        """One quote for each speed; the first is the one that `submit` would go by. Empty: it cannot say.

        It orders and reserves nothing. It has a few seconds until `ctx.deadline`: routing goes on without whoever is
        late or fails. The hub keeps an answer for a few minutes.
        """
        ...
