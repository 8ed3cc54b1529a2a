"""Tables of purchasing: suppliers, what they offer, and what was ordered from them."""

import enum
from datetime import datetime
from typing import TYPE_CHECKING

from sqlalchemy import CheckConstraint, ForeignKey, Index, func

from core.db import Base, BigInt, Currency, Id, Mapped, Minor, mapped_column, related

if TYPE_CHECKING:
    from core.catalog.models import Item
    from core.integrations.models import Integration
    from core.shipments.models import Document
    from core.stock.models import Location


class PurchaseOrderState(enum.StrEnum):
    DRAFT = "DRAFT"
    APPROVED = "APPROVED"
    SENT = "SENT"
    ACKNOWLEDGED = "ACKNOWLEDGED"
    PARTIALLY_RECEIVED = "PARTIALLY_RECEIVED"
    RECEIVED = "RECEIVED"
    CLOSED = "CLOSED"
    CANCELLED = "CANCELLED"


class Supplier(Base):
    """Somebody who sells to us, and may ship for us from `location_id`."""

    __tablename__ = "suppliers"

    id: Mapped[Id]
    key: Mapped[str] = mapped_column(unique=True)
    name: Mapped[str]
    email: Mapped[str | None]
    integration_id: Mapped[BigInt | None] = mapped_column(ForeignKey("integrations.id"))
    location_id: Mapped[BigInt | None] = mapped_column(ForeignKey("locations.id"), unique=True)
    priority: Mapped[int] = mapped_column(server_default="0")
    lead_time_days: Mapped[int] = mapped_column(server_default="0")
    currency: Mapped[Currency]
    active: Mapped[bool] = mapped_column(server_default="true")
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())

    integration: Mapped["Integration | None"] = related()
    location: Mapped["Location | None"] = related()
    offers: Mapped[list["SupplierOffer"]] = related()


class SupplierOffer(Base):
    """What one supplier asks for one item. `stock` null: they do not say."""

    __tablename__ = "supplier_offers"
    __table_args__ = (Index("uq_supplier_offers", "supplier_id", "item_id", unique=True),)

    id: Mapped[Id]
    supplier_id: Mapped[BigInt] = mapped_column(ForeignKey("suppliers.id"))
    item_id: Mapped[BigInt] = mapped_column(ForeignKey("items.id"), index=True)
    supplier_sku: Mapped[str]
    currency: Mapped[Currency]
    cost_minor: Mapped[Minor]
    stock: Mapped[int | None]
    min_quantity: Mapped[int] = mapped_column(server_default="1")
    pack_size: Mapped[int] = mapped_column(server_default="1")
    """It is bought in multiples of so many."""
    lead_time_days: Mapped[int] = mapped_column(server_default="0")
    left_out_until: Mapped[datetime | None]
    """Routing passes this supplier over for this item until then: it has just refused some."""
    told: Mapped[bool] = mapped_column(server_default="false")
    """The supplier's integration named it, and may withdraw it; one that only a person named stays."""
    withdrawn_at: Mapped[datetime | None]
    """Since then it is offered no more: neither routing nor advice what to order again counts on it."""
    updated_at: Mapped[datetime] = mapped_column(server_default=func.now())

    supplier: Mapped[Supplier] = related()
    item: Mapped["Item"] = related()


class PurchaseOrder(Base):
    """Goods ordered from one supplier for one location."""

    __tablename__ = "purchase_orders"
    __table_args__ = (
        Index("ix_purchase_orders_state", "state", "id"),
        Index("ix_purchase_orders_location", "location_id"),
    )

    id: Mapped[Id]
    number: Mapped[str] = mapped_column(unique=True)
    supplier_id: Mapped[BigInt] = mapped_column(ForeignKey("suppliers.id"), index=True)
    location_id: Mapped[BigInt] = mapped_column(ForeignKey("locations.id"))
    state: Mapped[PurchaseOrderState] = mapped_column(server_default="DRAFT")
    currency: Mapped[Currency]
    total_minor: Mapped[Minor] = mapped_column(server_default="0")
    expected_at: Mapped[datetime | None]
    note: Mapped[str | None]
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())
    sent_at: Mapped[datetime | None]
    closed_at: Mapped[datetime | None]
    version: Mapped[int] = mapped_column(server_default="1")

    supplier: Mapped[Supplier] = related()
    location: Mapped["Location"] = related()
    lines: Mapped[list["PurchaseOrderLine"]] = related()
    documents: Mapped[list["Document"]] = related()


class PurchaseOrderLine(Base):
    """Units of one item on a purchase order; more may come than was ordered, never a negative number."""

    __tablename__ = "purchase_order_lines"
    __table_args__ = (
        CheckConstraint("quantity > 0 and received >= 0", name="signs"),
        Index("uq_purchase_order_lines", "purchase_order_id", "item_id", unique=True),
    )

    id: Mapped[Id]
    purchase_order_id: Mapped[BigInt] = mapped_column(ForeignKey("purchase_orders.id"))
    item_id: Mapped[BigInt] = mapped_column(ForeignKey("items.id"), index=True)
    quantity: Mapped[int]
    acknowledged: Mapped[int | None]
    received: Mapped[int] = mapped_column(server_default="0")
    currency: Mapped[Currency]
    unit_cost_minor: Mapped[Minor]
    expected_at: Mapped[datetime | None]

    item: Mapped["Item"] = related()
