"""Profit: of one order, and by any group of orders."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

import strawberry
from sqlalchemy import select, text
from sqlalchemy.orm import Session

from core.catalog.models import Channel
from core.errors import Forbidden
from core.ledgers import queries
from core.ledgers.queries import Profit as Terms
from core.ledgers.queries import ProfitGroup as ProfitGroup
from core.ledgers.queries import ProfitSort as ProfitSort
from core.ledgers.terms import AMOUNTS
from core.settings import service as settings
from schema.acting import transact
from schema.context import Context
from schema.engine import query
from schema.ledger.types import SCOPE
from schema.pagination import Connection, Slice, page_of
from schema.scalars import DateTimeRange, Money, money_of

strawberry.enum(ProfitGroup)
strawberry.enum(ProfitSort)


@strawberry.type
class Profit:
    """In the reporting currency, net of tax. Until `settled`, fees and shipping are the expected ones."""

    revenue: Money
    discounts: Money
    refunds: Money
    cogs: Money
    shipping_cost: Money
    channel_fees: Money
    payment_fees: Money
    other_costs: Money
    net: Money
    margin_percent: Decimal | None
    exchange_difference: Money = strawberry.field(description="Differences of rate only; not part of net.")
    settled: bool


@strawberry.type
class ProfitRow:
    """The profit of one group. `key` names it: a SKU, a day, a channel's key."""

    key: str
    label: str
    orders: int
    units: int
    profit: Profit


async def of_orders(ctx: Context, order_ids: Sequence[int]) -> list[Profit]:
    """The profit of each order from its own postings, however fresh."""
    terms, currency = await transact(ctx, _of_orders, order_ids)
    return [_profit(terms[order_id], currency) for order_id in order_ids]


@query(scope=SCOPE)
async def profit_report(
    ctx: Context,
    page: Slice,
    group_by: ProfitGroup,
    placed_at: DateTimeRange | None = None,
    channel: list[str] | None = None,
    sku: list[str] | None = None,
    sort: ProfitSort | None = ProfitSort.KEY,
) -> Connection[ProfitRow]:
    """Profit of the orders placed in a range, by group; days, weeks and months are those of the settings' zone."""
    channel = await reported_channels(ctx, channel)
    if channel == [] or sku == []:
        return page_of([], page, key=str)
    rows, currency = await transact(ctx, _report, group_by, placed_at, channel, sku, sort or ProfitSort.KEY)
    shown = [_row(row, currency) for row in rows]
    return page_of(shown, page, key=lambda row: row.key)


async def reported_channels(ctx: Context, channels: list[str] | None) -> list[str] | None:
    """The channels to report on: those asked for, as far as the caller may see them. None: all."""
    if ctx.viewer.locations:
        raise Forbidden("A key of some locations sees the profit of its orders, not of the whole business.")
    if not ctx.viewer.channels:
        return channels
    seen = [row.key for row in await ctx.select(select(Channel.key).where(Channel.id.in_(ctx.viewer.channels)))]
    return [key for key in seen if channels is None or key in channels]


def _of_orders(session: Session, order_ids: Sequence[int]) -> tuple[dict[int, Terms], str]:
    return queries.profits_of_orders(session, order_ids), settings.current(session).currency


def _report(
    session: Session,
    group: ProfitGroup,
    placed: DateTimeRange | None,
    channels: list[str] | None,
    skus: list[str] | None,
    sort: ProfitSort,
) -> tuple[list[Any], str]:
    statement = queries.profit_report(
        session,
        group,
        placed_from=placed.from_ if placed else None,
        placed_to=placed.to if placed else None,
        channels=channels,
        skus=skus,
    )
    found = select(statement.subquery()).order_by(text(queries.SORTS[sort]))
    rows = session.execute(found).all()
    return list(rows), settings.current(session).currency


def _row(row: Any, currency: str) -> ProfitRow:
    terms = Terms._make([*(int(getattr(row, name)) for name in AMOUNTS), False])
    return ProfitRow(
        key=row.key, label=row.label, orders=int(row.orders), units=int(row.units), profit=_profit(terms, currency)
    )


def _profit(terms: Terms, currency: str) -> Profit:
    def shown(minor: int) -> Money:
        return money_of(minor, currency)

    return Profit(
        revenue=shown(terms.revenue_minor),
        discounts=shown(terms.discounts_minor),
        refunds=shown(terms.refunds_minor),
        cogs=shown(terms.cogs_minor),
        shipping_cost=shown(terms.shipping_cost_minor),
        channel_fees=shown(terms.channel_fees_minor),
        payment_fees=shown(terms.payment_fees_minor),
        other_costs=shown(terms.other_costs_minor),
        net=shown(terms.net_minor),
        margin_percent=terms.margin_percent,
        exchange_difference=shown(terms.exchange_difference_minor),
        settled=terms.settled,
    )
