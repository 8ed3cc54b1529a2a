"""All that the summary of an order is made of."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from zoneinfo import ZoneInfo

from core.orders.states import CancelReason, FulfillmentStatus, HoldKind, OrderStatus, PaymentStatus


@dataclass(frozen=True, slots=True, kw_only=True)
class Parcel:
    """A shipment that has left. `status` is a word of ShipmentStatus."""

    status: str
    carrier: str | None = None
    tracking_number: str | None = None
    expected: datetime | None = None
    delivered_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Work:
    """What a location has been given to ship, and the day it should leave. `location` is a name for shoppers."""

    location: str
    ship_on: date | None = None


@dataclass(frozen=True, slots=True)
class OpenHold:
    message: str
    fix: str | None = None
    kind: HoldKind = HoldKind.OTHER


@dataclass(frozen=True, slots=True)
class OpenReturn:
    """A return that is not over. `state` is a word of ReturnState."""

    number: str
    state: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """Units count only lines that ship, and no cancelled ones."""

    number: str
    status: OrderStatus
    payment: PaymentStatus
    fulfillment: FulfillmentStatus
    currency: str
    refunded_minor: int = 0
    owed_minor: int = 0
    """What the shopper has yet to pay."""
    overpaid_minor: int = 0
    """What was paid for units that are cancelled, and has not gone back."""
    units: int = 0
    shipped: int = 0
    returned: int = 0
    backordered: Sequence[tuple[str, int]] = ()
    """What waits for stock: its name and units."""
    ship_by: datetime | None = None
    cancelled_at: datetime | None = None
    cancel_reason: CancelReason | None = None
    shipped_by: str | None = None
    """The name of the channel, where it ships the order itself."""
    address_pending: bool = False
    holds: Sequence[OpenHold] = ()
    parcels: Sequence[Parcel] = ()
    work: Sequence[Work] = ()
    returns: Sequence[OpenReturn] = ()
    cases: Sequence[str] = ()
    """Titles of open cases."""

    @property
    def over(self) -> bool:
        return self.status in {OrderStatus.CANCELLED, OrderStatus.CANCELLING}

    def late(self, now: datetime) -> bool:
        """Whether something of it should have left by now and has not."""
        return self.ship_by is not None and self.ship_by < now and self.shipped < self.units and not self.over

    def told_in(self, zone: str) -> "Facts":
        """The same with its moments on the clock of a zone, so that they fall on the shop's own days."""

        def local(moment: datetime | None) -> datetime | None:
            return moment.astimezone(ZoneInfo(zone)) if moment else None

        parcels = [
            replace(parcel, expected=local(parcel.expected), delivered_at=local(parcel.delivered_at))
            for parcel in self.parcels
        ]
        return replace(self, ship_by=local(self.ship_by), cancelled_at=local(self.cancelled_at), parcels=parcels)


@dataclass(frozen=True, slots=True)
class Summary:
    headline: str
    next_step: str | None
    attention: list[str]
