"""Settlement and SettlementLine."""

from collections.abc import Iterator
from datetime import datetime
from typing import TYPE_CHECKING

import strawberry
from sqlalchemy import exists, false, select
from sqlalchemy.sql.elements import ColumnElement

from core.settlements import models
from core.settlements.models import SettlementLineState as SettlementLineState
from core.settlements.models import SettlementState as SettlementState
from schema.context import Context
from schema.engine import column, connection, money, node, one
from schema.errors import Payload
from schema.ledger.types import SCOPE
from schema.pagination import Connection
from schema.scalars import Money

if TYPE_CHECKING:
    from schema.catalog.types import Channel
    from schema.orders.types import Order

strawberry.enum(SettlementState)
strawberry.enum(SettlementLineState)

Row = models.Settlement
Line = models.SettlementLine


def settlements_of(ctx: Context) -> Iterator[ColumnElement[bool]]:
    """A key of some channels sees theirs; one of some locations none, for a payout is of the whole channel."""
    if ctx.viewer.channels:
        yield Row.channel_id.in_(ctx.viewer.channels)
    if ctx.viewer.locations:
        yield false()


def lines_of(ctx: Context) -> Iterator[ColumnElement[bool]]:
    conditions = list(settlements_of(ctx))
    if conditions:
        yield exists(select(1).where(Row.id == Line.settlement_id, *conditions))


@node(Line, prefix="stll", scope=SCOPE, visible=lines_of)
class SettlementLine:
    """One row of a payout. What it adds to the payout is positive."""

    kind: str = column(Line.raw_kind, description="In the channel's own words.")
    amount: Money = money(Line.amount_minor, Line.currency)
    external_id: str | None = column(Line.external_id)
    posted_at: datetime | None = column(Line.posted_at)
    order: "Order | None" = one(Line.order)
    sku: str | None = column(Line.sku)
    state: SettlementLineState = column(Line.state)
    expected: Money | None = money(Line.expected_minor, Line.currency)
    variance: Money | None = money(
        Line.variance_minor, Line.currency, description="What it is more than was expected; less when negative."
    )
    reason: str | None = column(Line.reason)


def in_states(state: list[SettlementLineState] | None = None) -> Iterator[ColumnElement[bool]]:
    if state is not None:
        yield Line.state.in_(state)


@node(Row, prefix="stl", scope=SCOPE, visible=settlements_of)
class Settlement:
    """One payout of a channel, matched row by row."""

    channel: "Channel" = one(Row.channel)
    external_id: str = column(Row.external_id)
    state: SettlementState = column(Row.state)
    payout: Money = money(Row.payout_minor, Row.currency)
    matched: Money = money(Row.matched_minor, Row.currency, description="matched + unmatched = payout")
    unmatched: Money = money(Row.unmatched_minor, Row.currency)
    period_start: datetime | None = column(Row.period_start)
    period_end: datetime | None = column(Row.period_end)
    paid_at: datetime | None = column(Row.paid_at)
    imported_at: datetime = column(Row.imported_at)
    lines: Connection[SettlementLine] = connection(Row.lines, order_by=Line.id, default_first=100, filter=in_states)


@strawberry.type
class SettlementLinePayload(Payload):
    settlement_line: SettlementLine | None = None
