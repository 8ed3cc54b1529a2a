"""What an order's summary and its possible actions are made of, read for many orders at once.

Each table is asked once, however many orders there are.
"""

from collections import defaultdict
from collections.abc import Sequence
from typing import Any, TypeAlias

from sqlalchemy import Select, func, select

from core.cases.models import Case, CaseState
from core.fulfillment.models import FulfillmentOrder, WorkState
from core.orders.actions import Standing
from core.orders.models import Hold, Order, OrderLine, Payment
from core.orders.states import FulfillmentStatus, OrderStatus, PaymentState, PaymentStatus
from core.orders.summary import Facts, OpenHold, OpenReturn, Parcel, Work
from core.returns.models import Return, ReturnLine, ReturnState
from core.shipments.models import Shipment, ShipmentStatus
from core.stock.models import Location
from schema.context import Context

_OVER = (ReturnState.CLOSED, ReturnState.DECLINED, ReturnState.CANCELLED, ReturnState.EXPIRED)
_DEAD = (ReturnState.DECLINED, ReturnState.CANCELLED, ReturnState.EXPIRED)
_NOT_GONE = (ShipmentStatus.DRAFT, ShipmentStatus.PACKED, ShipmentStatus.LABELLED, ShipmentStatus.CANCELLED)
Rows: TypeAlias = Select[*tuple[Any, ...]]
_OPEN_WORK = (WorkState.SCHEDULED, WorkState.OPEN, WorkState.ON_HOLD, WorkState.IN_PROGRESS)


async def of_orders(ctx: Context, order_ids: Sequence[int]) -> dict[int, Facts]:
    """The facts behind the summary of each order."""
    units = {row["order_id"]: row for row in await ctx.select(_units(order_ids))}
    short = await _gathered(ctx, _short(order_ids))
    holds = await _gathered(ctx, _holds(order_ids))
    parcels = await _gathered(ctx, _parcels(order_ids))
    work = await _gathered(ctx, _work(order_ids))
    returns = await _gathered(ctx, _returns(order_ids))
    cases = await _gathered(ctx, _cases(order_ids))
    return {
        row["id"]: Facts(
            number=row["number"],
            status=OrderStatus(row["status"]),
            payment=PaymentStatus(row["payment_status"]),
            fulfillment=FulfillmentStatus(row["fulfillment_status"]),
            currency=row["currency"],
            refunded_minor=row["refunded_minor"],
            owed_minor=row["owed"],
            units=units[row["id"]]["units"] if row["id"] in units else 0,
            shipped=units[row["id"]]["shipped"] if row["id"] in units else 0,
            backordered=[(one["sku"], one["quantity"]) for one in short[row["id"]]],
            ship_by=row["ship_by"],
            cancelled_at=row["cancelled_at"],
            address_pending=row["address_pending"],
            holds=[OpenHold(one["message"], one["fix"]) for one in holds[row["id"]]],
            parcels=[_parcel(one) for one in parcels[row["id"]]],
            work=[Work(one["name"], one["ship_on"]) for one in work[row["id"]]],
            returns=[OpenReturn(one["number"], one["state"]) for one in returns[row["id"]]],
            cases=[one["title"] for one in cases[row["id"]]],
        )
        for row in await ctx.select(_orders(order_ids))
    }


async def standing(ctx: Context, order_ids: Sequence[int]) -> dict[int, Standing]:
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


async def _gathered(ctx: Context, query: Rows) -> dict[int, list[Any]]:
    """Rows by their order."""
    rows: dict[int, list[Any]] = defaultdict(list)
    for row in await ctx.select(query):
        rows[row["order_id"]].append(row)
    return rows


def _parcel(row: Any) -> Parcel:
    return Parcel(
        status=row["status"],
        carrier=row["carrier"],
        tracking_number=row["tracking_number"],
        expected=row["estimated_delivery"],
        delivered_at=row["delivered_at"],
    )


def _orders(order_ids: Sequence[int]) -> Rows:
    return select(
        Order.id,
        Order.number,
        Order.status,
        Order.payment_status,
        Order.fulfillment_status,
        Order.currency,
        Order.refunded_minor,
        func.greatest(Order.total_minor - Order.cancelled_minor - Order.paid_minor, 0).label("owed"),
        Order.ship_by,
        Order.cancelled_at,
        Order.on_hold,
        Order.fulfilled_by_channel,
        Order.pending_shipping_address.is_not(None).label("address_pending"),
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


def _short(order_ids: Sequence[int]) -> Rows:
    return (
        select(OrderLine.order_id, OrderLine.sku, func.sum(OrderLine.backordered).label("quantity"))
        .where(OrderLine.order_id.in_(order_ids), OrderLine.ships, OrderLine.backordered > 0)
        .group_by(OrderLine.order_id, OrderLine.sku)
        .order_by(OrderLine.order_id, OrderLine.sku)
    )


def _holds(order_ids: Sequence[int]) -> Rows:
    query = select(Hold.order_id, Hold.message, Hold.fix).where(
        Hold.order_id.in_(order_ids), Hold.released_at.is_(None)
    )
    return query.order_by(Hold.id)


def _parcels(order_ids: Sequence[int]) -> Rows:
    return (
        select(
            Shipment.order_id,
            Shipment.status,
            Shipment.carrier,
            Shipment.tracking_number,
            Shipment.estimated_delivery,
            Shipment.delivered_at,
        )
        .where(Shipment.order_id.in_(order_ids), Shipment.status.not_in(_NOT_GONE))
        .order_by(Shipment.id)
    )


def _work(order_ids: Sequence[int]) -> Rows:
    return (
        select(FulfillmentOrder.order_id, Location.name, FulfillmentOrder.ship_on)
        .join(Location, Location.id == FulfillmentOrder.location_id)
        .where(FulfillmentOrder.order_id.in_(order_ids), FulfillmentOrder.work_state.in_(_OPEN_WORK))
        .order_by(FulfillmentOrder.id)
    )


def _returns(order_ids: Sequence[int]) -> Rows:
    query = select(Return.order_id, Return.number, Return.state)
    return query.where(Return.order_id.in_(order_ids), Return.state.not_in(_OVER)).order_by(Return.id)


def _cases(order_ids: Sequence[int]) -> Rows:
    query = select(Case.order_id, Case.title)
    return query.where(Case.order_id.in_(order_ids), Case.state == CaseState.OPEN).order_by(Case.id)


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
