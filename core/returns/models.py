"""Tables of returns and refunds."""

import enum
from datetime import datetime
from typing import TYPE_CHECKING, Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, func, text

from core.db import Base, BigInt, Currency, Id, Mapped, Minor, mapped_column, related
from core.origin import Origin

if TYPE_CHECKING:
    from core.orders.models import Order, OrderLine, Payment
    from core.shipments.models import Label
    from core.stock.models import Location


class ReturnState(enum.StrEnum):
    REQUESTED = "REQUESTED"
    APPROVED = "APPROVED"
    DECLINED = "DECLINED"
    LABEL_ISSUED = "LABEL_ISSUED"
    IN_TRANSIT = "IN_TRANSIT"
    PARTIALLY_RECEIVED = "PARTIALLY_RECEIVED"
    RECEIVED = "RECEIVED"
    INSPECTED = "INSPECTED"
    CLOSED = "CLOSED"
    CANCELLED = "CANCELLED"
    EXPIRED = "EXPIRED"


class Disposition(enum.StrEnum):
    PENDING = "PENDING"
    RESTOCK = "RESTOCK"
    DAMAGED = "DAMAGED"
    WRITE_OFF = "WRITE_OFF"
    RETURN_TO_SUPPLIER = "RETURN_TO_SUPPLIER"
    RETURN_TO_CUSTOMER = "RETURN_TO_CUSTOMER"
    MISSING = "MISSING"


class ReturnReason(enum.StrEnum):
    CHANGED_MIND = "CHANGED_MIND"
    DEFECTIVE = "DEFECTIVE"
    DAMAGED_IN_TRANSIT = "DAMAGED_IN_TRANSIT"
    NOT_AS_DESCRIBED = "NOT_AS_DESCRIBED"
    WRONG_ITEM = "WRONG_ITEM"
    TOO_LATE = "TOO_LATE"
    UNDELIVERABLE = "UNDELIVERABLE"
    OTHER = "OTHER"


class ReturnResolution(enum.StrEnum):
    REFUND = "REFUND"
    EXCHANGE = "EXCHANGE"
    NONE = "NONE"


class RefundState(enum.StrEnum):
    DRAFT = "DRAFT"
    SUBMITTED = "SUBMITTED"
    SUCCEEDED = "SUCCEEDED"
    FAILED = "FAILED"
    UNKNOWN = "UNKNOWN"


class Return(Base):
    """Goods that come back for one order. `policy` is {accepted, automatic, reasons, policy}."""

    __tablename__ = "returns"
    __table_args__ = (
        Index("ix_returns_search", "number", postgresql_using="gin", postgresql_ops={"number": "gin_trgm_ops"}),
        Index("ix_returns_requested", "requested_at", "id"),
        Index("ix_returns_state", "state", "id"),
        Index(
            "uq_returns_external",
            "order_id",
            "external_id",
            unique=True,
            postgresql_where=text("external_id is not null"),
        ),
    )

    id: Mapped[Id]
    number: Mapped[str] = mapped_column(unique=True)
    order_id: Mapped[BigInt] = mapped_column(ForeignKey("orders.id"), index=True)
    external_id: Mapped[str | None]
    origin: Mapped[Origin] = mapped_column(server_default="HUB")
    state: Mapped[ReturnState] = mapped_column(server_default="REQUESTED")
    note: Mapped[str | None]
    policy: Mapped[dict[str, Any]]
    label_id: Mapped[BigInt | None] = mapped_column(ForeignKey("labels.id"), index=True)
    resolution: Mapped[ReturnResolution | None]
    exchange_lines: Mapped[list[dict[str, Any]]] = mapped_column(server_default="[]")
    """What the shopper wants instead, as order line inputs, until the exchange order is made."""
    exchange_order_id: Mapped[BigInt | None] = mapped_column(ForeignKey("orders.id"))
    requested_at: Mapped[datetime] = mapped_column(server_default=func.now())
    expires_at: Mapped[datetime | None]
    received_at: Mapped[datetime | None]
    closed_at: Mapped[datetime | None]
    version: Mapped[int] = mapped_column(server_default="1")

    order: Mapped["Order"] = related(foreign_keys=[order_id])
    exchange_order: Mapped["Order | None"] = related(foreign_keys=[exchange_order_id])
    label: Mapped["Label | None"] = related()
    lines: Mapped[list["ReturnLine"]] = related()
    refunds: Mapped[list["Refund"]] = related()


class ReturnLine(Base):
    """Units of one order line that come back. quantity >= approved >= received = the sum of its dispositions."""

    __tablename__ = "return_lines"
    __table_args__ = (
        Index("ix_return_lines_sku", "sku"),
        Index("ix_return_lines_reason", "reason"),
        CheckConstraint(
            "quantity > 0 and approved between 0 and quantity and received between 0 and approved", name="sum"
        ),
        CheckConstraint("refunded between 0 and quantity", name="refunded"),
    )

    id: Mapped[Id]
    return_id: Mapped[BigInt] = mapped_column(ForeignKey("returns.id"), index=True)
    order_line_id: Mapped[BigInt] = mapped_column(ForeignKey("order_lines.id"), index=True)
    sku: Mapped[str]
    reason: Mapped[ReturnReason]
    note: Mapped[str | None]
    quantity: Mapped[int]
    approved: Mapped[int] = mapped_column(server_default="0")
    received: Mapped[int] = mapped_column(server_default="0")
    refunded: Mapped[int] = mapped_column(server_default="0")

    order_line: Mapped["OrderLine"] = related()
    dispositions: Mapped[list["LineDisposition"]] = related()


class LineDisposition(Base):
    """What received units turned out to be."""

    __tablename__ = "line_dispositions"
    __table_args__ = (CheckConstraint("quantity > 0", name="quantity"),)

    id: Mapped[Id]
    return_line_id: Mapped[BigInt] = mapped_column(ForeignKey("return_lines.id"), index=True)
    disposition: Mapped[Disposition]
    quantity: Mapped[int]
    location_id: Mapped[BigInt | None] = mapped_column(ForeignKey("locations.id"))
    note: Mapped[str | None]
    recorded_at: Mapped[datetime] = mapped_column(server_default=func.now())

    location: Mapped["Location | None"] = related()


class Refund(Base):
    """Money back. amount = lines (tax included) + shipping + goodwill."""

    __tablename__ = "refunds"
    __table_args__ = (
        Index(
            "uq_refunds_external",
            "order_id",
            "external_id",
            unique=True,
            postgresql_where=text("external_id is not null"),
        ),
    )

    id: Mapped[Id]
    order_id: Mapped[BigInt] = mapped_column(ForeignKey("orders.id"), index=True)
    return_id: Mapped[BigInt | None] = mapped_column(ForeignKey("returns.id"), index=True)
    external_id: Mapped[str | None]
    origin: Mapped[Origin] = mapped_column(server_default="HUB")
    state: Mapped[RefundState] = mapped_column(server_default="DRAFT")
    currency: Mapped[Currency]
    amount_minor: Mapped[Minor]
    tax_minor: Mapped[Minor] = mapped_column(server_default="0")
    shipping_minor: Mapped[Minor] = mapped_column(server_default="0")
    goodwill_minor: Mapped[Minor] = mapped_column(server_default="0")
    reason: Mapped[str | None]
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())

    order: Mapped["Order"] = related()
    return_: Mapped[Return | None] = related()
    lines: Mapped[list["RefundLine"]] = related()
    payments: Mapped[list["RefundPayment"]] = related()


class RefundLine(Base):
    """The part of a refund that is for units of one order line. `amount_minor` includes `tax_minor`."""

    __tablename__ = "refund_lines"

    id: Mapped[Id]
    refund_id: Mapped[BigInt] = mapped_column(ForeignKey("refunds.id"), index=True)
    order_line_id: Mapped[BigInt] = mapped_column(ForeignKey("order_lines.id"), index=True)
    quantity: Mapped[int]
    currency: Mapped[Currency]
    amount_minor: Mapped[Minor]
    tax_minor: Mapped[Minor] = mapped_column(server_default="0")

    order_line: Mapped["OrderLine"] = related()


class RefundPayment(Base):
    """The part of a refund that goes back through one payment."""

    __tablename__ = "refund_payments"

    id: Mapped[Id]
    refund_id: Mapped[BigInt] = mapped_column(ForeignKey("refunds.id"), index=True)
    payment_id: Mapped[BigInt] = mapped_column(ForeignKey("payments.id"), index=True)
    state: Mapped[RefundState]
    currency: Mapped[Currency]
    amount_minor: Mapped[Minor]
    reference: Mapped[str | None]

    payment: Mapped["Payment"] = related()
