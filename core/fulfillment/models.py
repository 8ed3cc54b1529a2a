"""Tables of fulfilment: routing decisions with every candidate, and the work given to each location."""

import enum
from datetime import date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, Numeric, String, func, text

from core.db import Base, BigInt, Id, Mapped, Minor, mapped_column, related

if TYPE_CHECKING:
    from core.catalog.models import Item
    from core.integrations.models import Integration
    from core.orders.models import Order, OrderLine
    from core.purchasing.models import PurchaseOrder
    from core.shipments.models import Shipment
    from core.stock.models import Location


class FulfillmentMethod(enum.StrEnum):
    SELF = "SELF"
    THIRD_PARTY = "THIRD_PARTY"
    DROPSHIP = "DROPSHIP"
    MARKETPLACE = "MARKETPLACE"
    PURCHASE_ORDER = "PURCHASE_ORDER"
    PICKUP = "PICKUP"
    DIGITAL = "DIGITAL"


class RequestState(enum.StrEnum):
    """How the location has answered."""

    UNSUBMITTED = "UNSUBMITTED"
    SUBMITTED = "SUBMITTED"
    ACCEPTED = "ACCEPTED"
    REJECTED = "REJECTED"
    CANCELLATION_REQUESTED = "CANCELLATION_REQUESTED"
    CANCELLATION_ACCEPTED = "CANCELLATION_ACCEPTED"
    CANCELLATION_REJECTED = "CANCELLATION_REJECTED"
    CLOSED = "CLOSED"


class WorkState(enum.StrEnum):
    """How far the work is."""

    SCHEDULED = "SCHEDULED"
    OPEN = "OPEN"
    ON_HOLD = "ON_HOLD"
    IN_PROGRESS = "IN_PROGRESS"
    CLOSED = "CLOSED"
    INCOMPLETE = "INCOMPLETE"
    CANCELLED = "CANCELLED"


class FulfillmentOrder(Base):
    """Work given to one location or supplier: what it should ship for one order."""

    __tablename__ = "fulfillment_orders"
    __table_args__ = (
        Index("ix_fulfillment_orders_priority", "priority", "id"),
        Index("ix_fulfillment_orders_method", "method"),
        Index("ix_fulfillment_orders_request_state", "request_state"),
        Index("ix_fulfillment_orders_ship_by", "ship_by", "id"),
        Index("ix_fulfillment_orders_created", "created_at", "id"),
        Index("ix_fulfillment_orders_location", "location_id", "work_state"),
        Index("ix_fulfillment_orders_external", "external_id"),
        Index(
            "ix_fulfillment_orders_open", "request_state", "id",
            postgresql_where=text("work_state in ('SCHEDULED', 'OPEN', 'ON_HOLD', 'IN_PROGRESS')"),
        ),
    )  # fmt: skip

    id: Mapped[Id]
    order_id: Mapped[BigInt] = mapped_column(ForeignKey("orders.id"), index=True)
    location_id: Mapped[BigInt] = mapped_column(ForeignKey("locations.id"))
    integration_id: Mapped[BigInt | None] = mapped_column(ForeignKey("integrations.id"))
    purchase_order_id: Mapped[BigInt | None] = mapped_column(ForeignKey("purchase_orders.id"), index=True)
    method: Mapped[FulfillmentMethod]
    request_state: Mapped[RequestState] = mapped_column(server_default="UNSUBMITTED")
    work_state: Mapped[WorkState] = mapped_column(server_default="OPEN")
    external_id: Mapped[str | None]
    ship_by: Mapped[datetime | None]
    ship_on: Mapped[date | None]
    """The working day it leaves, in the location's own zone."""
    expected_weight_grams: Mapped[int | None]
    priority: Mapped[int] = mapped_column(server_default="0")
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())
    submitted_at: Mapped[datetime | None]
    accepted_at: Mapped[datetime | None]
    closed_at: Mapped[datetime | None]

    order: Mapped["Order"] = related()
    location: Mapped["Location"] = related()
    integration: Mapped["Integration | None"] = related()
    purchase_order: Mapped["PurchaseOrder | None"] = related()
    lines: Mapped[list["FulfillmentLine"]] = related()
    shipments: Mapped[list["Shipment"]] = related()


class FulfillmentLine(Base):
    """One order line's part in the work. Still to ship: quantity - rejected - cancelled - shipped."""

    __tablename__ = "fulfillment_lines"
    __table_args__ = (
        Index("ix_fulfillment_lines_sku", "sku"),
        CheckConstraint(
            "quantity > 0 and accepted >= 0 and rejected >= 0 and cancelled >= 0 and picked >= 0 and packed >= 0 "
            "and shipped >= 0 and cancelling >= 0",
            name="signs",
        ),
        CheckConstraint("rejected + cancelled + shipped <= quantity", name="sum"),
        Index("uq_fulfillment_lines", "fulfillment_order_id", "order_line_id", unique=True),
        Index("ix_fulfillment_lines_order_line", "order_line_id"),
    )

    id: Mapped[Id]
    fulfillment_order_id: Mapped[BigInt] = mapped_column(ForeignKey("fulfillment_orders.id"))
    order_line_id: Mapped[BigInt] = mapped_column(ForeignKey("order_lines.id"))
    item_id: Mapped[BigInt] = mapped_column(ForeignKey("items.id"))
    sku: Mapped[str]
    quantity: Mapped[int]
    accepted: Mapped[int] = mapped_column(server_default="0")
    rejected: Mapped[int] = mapped_column(server_default="0")
    rejected_at: Mapped[datetime | None]
    """When the location last said no to some of it: routing passes it over for this item of this order for a while."""
    cancelling: Mapped[int] = mapped_column(server_default="0")
    """Units that we asked back and that nobody has answered for yet."""
    cancelled: Mapped[int] = mapped_column(server_default="0")
    picked: Mapped[int] = mapped_column(server_default="0")
    packed: Mapped[int] = mapped_column(server_default="0")
    """Units in packages that have not left."""
    shipped: Mapped[int] = mapped_column(server_default="0")
    substitute_item_id: Mapped[BigInt | None] = mapped_column(ForeignKey("items.id"))
    substituted: Mapped[int] = mapped_column(server_default="0")
    """Units in no package yet that leave as the substitute; nothing is reserved for them."""

    fulfillment_order: Mapped[FulfillmentOrder] = related()
    order_line: Mapped["OrderLine"] = related()
    item: Mapped["Item"] = related(foreign_keys=[item_id])
    substitute: Mapped["Item | None"] = related(foreign_keys=[substitute_item_id])


class RoutingDecision(Base):
    """What routing decided for one order, once. `pinned` decisions were a person's, and survive later runs."""

    __tablename__ = "routing_decisions"
    __table_args__ = (Index("ix_routing_decisions_order", "order_id", "id"),)

    id: Mapped[Id]
    order_id: Mapped[BigInt] = mapped_column(ForeignKey("orders.id"))
    strategy: Mapped[str]
    automatic: Mapped[bool] = mapped_column(server_default="true")
    pinned: Mapped[bool] = mapped_column(server_default="false")
    decided_at: Mapped[datetime] = mapped_column(server_default=func.now())
    cost_minor: Mapped[Minor | None]
    cost_currency: Mapped[str | None] = mapped_column(String(3))

    order: Mapped["Order"] = related()
    assignments: Mapped[list["RoutingAssignment"]] = related()
    candidates: Mapped[list["RoutingCandidate"]] = related()
    shortages: Mapped[list["RoutingShortage"]] = related()


class RoutingAssignment(Base):
    """What one location was given. `lines` is a list of {order_line_id, sku, quantity}."""

    __tablename__ = "routing_assignments"

    id: Mapped[Id]
    decision_id: Mapped[BigInt] = mapped_column(ForeignKey("routing_decisions.id"), index=True)
    location_id: Mapped[BigInt] = mapped_column(ForeignKey("locations.id"))
    lines: Mapped[list[dict[str, Any]]]
    cost_minor: Mapped[Minor | None]
    cost_currency: Mapped[str | None] = mapped_column(String(3))
    eta_days: Mapped[Decimal | None] = mapped_column(Numeric(6, 2))
    ship_on: Mapped[date | None]
    reason: Mapped[str]

    location: Mapped["Location"] = related()


class RoutingCandidate(Base):
    """One location that was looked at, and why it lost. A lower score is better."""

    __tablename__ = "routing_candidates"

    id: Mapped[Id]
    decision_id: Mapped[BigInt] = mapped_column(ForeignKey("routing_decisions.id"), index=True)
    location_id: Mapped[BigInt] = mapped_column(ForeignKey("locations.id"))
    chosen: Mapped[bool]
    score: Mapped[Decimal | None] = mapped_column(Numeric(14, 4))
    cost_minor: Mapped[Minor | None]
    cost_currency: Mapped[str | None] = mapped_column(String(3))
    eta_days: Mapped[Decimal | None] = mapped_column(Numeric(6, 2))
    distance_km: Mapped[Decimal | None] = mapped_column(Numeric(8, 1))
    rejections: Mapped[list[str]] = mapped_column(server_default="{}")

    location: Mapped["Location"] = related()


class RoutingShortage(Base):
    """Units that no location could promise."""

    __tablename__ = "routing_shortages"

    id: Mapped[Id]
    decision_id: Mapped[BigInt] = mapped_column(ForeignKey("routing_decisions.id"), index=True)
    order_line_id: Mapped[BigInt] = mapped_column(ForeignKey("order_lines.id"))
    sku: Mapped[str]
    quantity: Mapped[int]
    reason: Mapped[str]

    order_line: Mapped["OrderLine"] = related()
