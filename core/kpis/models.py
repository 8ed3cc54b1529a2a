"""Tables of the figures: what is measured of each order, and its sums by day."""

from datetime import date, datetime

from sqlalchemy import ForeignKey, Index, text

from core.db import Base, BigInt, Mapped, mapped_column
from core.events.models import TransactionId


class _Measures:
    """Counts and sums that add up over orders. Hours are kept in seconds; a share is what met of what counts."""

    orders: Mapped[BigInt] = mapped_column(server_default="0")
    """Not cancelled."""
    shipped_orders: Mapped[BigInt] = mapped_column(server_default="0")
    """With nothing left to ship."""
    ship_seconds: Mapped[BigInt] = mapped_column(server_default="0")
    """From placed to the last hand-over, of orders with nothing left to ship."""
    deliveries: Mapped[BigInt] = mapped_column(server_default="0")
    """Shipments that arrived."""
    delivery_seconds: Mapped[BigInt] = mapped_column(server_default="0")
    ship_due: Mapped[BigInt] = mapped_column(server_default="0")
    """Shipped orders that had a day to leave by."""
    ship_in_time: Mapped[BigInt] = mapped_column(server_default="0")
    delivery_due: Mapped[BigInt] = mapped_column(server_default="0")
    """Delivered orders that had a day to arrive by."""
    delivery_in_time: Mapped[BigInt] = mapped_column(server_default="0")
    wanted_units: Mapped[BigInt] = mapped_column(server_default="0")
    """Ordered and not called off by the shopper, of orders with nothing left to ship."""
    filled_units: Mapped[BigInt] = mapped_column(server_default="0")
    """Of those, what has shipped."""
    shipped_units: Mapped[BigInt] = mapped_column(server_default="0")
    returned_units: Mapped[BigInt] = mapped_column(server_default="0")
    wrong_orders: Mapped[BigInt] = mapped_column(server_default="0")
    """Shipped orders of which something came back as the wrong thing."""
    touchless_orders: Mapped[BigInt] = mapped_column(server_default="0")
    """Shipped orders without a hold, a case or a routing by hand."""
    tickets: Mapped[BigInt] = mapped_column(server_default="0")


class OrderKpi(_Measures, Base):
    """What is measured of one order, so that its part in the sums can be replaced when it changes."""

    __tablename__ = "order_kpis"
    __table_args__ = (Index("ix_order_kpis_day", "day", "channel_id", "customer_id"),)

    order_id: Mapped[BigInt] = mapped_column(ForeignKey("orders.id"), primary_key=True)
    day: Mapped[date]
    """The day it was placed, in the shop's zone."""
    channel_id: Mapped[BigInt]
    placed_at: Mapped[datetime]
    customer_id: Mapped[BigInt | None]


class KpiDay(_Measures, Base):
    """Rollup: the sums of the orders placed on one day, by channel."""

    __tablename__ = "kpi_days"

    day: Mapped[date] = mapped_column(primary_key=True)
    channel_id: Mapped[BigInt] = mapped_column(primary_key=True)


class EventFollower(Base):
    """How far a reader of events has come: everything up to this place is in its rollup."""

    __tablename__ = "event_followers"

    name: Mapped[str] = mapped_column(primary_key=True)
    transaction: Mapped[int] = mapped_column(TransactionId, server_default=text("'0'"))
    event_id: Mapped[BigInt] = mapped_column(server_default="0")
