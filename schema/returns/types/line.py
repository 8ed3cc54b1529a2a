"""ReturnLine and what its units turned out to be."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from sqlalchemy import func, select

from core.orders.models import OrderLine as OrderLineRow
from core.returns import models
from core.returns.amounts import worth
from core.returns.queries import NEVER_OURS
from schema.context import Context
from schema.engine import column, computed, many, node, one
from schema.returns.enums import Disposition, ReturnReason
from schema.scalars import Money, money_of

if TYPE_CHECKING:
    from schema.orders.types import OrderLine
    from schema.stock.types import Location

Row = models.ReturnLine
_gone = (
    select(func.coalesce(func.sum(models.LineDisposition.quantity), 0))
    .where(models.LineDisposition.return_line_id == Row.id, models.LineDisposition.disposition.in_(NEVER_OURS))
    .scalar_subquery()
)
_units = func.greatest(Row.received - Row.refunded - _gone, 0).label("units")


@node(models.LineDisposition, scope="orders:read")
class LineDisposition:
    """What received units turned out to be."""

    disposition: Disposition = column(models.LineDisposition.disposition)
    quantity: int = column(models.LineDisposition.quantity)
    location: "Location | None" = one(models.LineDisposition.location)
    note: str | None = column(models.LineDisposition.note)


@node(Row, prefix="rtl", scope="orders:read")
class ReturnLine:
    """Units of one order line that come back."""

    order_line: "OrderLine" = one(Row.order_line)
    sku: str = column(Row.sku)
    reason: ReturnReason = column(Row.reason)
    note: str | None = column(Row.note)
    quantity: int = column(Row.quantity)
    approved: int = column(Row.approved)
    received: int = column(Row.received)
    dispositions: list[LineDisposition] = many(
        Row.dispositions, order_by=models.LineDisposition.id, description="Sums to `received`."
    )

    @computed(requires=[Row.order_line_id, _units])
    @staticmethod
    async def refundable(lines: Sequence[models.ReturnLine], ctx: Context) -> list[Money]:
        """What the units that were received and not refunded yet come to."""
        line = OrderLineRow
        query = select(
            line.id, line.currency, line.total_minor, line.refunded_minor, line.quantity, line.refunded
        ).where(line.id.in_([one.order_line_id for one in lines]))
        sold = {row["id"]: row for row in await ctx.select(query)}
        return [_worth(sold[one.order_line_id], one.units) for one in lines]  # type: ignore[attr-defined]  # `_units`


def _worth(row: dict[str, int], units: int) -> Money:
    amount = worth(row["total_minor"], row["refunded_minor"], row["quantity"], row["refunded"], units) if units else 0
    return money_of(amount, str(row["currency"]))
