"""Customer."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from sqlalchemy import exists, select
from sqlalchemy.sql.elements import ColumnElement

from core.customers import models
from core.orders.models import Order as OrderRow
from schema.context import Context
from schema.engine import column, computed, connection, node
from schema.orders.visible import orders_of
from schema.pagination import Connection
from schema.scalars import JSON, Money, money_of

if TYPE_CHECKING:
    from schema.orders.types import Order

Row = models.Customer


def seen_by(ctx: Context) -> Iterator[ColumnElement[bool]]:
    """A key sees the customers of the orders that it sees."""
    conditions = list(orders_of(ctx))
    if conditions:
        yield exists(select(1).where(OrderRow.customer_id == Row.id, *conditions))


@node(Row, prefix="cus", scope="orders:read", visible=seen_by)
class Customer:
    """A person or a firm that buys."""

    email: str | None = column(Row.email)
    name: str | None = column(Row.name)
    phone: str | None = column(Row.phone)
    metadata: JSON = column(Row.extra)
    order_count: int = column(Row.order_count)
    erased_at: datetime | None = column(Row.erased_at)
    orders: Connection["Order"] = connection(Row.orders, order_by=OrderRow.placed_at.desc(), default_first=20)

    @computed(requires=[Row.id])
    @staticmethod
    async def total_spent(customers: Sequence[models.Customer], ctx: Context) -> list[list[Money]]:
        """All orders less what was cancelled and refunded, in each currency."""
        spend = models.CustomerSpend
        query = select(spend.customer_id, spend.currency, spend.spent_minor).where(
            spend.customer_id.in_([customer.id for customer in customers])
        )
        spent: dict[int, list[Money]] = defaultdict(list)
        for row in await ctx.select(query.order_by(spend.currency)):
            spent[row["customer_id"]].append(money_of(row["spent_minor"], row["currency"]))
        return [spent[customer.id] for customer in customers]
