"""Tables of stock. On hand, reserved and damaged change only by movement rows; levels are their sums."""

import enum
from datetime import date, datetime, time
from typing import TYPE_CHECKING, Any

from sqlalchemy import ARRAY, CheckConstraint, Date, Float, ForeignKey, Index, String, func, text

from core.db import Base, BigInt, Id, Mapped, Minor, mapped_column, related

if TYPE_CHECKING:
    from core.catalog.models import Item
    from core.integrations.models import Integration
    from core.purchasing.models import Supplier


class LocationKind(enum.StrEnum):
    WAREHOUSE = "WAREHOUSE"
    STORE = "STORE"
    THIRD_PARTY = "THIRD_PARTY"
    SUPPLIER = "SUPPLIER"
    MARKETPLACE = "MARKETPLACE"

    @property
    def own(self) -> bool:
        """Whether what lies there is ours: a supplier's stock is an offer, not a holding."""
        return self is not LocationKind.SUPPLIER


class StockAuthority(enum.StrEnum):
    """Who says what is on hand: our ledger, or the location's own figures, before or after the orders it has seen."""

    HUB = "HUB"
    LOCATION = "LOCATION"
    LOCATION_NET_OF_ORDERS = "LOCATION_NET_OF_ORDERS"


class Weekday(enum.StrEnum):
    MONDAY = "MONDAY"
    TUESDAY = "TUESDAY"
    WEDNESDAY = "WEDNESDAY"
    THURSDAY = "THURSDAY"
    FRIDAY = "FRIDAY"
    SATURDAY = "SATURDAY"
    SUNDAY = "SUNDAY"


class MovementReason(enum.StrEnum):
    RECEIPT = "RECEIPT"
    RESERVE = "RESERVE"
    RELEASE = "RELEASE"
    SHIP = "SHIP"
    RETURN = "RETURN"
    ADJUST = "ADJUST"
    COUNT = "COUNT"
    TRANSFER_OUT = "TRANSFER_OUT"
    TRANSFER_IN = "TRANSFER_IN"
    DAMAGE = "DAMAGE"
    WRITE_OFF = "WRITE_OFF"
    SNAPSHOT = "SNAPSHOT"


class Location(Base):
    """A place that ships: own warehouse or store, 3PL, supplier, marketplace's warehouse."""

    __tablename__ = "locations"

    id: Mapped[Id]
    code: Mapped[str] = mapped_column(unique=True)
    name: Mapped[str]
    kind: Mapped[LocationKind]
    address: Mapped[dict[str, Any] | None]
    latitude: Mapped[float | None] = mapped_column(Float)
    longitude: Mapped[float | None] = mapped_column(Float)
    timezone: Mapped[str] = mapped_column(server_default="UTC")
    cutoff: Mapped[time | None]
    """Local time of day: what is ready strictly before it leaves the same day."""
    workdays: Mapped[list[str]] = mapped_column(server_default=text("'{MONDAY,TUESDAY,WEDNESDAY,THURSDAY,FRIDAY}'"))
    closed_on: Mapped[list[date]] = mapped_column(ARRAY(Date), server_default="{}")
    daily_capacity: Mapped[int | None]
    priority: Mapped[int] = mapped_column(server_default="0")
    active: Mapped[bool] = mapped_column(server_default="true")
    stock_authority: Mapped[StockAuthority] = mapped_column(server_default="HUB")
    integration_id: Mapped[BigInt | None] = mapped_column(ForeignKey("integrations.id"))
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())

    supplier: Mapped["Supplier | None"] = related(uselist=False)
    integration: Mapped["Integration | None"] = related()


class StockLevel(Base):
    """What one location has of one item: the sum of its movements, kept by the transaction that writes them."""

    __tablename__ = "stock_levels"
    __table_args__ = (
        CheckConstraint("not owned or (on_hand >= 0 and reserved <= on_hand)", name="on_hand"),
        CheckConstraint("reserved >= 0 and damaged >= 0 and safety >= 0", name="signs"),
        Index("uq_stock_levels", "item_id", "location_id", unique=True),
        Index("ix_stock_levels_location", "location_id", "item_id"),
    )

    id: Mapped[Id]
    item_id: Mapped[BigInt] = mapped_column(ForeignKey("items.id"))
    location_id: Mapped[BigInt] = mapped_column(ForeignKey("locations.id"))
    owned: Mapped[bool] = mapped_column(server_default="true")
    """Whether the location holds our goods; a supplier's figures may fall below what we reserved of them."""
    bin: Mapped[str | None]
    on_hand: Mapped[int] = mapped_column(server_default="0")
    reserved: Mapped[int] = mapped_column(server_default="0")
    damaged: Mapped[int] = mapped_column(server_default="0")
    incoming: Mapped[int] = mapped_column(server_default="0")
    safety: Mapped[int] = mapped_column(server_default="0")
    safety_automatic: Mapped[bool] = mapped_column(server_default="true")
    figured_at: Mapped[datetime | None]
    """The moment of the latest count or figure of it, also of one that changed nothing and wrote no movement."""
    updated_at: Mapped[datetime] = mapped_column(server_default=func.now())

    item: Mapped["Item"] = related()
    location: Mapped[Location] = related()


class StockMovement(Base):
    """One change of a level, for ever. `reference` is the document behind it, by id, or the caller's own words.

    It names item and location without foreign keys: a trigger looks for the levels of a whole set at once, and each
    level has them.
    """

    __tablename__ = "stock_movements"
    __table_args__ = (
        Index("ix_stock_movements_reason", "reason"),
        Index("ix_stock_movements_location", "location_id", "id"),
        Index("ix_stock_movements_item", "item_id", "location_id", "id"),
        Index("ix_stock_movements_occurred", "occurred_at", "id"),
        Index("ix_stock_movements_reference", "reference"),
        Index(
            "ix_stock_movements_figures",
            "item_id",
            "location_id",
            "occurred_at",
            postgresql_where=text("reason in ('COUNT', 'SNAPSHOT')"),
        ),
    )

    id: Mapped[Id]
    item_id: Mapped[BigInt]
    location_id: Mapped[BigInt]
    reason: Mapped[MovementReason]
    on_hand_delta: Mapped[int] = mapped_column(server_default="0")
    reserved_delta: Mapped[int] = mapped_column(server_default="0")
    damaged_delta: Mapped[int] = mapped_column(server_default="0")
    unit_cost_minor: Mapped[Minor | None]
    cost_currency: Mapped[str | None] = mapped_column(String(3))
    reference: Mapped[str | None]
    note: Mapped[str | None]
    actor: Mapped[str]
    occurred_at: Mapped[datetime]
    recorded_at: Mapped[datetime] = mapped_column(server_default=func.now())

    item: Mapped["Item"] = related(primaryjoin="foreign(StockMovement.item_id) == Item.id")
    location: Mapped[Location] = related(primaryjoin="foreign(StockMovement.location_id) == Location.id")


class Reservation(Base):
    """Units of one item at one location promised to one fulfillment line; 0 once they are released or shipped."""

    __tablename__ = "reservations"
    __table_args__ = (
        CheckConstraint("quantity >= 0", name="quantity"),
        Index("uq_reservations_line", "fulfillment_line_id", unique=True),
        Index("ix_reservations_level", "item_id", "location_id", postgresql_where=text("quantity > 0")),
        Index("ix_reservations_order_line", "order_line_id"),
    )

    id: Mapped[Id]
    fulfillment_line_id: Mapped[BigInt] = mapped_column(ForeignKey("fulfillment_lines.id"))
    order_line_id: Mapped[BigInt] = mapped_column(ForeignKey("order_lines.id"))
    item_id: Mapped[BigInt] = mapped_column(ForeignKey("items.id"))
    location_id: Mapped[BigInt] = mapped_column(ForeignKey("locations.id"))
    quantity: Mapped[int]
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())
