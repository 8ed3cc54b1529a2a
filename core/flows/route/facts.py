"""What routing looks at: a batch of orders and its surroundings."""

from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from core.catalog.models import ShortagePolicy
from core.fulfillment.calendar import Calendar
from core.stock.models import LocationKind

Place = tuple[int, int]
"""(item id, location id)"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """Units of one order line without a place: `open` ones never had one, `backordered` ones wait for one."""

    id: int
    order_id: int
    sku: str
    item_id: int
    item: str
    weight_grams: int | None
    open: int
    backordered: int

    @property
    def wanted(self) -> int:
        return self.open + self.backordered


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """One order to route. `refused`: (item id, location id) that said no to it a short while ago."""

    id: int
    number: str
    version: int
    routable: bool
    priority: int
    channel_id: int
    channel_priority: int
    channel_currency: str
    strategy: str | None
    shortage: ShortagePolicy
    placed_at: datetime
    ship_by: datetime | None
    country: str | None
    shipping_address: dict[str, Any] | None
    shipping_method: str | None
    locations: frozenset[int]
    """The channel's own locations; empty: all."""
    pinned: frozenset[int]
    """Locations that a person chose for it; empty: none were."""
    refused: frozenset[Place]
    lines: tuple[Line, ...] = ()

    @property
    def turn(self) -> tuple[int, int, datetime, int]:
        """Who is served first when stock is scarce: priority of order, then of channel, then age."""
        return (-self.priority, -self.channel_priority, self.placed_at, self.id)


@dataclass(frozen=True, slots=True, kw_only=True)
class Location:
    """A place that ships."""

    id: int
    code: str
    name: str
    kind: LocationKind
    address: dict[str, Any] | None
    latitude: float | None
    longitude: float | None
    calendar: Calendar
    daily_capacity: int | None
    priority: int
    active: bool
    integration_id: int | None
    integration: str | None
    """Who speaks for it, by key."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Offer:
    """What a supplier says of one item, and what it calls it."""

    supplier_sku: str | None
    lead_time_days: int
    left_out_until: datetime | None


@dataclass(slots=True, kw_only=True)
class Facts:
    """A batch and its surroundings. `available` and `planned` change in memory as orders take their part."""

    at: datetime
    strategy: str
    orders: list[Order]
    """Those to be served first, first."""
    locations: list[Location]
    available: dict[Place, int]
    offers: dict[Place, Offer]
    planned: dict[tuple[int, date], int] = field(default_factory=dict)
    """Units that leave a location on a day; only where it has a daily capacity."""
