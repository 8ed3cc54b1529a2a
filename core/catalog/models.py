"""Tables of the catalogue: items and bundles, channels, and what a channel calls an item."""

import enum
from datetime import datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from sqlalchemy import CheckConstraint, Column, ForeignKey, Index, Numeric, Table, func

from core.db import Base, BigInt, Currency, Id, Mapped, mapped_column, related

if TYPE_CHECKING:
    from core.integrations.models import Integration
    from core.purchasing.models import SupplierOffer
    from core.replenishment.models import ReorderAdvice
    from core.stock.models import Location, StockLevel


class ItemKind(enum.StrEnum):
    SIMPLE = "SIMPLE"
    BUNDLE = "BUNDLE"
    SERVICE = "SERVICE"


class ShortagePolicy(enum.StrEnum):
    """What to do with what cannot be promised."""

    BACKORDER = "BACKORDER"
    HOLD = "HOLD"
    CANCEL = "CANCEL"


class PublishState(enum.StrEnum):
    PENDING = "PENDING"
    SENT = "SENT"
    CONFIRMED = "CONFIRMED"
    REJECTED = "REJECTED"
    DRIFTED = "DRIFTED"


class Item(Base):
    """A stock keeping unit, a bundle of them, or a service that needs no stock."""

    __tablename__ = "items"
    __table_args__ = (
        Index("ix_items_kind", "kind"),
        Index(
            "ix_items_search",
            "sku",
            "name",
            postgresql_using="gin",
            postgresql_ops={"sku": "gin_trgm_ops", "name": "gin_trgm_ops"},
        ),
        Index("ix_items_tags", "tags", postgresql_using="gin"),
    )

    id: Mapped[Id]
    sku: Mapped[str] = mapped_column(unique=True)
    name: Mapped[str]
    kind: Mapped[ItemKind] = mapped_column(server_default="SIMPLE")
    barcode: Mapped[str | None] = mapped_column(index=True)
    image_url: Mapped[str | None]
    active: Mapped[bool] = mapped_column(server_default="true")
    weight_grams: Mapped[int | None]
    length_mm: Mapped[int | None]
    width_mm: Mapped[int | None]
    height_mm: Mapped[int | None]
    hs_code: Mapped[str | None]
    origin_country: Mapped[str | None]
    tags: Mapped[list[str]] = mapped_column(server_default="{}")
    extra: Mapped[dict[str, Any]] = mapped_column("metadata", server_default="{}")
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())
    updated_at: Mapped[datetime] = mapped_column(server_default=func.now())

    components: Mapped[list["BundleComponent"]] = related(foreign_keys="BundleComponent.bundle_id")
    listings: Mapped[list["Listing"]] = related()
    levels: Mapped[list["StockLevel"]] = related()
    offers: Mapped[list["SupplierOffer"]] = related()
    reorder: Mapped["ReorderAdvice | None"] = related(uselist=False)


class BundleComponent(Base):
    """One part of a bundle's recipe. Orders keep the recipe as it was when they were placed."""

    __tablename__ = "bundle_components"
    __table_args__ = (
        CheckConstraint("quantity > 0", name="quantity"),
        Index("uq_bundle_components", "bundle_id", "item_id", unique=True),
    )

    id: Mapped[Id]
    bundle_id: Mapped[BigInt] = mapped_column(ForeignKey("items.id"))
    item_id: Mapped[BigInt] = mapped_column(ForeignKey("items.id"), index=True)
    quantity: Mapped[int]
    price_share: Mapped[Decimal] = mapped_column(Numeric(9, 6))

    item: Mapped[Item] = related(foreign_keys=[item_id])


channel_locations = Table(
    "channel_locations",
    Base.metadata,
    Column("channel_id", ForeignKey("channels.id"), primary_key=True),
    Column("location_id", ForeignKey("locations.id"), primary_key=True, index=True),
)


class Channel(Base):
    """A place where orders come from. Without rows in `channel_locations` it sells from every location."""

    __tablename__ = "channels"

    id: Mapped[Id]
    key: Mapped[str] = mapped_column(unique=True)
    name: Mapped[str]
    integration_id: Mapped[BigInt | None] = mapped_column(ForeignKey("integrations.id"))
    currency: Mapped[Currency]
    timezone: Mapped[str | None]
    priority: Mapped[int] = mapped_column(server_default="0")
    selling: Mapped[bool] = mapped_column(server_default="true")
    buffer: Mapped[int] = mapped_column(server_default="0")
    shortage: Mapped[ShortagePolicy] = mapped_column(server_default="BACKORDER")
    routing_strategy: Mapped[str | None]
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())

    integration: Mapped["Integration | None"] = related()
    locations: Mapped[list["Location"]] = related(secondary=channel_locations)


class Listing(Base):
    """What a channel calls one of our items, and what it was told that it may sell. Without item: unmapped."""

    __tablename__ = "listings"
    __table_args__ = (
        Index("ix_listings_publish_state", "publish_state"),
        Index("ix_listings_external_id", "external_id"),
        Index("uq_listings_external", "channel_id", "external_id", unique=True),
        Index("ix_listings_sku", "channel_id", "external_sku"),
    )

    id: Mapped[Id]
    channel_id: Mapped[BigInt] = mapped_column(ForeignKey("channels.id"))
    item_id: Mapped[BigInt | None] = mapped_column(ForeignKey("items.id"), index=True)
    external_id: Mapped[str]
    external_sku: Mapped[str | None]
    title: Mapped[str | None]
    mapped_at: Mapped[datetime | None]
    buffer: Mapped[int] = mapped_column(server_default="0")
    cap: Mapped[int | None]
    publish_state: Mapped[PublishState | None]
    published_quantity: Mapped[int | None]
    published_sequence: Mapped[BigInt | None]
    published_at: Mapped[datetime | None]
    confirmed_quantity: Mapped[int | None]
    confirmed_sequence: Mapped[BigInt | None]
    publish_error: Mapped[str | None]
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())

    channel: Mapped[Channel] = related()
    item: Mapped[Item | None] = related()
