"""Finding returns, and what a refund would come to."""

from collections.abc import Iterator

import strawberry
from sqlalchemy import exists, select, union
from sqlalchemy.orm import aliased
from sqlalchemy.sql.elements import ColumnElement

from core.errors import CrossdockError
from core.flows import refund
from core.orders.models import Order as OrderRow
from core.returns.models import Return as Row
from core.returns.models import ReturnLine as LineRow
from schema.acting import transact
from schema.context import Context
from schema.engine import Page, Ref, query
from schema.errors import user_error
from schema.events.filters import within
from schema.ids import OrderId
from schema.named import of_channels
from schema.orders.currency import currency_of
from schema.orders.types import OrderLine
from schema.pagination import Connection, Slice
from schema.returns import inputs
from schema.returns.enums import ReturnReason, ReturnState
from schema.returns.inputs import RefundInput
from schema.returns.types import RefundLine, RefundPreview, Return
from schema.scalars import DateTimeRange, money_of
from schema.search import mentions

_NEWEST = (Row.requested_at.desc(), Row.id.desc())


@strawberry.input
class ReturnFilter:
    query: str | None = None
    state: list[ReturnState] | None = None
    channel: list[str] | None = None
    sku: str | None = None
    reason: list[ReturnReason] | None = None
    requested_at: DateTimeRange | None = None


def conditions(filter: ReturnFilter | None) -> Iterator[ColumnElement[bool]]:
    if filter is None:
        return
    if filter.query:
        yield _mentioning(filter.query)
    if filter.state is not None:
        yield Row.state.in_(filter.state)
    if filter.channel is not None:
        yield Row.order_id.in_(select(OrderRow.id).where(of_channels(OrderRow.channel_id, filter.channel)))
    if filter.sku is not None:
        yield exists().where(LineRow.return_id == Row.id, LineRow.sku == filter.sku)
    if filter.reason is not None:
        yield exists().where(LineRow.return_id == Row.id, LineRow.reason.in_(filter.reason))
    if filter.requested_at is not None:
        yield from within(Row.requested_at, filter.requested_at)


def _mentioning(words: str) -> ColumnElement[bool]:
    """Each way in has a trigram index, and the ways are joined before the returns."""
    named, theirs = aliased(Row), aliased(Row)
    orders = select(OrderRow.id).where(mentions(OrderRow.search, words))
    by_number = select(named.id).where(mentions(named.number, words))
    by_order = select(theirs.id).where(theirs.order_id.in_(orders))
    return Row.id.in_(union(by_number, by_order).scalar_subquery())


@query(scope="orders:read")
def returns(ctx: Context, page: Slice, filter: ReturnFilter | None = None) -> Connection[Return]:
    """Returns, newest first; `query` is part of the number of the return or its order, a name or an email."""
    return Page(Return, page, conditions(filter), order_by=_NEWEST)


@query(scope="orders:read")
async def refund_preview(ctx: Context, order_id: OrderId, input: RefundInput) -> RefundPreview:
    """What this refund would come to, and why not where it would be refused."""
    currency = await currency_of(ctx, order_id)
    nothing = money_of(0, currency)
    try:
        plan = await transact(ctx, refund.preview, order_id, inputs.refund(input, currency))
    except CrossdockError as problem:
        left = await transact(ctx, refund.left, order_id)
        return RefundPreview(
            amount=nothing,
            tax=nothing,
            shipping=nothing,
            goodwill=nothing,
            lines=[],
            refundable=money_of(left, currency),
            user_errors=[user_error(problem)],
        )
    return RefundPreview(
        amount=money_of(plan.amount, currency),
        tax=money_of(plan.tax, currency),
        shipping=money_of(plan.shipping, currency),
        goodwill=money_of(plan.goodwill, currency),
        lines=[
            RefundLine(
                order_line=Ref(OrderLine, line.line_id),
                quantity=line.quantity,
                amount=money_of(line.amount, currency),
                tax=money_of(line.tax, currency),
            )
            for line in plan.lines
        ],
        refundable=money_of(plan.refundable, currency),
        user_errors=[],
    )
