"""Tables of orders: the order, its lines, holds, payments and risk assessments."""

from datetime import datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, Numeric, func, text

from core.db import Base, BigInt, Currency, Id, Mapped, Minor, mapped_column, related
from core.folding import phone_tail
from core.orders.states import (
    CancelReason,
    FulfillmentStatus,
    HoldKind,
    OrderStatus,
    PaymentState,
    PaymentStatus,
    ReturnStatus,
    RiskLevel,
)
from core.origin import Origin
from crossdock.orders import LineKind

if TYPE_CHECKING:
    from core.cases.models import Case
    from core.catalog.models import Channel, Item
    from core.customers.models import Customer
    from core.events.models import Event
    from core.external.models import ExternalCall
    from core.fulfillment.models import FulfillmentOrder, RoutingDecision
    from core.helpdesk.models import TicketLink
    from core.ledgers.models import JournalEntry
    from core.notifications.models import Notification
    from core.returns.models import Refund, Return
    from core.shipments.models import Shipment


class Order(Base):
    """One sale. Totals: total = subtotal - discount + shipping (+ tax, where prices are without it)."""

    __tablename__ = "orders"
    __table_args__ = (
        Index("ix_orders_payment_status", "payment_status"),
        Index("ix_orders_fulfillment_status", "fulfillment_status"),
        Index("ix_orders_return_status", "return_status"),
        Index("ix_orders_country", "country"),
        Index("ix_orders_external_id", "external_id", postgresql_where=text("external_id is not null")),
        Index("ix_orders_held", "id", postgresql_where=text("on_hold")),
        Index("ix_orders_due", "due_at", "id", postgresql_where=text("due_at is not null")),
        Index(
            "uq_orders_external", "channel_id", "external_id",
            unique=True, postgresql_where=text("external_id is not null"),
        ),
        Index("ix_orders_placed", "placed_at", "id"),
        Index("ix_orders_updated", "updated_at", "id"),
        Index("ix_orders_channel_placed", "channel_id", "placed_at", "id"),
        Index("ix_orders_status_placed", "status", "placed_at", "id"),
        Index("ix_orders_total", "total_minor", "id"),
        Index("ix_orders_ship_by", "ship_by", "id"),
        Index("ix_orders_priority", "priority", "placed_at", "id"),
        Index(
            "ix_orders_open", "id",
            postgresql_where=text("status in ('PENDING', 'CONFIRMED', 'PROCESSING', 'CANCELLING')"),
        ),
        Index("ix_orders_email", func.lower(text("email"))),
        Index(
            "ix_orders_external_number", func.lower(text("external_number")),
            postgresql_where=text("external_number is not null"),
        ),
        Index("ix_orders_phone_tail", text(phone_tail("phone")), postgresql_where=text("phone is not null")),
        Index("ix_orders_tags", "tags", postgresql_using="gin"),
        Index(
            "ix_orders_search", "search",
            postgresql_using="gin", postgresql_ops={"search": "gin_trgm_ops"},
        ),
    )  # fmt: skip

    id: Mapped[Id]
    number: Mapped[str] = mapped_column(unique=True)
    channel_id: Mapped[BigInt] = mapped_column(ForeignKey("channels.id"))
    external_id: Mapped[str | None]
    external_number: Mapped[str | None]
    external_version: Mapped[str | None]
    """The channel's own number of this version; where it counts none, the digest of what it said."""
    fulfilled_by_channel: Mapped[bool] = mapped_column(server_default="false")
    """Marketplace fulfilment: never routed, reserved, labelled or confirmed by us."""
    origin: Mapped[Origin] = mapped_column(server_default="CHANNEL")
    original_id: Mapped[BigInt | None] = mapped_column(ForeignKey("orders.id"), index=True)

    status: Mapped[OrderStatus] = mapped_column(server_default="PENDING")
    payment_status: Mapped[PaymentStatus] = mapped_column(server_default="UNPAID")
    fulfillment_status: Mapped[FulfillmentStatus] = mapped_column(server_default="UNFULFILLED")
    return_status: Mapped[ReturnStatus] = mapped_column(server_default="NONE")
    on_hold: Mapped[bool] = mapped_column(server_default="false")
    priority: Mapped[int] = mapped_column(server_default="0")
    validated_at: Mapped[datetime | None]
    """When the checks last ran; null: they are due."""

    placed_at: Mapped[datetime]
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())
    updated_at: Mapped[datetime] = mapped_column(server_default=func.now())
    cancelled_at: Mapped[datetime | None]
    cancel_reason: Mapped[CancelReason | None]
    refund_cancelled: Mapped[bool] = mapped_column(server_default="true")
    notify_cancelled: Mapped[bool] = mapped_column(server_default="true")
    """Whether the shopper is to hear of what was cancelled last; its events say so too."""
    """Whether what was paid for units that still wait to be cancelled goes back."""
    completed_at: Mapped[datetime | None]
    ship_by: Mapped[datetime | None]
    deliver_by: Mapped[datetime | None]
    due_at: Mapped[datetime | None]

    customer_id: Mapped[BigInt | None] = mapped_column(ForeignKey("customers.id"), index=True)
    email: Mapped[str | None]
    phone: Mapped[str | None] = mapped_column(index=True)
    shipping_address: Mapped[dict[str, Any] | None]
    billing_address: Mapped[dict[str, Any] | None]
    country: Mapped[str | None]
    """Of the shipping address, else of the billing address: what reports group by."""
    shipping_method: Mapped[str | None]
    address_check: Mapped[dict[str, Any] | None]
    pending_shipping_address: Mapped[dict[str, Any] | None]

    currency: Mapped[Currency]
    taxes_included: Mapped[bool] = mapped_column(server_default="false")
    subtotal_minor: Mapped[Minor] = mapped_column(server_default="0")
    discount_minor: Mapped[Minor] = mapped_column(server_default="0")
    shipping_minor: Mapped[Minor] = mapped_column(server_default="0")
    shipping_tax_minor: Mapped[Minor] = mapped_column(server_default="0")
    tax_minor: Mapped[Minor] = mapped_column(server_default="0")
    total_minor: Mapped[Minor] = mapped_column(server_default="0")
    paid_minor: Mapped[Minor] = mapped_column(server_default="0")
    refunded_minor: Mapped[Minor] = mapped_column(server_default="0")
    cancelled_minor: Mapped[Minor] = mapped_column(server_default="0")
    """What the cancelled units would have come to: no longer due."""
    shipping_refunded_minor: Mapped[Minor] = mapped_column(server_default="0")
    spent_minor: Mapped[Minor | None]
    """What the customer's spend counts for this order; null: not counted yet."""
    tax_lines: Mapped[list[dict[str, Any]]] = mapped_column(server_default="[]")

    tags: Mapped[list[str]] = mapped_column(server_default="{}")
    note: Mapped[str | None]
    extra: Mapped[dict[str, Any]] = mapped_column("metadata", server_default="{}")
    search: Mapped[str] = mapped_column(server_default="")
    """Number, external number, name and email in lower case, for `query:`."""
    version: Mapped[int] = mapped_column(server_default="1")

    channel: Mapped["Channel"] = related()
    customer: Mapped["Customer | None"] = related()
    original: Mapped["Order | None"] = related(remote_side="Order.id")
    lines: Mapped[list["OrderLine"]] = related()
    holds: Mapped[list["Hold"]] = related()
    payments: Mapped[list["Payment"]] = related()
    risks: Mapped[list["RiskAssessment"]] = related()
    cases: Mapped[list["Case"]] = related()
    tickets: Mapped[list["TicketLink"]] = related()
    fulfillment_orders: Mapped[list["FulfillmentOrder"]] = related()
    routing_decisions: Mapped[list["RoutingDecision"]] = related()
    shipments: Mapped[list["Shipment"]] = related()
    returns: Mapped[list["Return"]] = related(foreign_keys="Return.order_id")
    refunds: Mapped[list["Refund"]] = related()
    journal_entries: Mapped[list["JournalEntry"]] = related()
    external_calls: Mapped[list["ExternalCall"]] = related()
    notifications: Mapped[list["Notification"]] = related()
    events: Mapped[list["Event"]] = related()


class OrderLine(Base):
    """What was bought. ordered = open + backordered + allocated + shipped + cancelled, always.

    A bundle is a line of its own, whose components are lines that name it by `bundle_line_id`; stock moves by
    the components alone. `total_minor` is what the customer pays for the line: quantity x unit price less discount,
    plus tax where prices are without it.
    """

    __tablename__ = "order_lines"
    __table_args__ = (
        Index("ix_order_lines_unshipped", "order_id", postgresql_where=text("open + backordered + allocated > 0")),
        CheckConstraint("quantity = open + backordered + allocated + shipped + cancelled", name="sum"),
        CheckConstraint(
            "quantity >= 0 and open >= 0 and backordered >= 0 and allocated >= 0 and shipped >= 0 and cancelled >= 0",
            name="signs",
        ),
        CheckConstraint("returned between 0 and shipped", name="returned"),
        Index("uq_order_lines_position", "order_id", "position", unique=True),
        Index("ix_order_lines_demand", "item_id", postgresql_where=text("open + backordered > 0")),
        Index("ix_order_lines_sku", "sku"),
        Index("ix_order_lines_unmapped", "listing_id", postgresql_where=text("item_id is null")),
        Index("ix_order_lines_bundle", "bundle_line_id", postgresql_where=text("bundle_line_id is not null")),
    )

    id: Mapped[Id]
    order_id: Mapped[BigInt] = mapped_column(ForeignKey("orders.id"))
    position: Mapped[int]
    external_id: Mapped[str | None]
    kind: Mapped[LineKind] = mapped_column(server_default="GOODS")
    """Which account its money goes to."""
    ships: Mapped[bool] = mapped_column(server_default="true")
    """Whether its units leave a place. Services, fees and a bundle's own line do not: its components do."""
    sku: Mapped[str]
    name: Mapped[str]
    item_id: Mapped[BigInt | None] = mapped_column(ForeignKey("items.id"), index=True)
    listing_id: Mapped[BigInt | None]
    bundle_line_id: Mapped[BigInt | None] = mapped_column(ForeignKey("order_lines.id"))
    per_bundle: Mapped[int | None]
    """Units of this component in one bundle, frozen at sale."""
    price_share: Mapped[Decimal | None] = mapped_column(Numeric(9, 6))
    quantity: Mapped[int]
    open: Mapped[int] = mapped_column(server_default="0")
    backordered: Mapped[int] = mapped_column(server_default="0")
    allocated: Mapped[int] = mapped_column(server_default="0")
    shipped: Mapped[int] = mapped_column(server_default="0")
    cancelled: Mapped[int] = mapped_column(server_default="0")
    cancelling: Mapped[int] = mapped_column(server_default="0")
    """Units to be cancelled as soon as whoever was asked to stop gives them back."""
    returned: Mapped[int] = mapped_column(server_default="0")
    currency: Mapped[Currency]
    unit_price_minor: Mapped[Minor] = mapped_column(server_default="0")
    discount_minor: Mapped[Minor] = mapped_column(server_default="0")
    tax_minor: Mapped[Minor] = mapped_column(server_default="0")
    total_minor: Mapped[Minor] = mapped_column(server_default="0")
    refunded: Mapped[int] = mapped_column(server_default="0")
    """Units refunded so far: the base of the next cumulative split."""
    refunded_minor: Mapped[Minor] = mapped_column(server_default="0")
    refunded_tax_minor: Mapped[Minor] = mapped_column(server_default="0")
    extra: Mapped[dict[str, Any]] = mapped_column("metadata", server_default="{}")

    order: Mapped[Order] = related()
    item: Mapped["Item | None"] = related()
    bundle: Mapped["OrderLine | None"] = related(remote_side="OrderLine.id")
    components: Mapped[list["OrderLine"]] = related()


class Hold(Base):
    """A reason why an order must wait, in a sentence, with how to mend it. Open until `released_at`."""

    __tablename__ = "holds"
    __table_args__ = (
        Index("uq_holds_open", "order_id", "kind", "code", unique=True, postgresql_where=text("released_at is null")),
        Index("ix_holds_kind", "kind", postgresql_where=text("released_at is null")),
    )

    id: Mapped[Id]
    order_id: Mapped[BigInt] = mapped_column(ForeignKey("orders.id"), index=True)
    kind: Mapped[HoldKind]
    code: Mapped[str]
    message: Mapped[str]
    fix: Mapped[str | None]
    due_at: Mapped[datetime | None]
    opened_at: Mapped[datetime] = mapped_column(server_default=func.now())
    opened_by: Mapped[str]
    released_at: Mapped[datetime | None]
    released_by: Mapped[str | None]
    note: Mapped[str | None]

    order: Mapped[Order] = related()


class Payment(Base):
    """Money for an order through one gateway. The same (gateway, reference) again moves that payment on."""

    __tablename__ = "payments"
    __table_args__ = (
        CheckConstraint("refunded_minor <= captured_minor", name="refunded"),
        CheckConstraint("captured_minor <= amount_minor", name="captured"),
        Index("uq_payments_reference", "order_id", "gateway", "reference", unique=True),
        Index("ix_payments_open", "gateway", "id", postgresql_where=text("state in ('PENDING', 'AUTHORIZED')")),
    )

    id: Mapped[Id]
    order_id: Mapped[BigInt] = mapped_column(ForeignKey("orders.id"), index=True)
    state: Mapped[PaymentState]
    gateway: Mapped[str]
    reference: Mapped[str | None]
    currency: Mapped[Currency]
    amount_minor: Mapped[Minor]
    captured_minor: Mapped[Minor] = mapped_column(server_default="0")
    refunded_minor: Mapped[Minor] = mapped_column(server_default="0")
    disputed_minor: Mapped[Minor] = mapped_column(server_default="0")
    dispute_due_at: Mapped[datetime | None]
    expires_at: Mapped[datetime | None]
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())

    order: Mapped[Order] = related()


class RiskAssessment(Base):
    """What one source thinks of the risk of an order."""

    __tablename__ = "risk_assessments"
    __table_args__ = (Index("ix_risk_assessments_level", "level", "order_id"),)

    id: Mapped[Id]
    order_id: Mapped[BigInt] = mapped_column(ForeignKey("orders.id"), index=True)
    source: Mapped[str]
    level: Mapped[RiskLevel]
    score: Mapped[Decimal]
    signals: Mapped[list[dict[str, Any]]] = mapped_column(server_default="[]")
    assessed_at: Mapped[datetime] = mapped_column(server_default=func.now())
