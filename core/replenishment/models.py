"""The table of replenishment: advice for each item that is sold from stock."""

from datetime import date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING

from sqlalchemy import ForeignKey, Index, Numeric, func, text

from core.db import Base, BigInt, Mapped, mapped_column, related

if TYPE_CHECKING:
    from core.catalog.models import Item
    from core.purchasing.models import Supplier


class ReorderAdvice(Base):
    """Rollup: demand, lead time and stock of one item, and what follows from them. Kept by a job."""

    __tablename__ = "reorder_advice"
    __table_args__ = (Index("ix_reorder_advice_below", "item_id", postgresql_where=text("below")),)

    item_id: Mapped[BigInt] = mapped_column(ForeignKey("items.id"), primary_key=True)
    daily_demand: Mapped[Decimal] = mapped_column(Numeric(14, 4))
    """Units a day, over all channels."""
    demand_deviation: Mapped[Decimal] = mapped_column(Numeric(14, 4))
    """Standard deviation of the units of one day."""
    lead_time_days: Mapped[int]
    safety_stock: Mapped[int]
    reorder_point: Mapped[int]
    position: Mapped[int]
    """On hand and incoming, less what is promised: what demand will be met from without ordering."""
    below: Mapped[bool]
    """Whether the position has come down to the reorder point."""
    suggested_quantity: Mapped[int]
    days_of_cover: Mapped[Decimal | None] = mapped_column(Numeric(14, 1))
    stockout_on: Mapped[date | None]
    supplier_id: Mapped[BigInt | None] = mapped_column(ForeignKey("suppliers.id"))
    computed_at: Mapped[datetime] = mapped_column(server_default=func.now())

    item: Mapped["Item"] = related()
    supplier: Mapped["Supplier | None"] = related()
