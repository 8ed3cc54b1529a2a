"""The numbers that decide what may be done with orders, read for many orders at once."""

from collections.abc import Sequence
from typing import Any, TypeAlias

from sqlalchemy import Select, func, select

from core.orders.actions import Standing
from core.orders.models import Order, OrderLine, Payment
from core.orders.states import OrderStatus, PaymentState
from core.returns.models import Return, ReturnLine, ReturnState
from schema.context import Context

_DEAD = (ReturnState.DECLINED, ReturnState.CANCELLED, ReturnState.EXPIRED)
Rows: TypeAlias = Select[*tuple[Any, ...]]


async def of_orders(ctx: Context, order_ids: Sequence[int]) -> dict[int, Standing]:
    """The numbers that decide what may be done with each order."""
    units = {row["order_id"]: row for row in await ctx.select(_units(order_ids))}
    money = {row["order_id"]: row for row in await ctx.select(_money(order_ids))}
    returns = {row["order_id"]: row["units"] for row in await ctx.select(_on_returns(order_ids))}
    found = {}
    for row in await ctx.select(_orders(order_ids)):
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


def _orders(order_ids: Sequence[int]) -> Rows:
    return select(
        Order.id,
        Order.status,
        Order.on_hold,
        Order.fulfilled_by_channel,
    ).where(Order.id.in_(order_ids))


def _units(order_ids: Sequence[int]) -> Rows:
    return (
        select(
            OrderLine.order_id,
            func.sum(OrderLine.quantity - OrderLine.cancelled).label("units"),
            func.sum(OrderLine.open).label("waiting"),
            func.sum(OrderLine.backordered).label("backordered"),
            func.sum(OrderLine.allocated).label("allocated"),
            func.sum(OrderLine.shipped).label("shipped"),
        )
        .where(OrderLine.order_id.in_(order_ids), OrderLine.ships)
        .group_by(OrderLine.order_id)
    )


def _money(order_ids: Sequence[int]) -> Rows:
    left = func.greatest(Payment.captured_minor - Payment.refunded_minor - Payment.disputed_minor, 0)
    promised = (Payment.amount_minor - Payment.captured_minor, Payment.state == PaymentState.AUTHORIZED)
    return (
        select(
            Payment.order_id,
            func.sum(left).label("refundable"),
            func.sum(promised[0]).filter(promised[1]).label("capturable"),
        )
        .where(Payment.order_id.in_(order_ids))
        .group_by(Payment.order_id)
    )


def _on_returns(order_ids: Sequence[int]) -> Rows:
    expected = func.coalesce(func.nullif(ReturnLine.approved, 0), ReturnLine.quantity)
    return (
        select(Return.order_id, func.sum(expected).label("units"))
        .join(ReturnLine, ReturnLine.return_id == Return.id)
        .where(Return.order_id.in_(order_ids), Return.state.not_in(_DEAD))
        .group_by(Return.order_id)
    )
