"""Tables of shipping: shipments and packages, labels and rates, scans, and what the channel was told."""

import enum
from datetime import datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, LargeBinary, Numeric, String, func, text

from core.db import Base, BigInt, Currency, Id, Mapped, Minor, mapped_column, related
from core.folding import folded_code
from core.origin import Origin

if TYPE_CHECKING:
    from core.fulfillment.models import FulfillmentOrder
    from core.orders.models import Order, OrderLine
    from core.shipments.manifests import Manifest
    from core.stock.models import Location


class ShipmentStatus(enum.StrEnum):
    DRAFT = "DRAFT"
    PACKED = "PACKED"
    LABELLED = "LABELLED"
    HANDED_OVER = "HANDED_OVER"
    IN_TRANSIT = "IN_TRANSIT"
    OUT_FOR_DELIVERY = "OUT_FOR_DELIVERY"
    READY_FOR_PICKUP = "READY_FOR_PICKUP"
    DELIVERED = "DELIVERED"
    DELAYED = "DELAYED"
    EXCEPTION = "EXCEPTION"
    DELIVERY_FAILED = "DELIVERY_FAILED"
    RETURNING = "RETURNING"
    RETURNED_TO_SENDER = "RETURNED_TO_SENDER"
    LOST = "LOST"
    CANCELLED = "CANCELLED"


class PackageKind(enum.StrEnum):
    PARCEL = "PARCEL"
    PALLET = "PALLET"
    LETTER = "LETTER"


class LabelState(enum.StrEnum):
    INTENT = "INTENT"
    PURCHASING = "PURCHASING"
    PURCHASED = "PURCHASED"
    UNKNOWN = "UNKNOWN"
    FAILED = "FAILED"
    VOID_REQUESTED = "VOID_REQUESTED"
    VOIDED = "VOIDED"
    VOID_REJECTED = "VOID_REJECTED"


class ConfirmationState(enum.StrEnum):
    PENDING = "PENDING"
    SENT = "SENT"
    CONFIRMED = "CONFIRMED"
    REJECTED = "REJECTED"
    FAILED = "FAILED"


class DocumentKind(enum.StrEnum):
    LABEL = "LABEL"
    RETURN_LABEL = "RETURN_LABEL"
    PACKING_SLIP = "PACKING_SLIP"
    COMMERCIAL_INVOICE = "COMMERCIAL_INVOICE"
    MANIFEST = "MANIFEST"
    PROOF_OF_DELIVERY = "PROOF_OF_DELIVERY"
    PURCHASE_ORDER = "PURCHASE_ORDER"
    INVOICE = "INVOICE"


class Shipment(Base):
    """What leaves together for one order. Its status is derived from its labels, hand-over and scans."""

    __tablename__ = "shipments"
    __table_args__ = (
        Index("ix_shipments_carrier", "carrier"),
        Index("ix_shipments_location", "location_id", "id"),
        Index("ix_shipments_shipped", "shipped_at", "id"),
        Index("ix_shipments_created", "created_at", "id"),
        Index("ix_shipments_status", "status", "id"),
        Index("ix_shipments_tracking", "tracking_number"),
        Index(
            "ix_shipments_tracking_folded",
            text(folded_code("tracking_number")),
            postgresql_where=text("tracking_number is not null"),
        ),
        Index(
            "ix_shipments_search",
            "tracking_number",
            postgresql_using="gin",
            postgresql_ops={"tracking_number": "gin_trgm_ops"},
        ),
        Index("ix_shipments_external", "external_id", postgresql_where=text("external_id is not null")),
        Index("ix_shipments_manifest", "manifest_id", postgresql_where=text("manifest_id is not null")),
        Index(
            "uq_shipments_external",
            "order_id",
            "external_id",
            unique=True,
            postgresql_where=text("external_id is not null"),
        ),
    )

    id: Mapped[Id]
    order_id: Mapped[BigInt] = mapped_column(ForeignKey("orders.id"), index=True)
    fulfillment_order_id: Mapped[BigInt | None] = mapped_column(ForeignKey("fulfillment_orders.id"), index=True)
    location_id: Mapped[BigInt | None] = mapped_column(ForeignKey("locations.id"))
    origin: Mapped[Origin] = mapped_column(server_default="HUB")
    external_id: Mapped[str | None]
    status: Mapped[ShipmentStatus] = mapped_column(server_default="DRAFT")
    carrier: Mapped[str | None]
    """The key of the carrier's integration, or the carrier's name where somebody else shipped."""
    service: Mapped[str | None]
    tracking_number: Mapped[str | None]
    tracking_url: Mapped[str | None]
    cost_minor: Mapped[Minor | None]
    cost_currency: Mapped[str | None] = mapped_column(String(3))
    shipped_at: Mapped[datetime | None]
    estimated_delivery: Mapped[datetime | None]
    delivered_at: Mapped[datetime | None]
    manifest_id: Mapped[BigInt | None] = mapped_column(ForeignKey("manifests.id"))
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())

    order: Mapped["Order"] = related()
    fulfillment_order: Mapped["FulfillmentOrder | None"] = related()
    location: Mapped["Location | None"] = related()
    manifest: Mapped["Manifest | None"] = related()
    packages: Mapped[list["Package"]] = related()
    lines: Mapped[list["ShipmentLine"]] = related()
    rates: Mapped[list["ShippingRate"]] = related()
    labels: Mapped[list["Label"]] = related()
    tracking_events: Mapped[list["TrackingEvent"]] = related()
    documents: Mapped[list["Document"]] = related()
    channel_confirmations: Mapped[list["ChannelConfirmation"]] = related()


class Package(Base):
    """One parcel of a shipment."""

    __tablename__ = "packages"
    __table_args__ = (
        Index("uq_packages_position", "shipment_id", "position", unique=True),
        Index(
            "ix_packages_tracking_folded",
            text(folded_code("tracking_number")),
            postgresql_where=text("tracking_number is not null"),
        ),
    )

    id: Mapped[Id]
    shipment_id: Mapped[BigInt] = mapped_column(ForeignKey("shipments.id"))
    position: Mapped[int] = mapped_column(server_default="1")
    kind: Mapped[PackageKind] = mapped_column(server_default="PARCEL")
    weight_grams: Mapped[int | None]
    expected_weight_grams: Mapped[int | None]
    length_mm: Mapped[int | None]
    width_mm: Mapped[int | None]
    height_mm: Mapped[int | None]
    tracking_number: Mapped[str | None] = mapped_column(index=True)

    shipment: Mapped[Shipment] = related()
    lines: Mapped[list["ShipmentLine"]] = related()
    labels: Mapped[list["Label"]] = related()


class ShipmentLine(Base):
    """Units of one order line in one package. `cost_minor` is what they cost us, set when they leave."""

    __tablename__ = "shipment_lines"
    __table_args__ = (
        CheckConstraint("quantity > 0", name="quantity"),
        # Each row is written once more, with its cost: room for that on its page spares the indexes a second entry.
        {"postgresql_with": {"fillfactor": 50}},
    )

    id: Mapped[Id]
    shipment_id: Mapped[BigInt] = mapped_column(ForeignKey("shipments.id"), index=True)
    package_id: Mapped[BigInt | None] = mapped_column(ForeignKey("packages.id"), index=True)
    order_line_id: Mapped[BigInt] = mapped_column(ForeignKey("order_lines.id"), index=True)
    item_id: Mapped[BigInt | None]
    sku: Mapped[str]
    quantity: Mapped[int]
    cost_minor: Mapped[Minor | None]
    cost_currency: Mapped[str | None] = mapped_column(String(3))
    cost_returned: Mapped[int] = mapped_column(server_default="0")
    """Units that came back at this line's cost."""

    shipment: Mapped[Shipment] = related()
    order_line: Mapped["OrderLine"] = related()


class Label(Base):
    """One label bought, or about to be. Written before the carrier is asked; at most one is live for a package."""

    __tablename__ = "labels"
    __table_args__ = (
        Index("ix_labels_state", "state"),
        Index(
            "uq_labels_live", "package_id", unique=True,
            postgresql_where=text(
                "state in ('INTENT', 'PURCHASING', 'PURCHASED', 'UNKNOWN', 'VOID_REQUESTED', 'VOID_REJECTED')"
            ),
        ),
        Index(
            "ix_labels_tracking_folded", text(folded_code("tracking_number")),
            postgresql_where=text("tracking_number is not null"),
        ),
    )  # fmt: skip

    id: Mapped[Id]
    package_id: Mapped[BigInt | None] = mapped_column(ForeignKey("packages.id"), index=True)
    shipment_id: Mapped[BigInt | None] = mapped_column(ForeignKey("shipments.id"), index=True)
    external_call_id: Mapped[BigInt | None] = mapped_column(ForeignKey("external_calls.id"))
    state: Mapped[LabelState] = mapped_column(server_default="INTENT")
    carrier: Mapped[str]
    service: Mapped[str]
    cost_minor: Mapped[Minor | None]
    cost_currency: Mapped[str | None] = mapped_column(String(3))
    format: Mapped[str | None]
    document_id: Mapped[BigInt | None] = mapped_column(ForeignKey("documents.id"))
    external_id: Mapped[str | None]
    """The carrier's own name for it: what gives it back."""
    rate_reference: Mapped[str | None]
    """The quote that it is bought at, where the carrier names its quotes."""
    tracking_number: Mapped[str | None]
    message: Mapped[str | None]
    purchased_at: Mapped[datetime | None]
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())

    package: Mapped[Package | None] = related()


class ShippingRate(Base):
    """A quote for one shipment. Quotes of the latest asking only."""

    __tablename__ = "shipping_rates"

    id: Mapped[Id]
    shipment_id: Mapped[BigInt] = mapped_column(ForeignKey("shipments.id"), index=True)
    carrier: Mapped[str]
    service: Mapped[str]
    cost_minor: Mapped[Minor]
    currency: Mapped[Currency]
    eta_days: Mapped[Decimal | None] = mapped_column(Numeric(6, 2))
    expires_at: Mapped[datetime | None]
    external_id: Mapped[str | None]
    quoted_at: Mapped[datetime] = mapped_column(server_default=func.now())


class TrackingEvent(Base):
    """One scan, filed once. `status` is null for a code nobody knows, `time_assumed` when it came without a zone."""

    __tablename__ = "tracking_events"
    __table_args__ = (
        Index(
            "uq_tracking_events_scan",
            "shipment_id",
            "occurred_at",
            "raw_code",
            "message",
            unique=True,
            postgresql_nulls_not_distinct=True,
        ),
    )

    id: Mapped[Id]
    shipment_id: Mapped[BigInt] = mapped_column(ForeignKey("shipments.id"))
    package_id: Mapped[BigInt | None] = mapped_column(ForeignKey("packages.id"))
    status: Mapped[ShipmentStatus | None]
    raw_code: Mapped[str | None]
    message: Mapped[str | None]
    place: Mapped[str | None]
    occurred_at: Mapped[datetime]
    time_assumed: Mapped[bool] = mapped_column(server_default="false")
    received_at: Mapped[datetime] = mapped_column(server_default=func.now())

    package: Mapped[Package | None] = related()


class ChannelConfirmation(Base):
    """Whether the sales channel has been told of a package, and what it answered."""

    __tablename__ = "channel_confirmations"

    id: Mapped[Id]
    shipment_id: Mapped[BigInt] = mapped_column(ForeignKey("shipments.id"), index=True)
    package_id: Mapped[BigInt | None] = mapped_column(ForeignKey("packages.id"))
    external_call_id: Mapped[BigInt | None] = mapped_column(ForeignKey("external_calls.id"))
    external_ids: Mapped[list[str]] = mapped_column(server_default="{}")
    """What the channel called each of our tellings, the latest last."""
    told: Mapped[dict[str, Any] | None]
    """Carrier and tracking as they were told last, or are being told."""
    corrections: Mapped[int] = mapped_column(server_default="0")
    """How often they were told anew because they had changed."""
    state: Mapped[ConfirmationState] = mapped_column(server_default="PENDING")
    attempts: Mapped[int] = mapped_column(server_default="0")
    message: Mapped[str | None]
    confirmed_at: Mapped[datetime | None]

    package: Mapped[Package | None] = related()


class Document(Base):
    """A file that the hub made or was given. Served by a signed, short-lived address."""

    __tablename__ = "documents"
    __table_args__ = (Index("ix_documents_manifest", "manifest_id", postgresql_where=text("manifest_id is not null")),)

    id: Mapped[Id]
    kind: Mapped[DocumentKind]
    format: Mapped[str]
    """The media type without its `application/`: pdf, zpl, png."""
    content: Mapped[bytes] = mapped_column(LargeBinary)
    shipment_id: Mapped[BigInt | None] = mapped_column(ForeignKey("shipments.id"), index=True)
    purchase_order_id: Mapped[BigInt | None] = mapped_column(ForeignKey("purchase_orders.id"), index=True)
    manifest_id: Mapped[BigInt | None] = mapped_column(ForeignKey("manifests.id"))
    data: Mapped[dict[str, Any]] = mapped_column(server_default="{}")
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())
