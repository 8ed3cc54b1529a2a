"""Tables of settlements: payouts and their rows."""

import enum
from datetime import datetime
from typing import TYPE_CHECKING

from sqlalchemy import ForeignKey, Index, func, text

from core.db import Base, BigInt, Currency, Id, Mapped, Minor, mapped_column, related
from crossdock.orders import LineKind

if TYPE_CHECKING:
    from core.catalog.models import Channel
    from core.orders.models import Order


class SettlementState(enum.StrEnum):
    """IMPORTED may still grow, and so may MATCHED, of which all so far is. POSTED: all is, and the payout is booked."""

    IMPORTED = "IMPORTED"
    PARTLY_MATCHED = "PARTLY_MATCHED"
    MATCHED = "MATCHED"
    POSTED = "POSTED"
    CLOSED = "CLOSED"


class SettlementLineState(enum.StrEnum):
    """VARIANCE is matched, but not what was expected. UNMATCHED waits for its order, SUSPENSE for a person."""

    MATCHED = "MATCHED"
    UNMATCHED = "UNMATCHED"
    VARIANCE = "VARIANCE"
    SUSPENSE = "SUSPENSE"


class Settlement(Base):
    """One payout of a channel. matched + unmatched = payout, always."""

    __tablename__ = "settlements"
    __table_args__ = (
        Index("uq_settlements_external", "channel_id", "external_id", unique=True),
        Index("ix_settlements_period", "period_end", "id"),
    )

    id: Mapped[Id]
    channel_id: Mapped[BigInt] = mapped_column(ForeignKey("channels.id"))
    external_id: Mapped[str]
    state: Mapped[SettlementState] = mapped_column(server_default="IMPORTED")
    currency: Mapped[Currency]
    payout_minor: Mapped[Minor]
    matched_minor: Mapped[Minor] = mapped_column(server_default="0")
    unmatched_minor: Mapped[Minor] = mapped_column(server_default="0")
    complete: Mapped[bool] = mapped_column(server_default="true")
    """Whether the channel adds nothing any more."""
    period_start: Mapped[datetime | None]
    period_end: Mapped[datetime | None]
    paid_at: Mapped[datetime | None]
    imported_at: Mapped[datetime] = mapped_column(server_default=func.now())

    channel: Mapped["Channel"] = related()
    lines: Mapped[list["SettlementLine"]] = related()


class SettlementLine(Base):
    """One row of a payout. What it adds to the payout is positive."""

    __tablename__ = "settlement_lines"
    __table_args__ = (
        Index("uq_settlement_lines_external", "settlement_id", "external_id", unique=True),
        Index("ix_settlement_lines_order", "order_id"),
        Index("ix_settlement_lines_open", "settlement_id", postgresql_where=text("state in ('UNMATCHED', 'SUSPENSE')")),
    )

    id: Mapped[Id]
    settlement_id: Mapped[BigInt] = mapped_column(ForeignKey("settlements.id"))
    external_id: Mapped[str]
    raw_kind: Mapped[str]
    """The channel's own word."""
    kind: Mapped[LineKind | None]
    """Null for one that nobody knows."""
    refund: Mapped[bool] = mapped_column(server_default="false")
    currency: Mapped[Currency]
    amount_minor: Mapped[Minor]
    settled_minor: Mapped[Minor]
    """The same in the settlement's currency."""
    order_name: Mapped[str | None]
    """What the channel calls the order or the shipment that it belongs to."""
    order_id: Mapped[BigInt | None] = mapped_column(ForeignKey("orders.id"))
    sku: Mapped[str | None]
    posted_at: Mapped[datetime | None]
    state: Mapped[SettlementLineState]
    account: Mapped[str | None]
    """The account that a person chose for it."""
    expected_minor: Mapped[Minor | None]
    """What the hub expected it to be, in `currency`; null where it expected nothing in particular."""
    variance_minor: Mapped[Minor | None]
    reason: Mapped[str | None]

    settlement: Mapped[Settlement] = related()
    order: Mapped["Order | None"] = related()
