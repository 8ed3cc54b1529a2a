"""ReorderAdvice: what to order again, and which items want it."""

from collections.abc import Iterable
from datetime import date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING

from sqlalchemy import exists, false, select
from sqlalchemy.sql.elements import ColumnElement

from core.catalog.models import Item
from core.replenishment.models import ReorderAdvice as Row
from schema.context import Context
from schema.engine import column, node, one

if TYPE_CHECKING:
    from schema.purchasing.types import Supplier


def advised(ctx: Context) -> Iterable[ColumnElement[bool]]:
    """Advice is about the stock of all locations together: a key of some of them sees none."""
    if ctx.viewer.locations:
        yield false()


@node(Row, visible=advised)
class ReorderAdvice:
    """From the demand of the last 90 days, the supplier's lead time and the stock of our own locations.

    Kept by a job; `computedAt` says how fresh it is. docs/frontend.md has the formulas.
    """

    daily_demand: Decimal = column(Row.daily_demand, description="Units a day, over all channels.")
    lead_time_days: int = column(Row.lead_time_days)
    safety_stock: int = column(Row.safety_stock, description="For a service level of 95 percent.")
    reorder_point: int = column(Row.reorder_point, description="Daily demand x lead time + safety stock.")
    suggested_quantity: int = column(
        Row.suggested_quantity, description="0 while the stock is above the reorder point."
    )
    days_of_cover: Decimal | None = column(
        Row.days_of_cover, description="How long what is free on hand lasts; null without demand."
    )
    stockout_on: date | None = column(Row.stockout_on)
    supplier: "Supplier | None" = one(Row.supplier, scope="purchasing:read")
    computed_at: datetime = column(Row.computed_at)


def below_reorder_point() -> ColumnElement[bool]:
    """What there is of `Item`, and what is on its way, has come down to its reorder point."""
    return exists(select(1).where(Row.item_id == Item.id, Row.below))
