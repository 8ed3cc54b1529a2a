"""The numbers that decide what may be done with orders, read for many orders at once."""

from collections.abc import Sequence
from typing import Any, TypeAlias

from sqlalchemy import Select, bindparam, func, select

from core.orders.actions import Standing
from core.orders.models import Order, OrderLine, Payment
from core.orders.states import OrderStatus, PaymentState
from core.returns.models import Return, ReturnLine, ReturnState
from schema.context import Context
from schema.engine.sql import Prepared

_DEAD = (ReturnState.DECLINED, ReturnState.CANCELLED, ReturnState.EXPIRED)
_ASKED: Any = bindparam("orders", expanding=True)
Rows: TypeAlias = Select[*tuple[Any, ...]]


async def of_orders(ctx: Context, order_ids: Sequence[int]) -> dict[int, Standing]:
    """The numbers that decide what may be done with each order."""
    units = {row["order_id"]: row for row in await ctx.select(_UNITS, orders=order_ids)}
    money = {row["order_id"]: row for row in await ctx.select(_MONEY, orders=order_ids)}
    returns = {row["order_id"]: row["units"] for row in await ctx.select(_ON_RETURNS, orders=order_ids)}
    found = {}
    for row in await ctx.select(_ORDERS, orders=order_ids):
        order_id = row["id"]
        counted = units.get(order_id) or dict.fromkeys(("waiting", "backordered", "allocated", "shipped"), 0)
        paid = money.get(order_id) or {"refundable": 0, "capturable": 0}
        found[order_id] = Standing(
            status=OrderStatus(row["status"]),
            held=row["on_hold"],
            fulfilled_by_channel=row["fulfilled_by_channel"],
            waiting=counted["waiting"],
            backordered=counted["backordered"],
            allocated=counted["allocated"],
            shipped=counted["shipped"],
            returnable=counted["shipped"] - returns.get(order_id, 0),
            refundable_minor=int(paid["refundable"]),
            capturable_minor=int(paid["capturable"] or 0),
        )
    return found


def _orders() -> Rows:
    return select(
        Order.id,
        Order.status,
        Order.on_hold,
        Order.fulfilled_by_channel,
    ).where(Order.id.in_(_ASKED))


def _units() -> Rows:
    return (
        select(
            OrderLine.order_id,
            func.sum(OrderLine.quantity - OrderLine.cancelled).label("units"),
            func.sum(OrderLine.open).label("waiting"),
            func.sum(OrderLine.backordered).label("backordered"),
            func.sum(OrderLine.allocated).label("allocated"),
            func.sum(OrderLine.shipped).label("shipped"),
        )
        .where(OrderLine.order_id.in_(_ASKED), OrderLine.ships)
        .group_by(OrderLine.order_id)
    )


def _money() -> Rows:
    left = func.greatest(Payment.captured_minor - Payment.refunded_minor - Payment.disputed_minor, 0)
    promised = (Payment.amount_minor - Payment.captured_minor, Payment.state == PaymentState.AUTHORIZED)
    return (
        select(
            Payment.order_id,
            func.sum(left).label("refundable"),
            func.sum(promised[0]).filter(promised[1]).label("capturable"),
        )
        .where(Payment.order_id.in_(_ASKED))
        .group_by(Payment.order_id)
    )


def _on_returns() -> Rows:
    expected = func.coalesce(func.nullif(ReturnLine.approved, 0), ReturnLine.quantity)
    return (
        select(Return.order_id, func.sum(expected).label("units"))
        .join(ReturnLine, ReturnLine.return_id == Return.id)
        .where(Return.order_id.in_(_ASKED), Return.state.not_in(_DEAD))
        .group_by(Return.order_id)
    )


_ORDERS, _UNITS, _MONEY, _ON_RETURNS = (Prepared(build()) for build in (_orders, _units, _money, _on_returns))
