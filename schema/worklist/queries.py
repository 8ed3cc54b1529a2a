"""The worklist: one statement of counts, each on an index of open things."""

from typing import Any

import strawberry
from sqlalchemy import ScalarSelect, and_, exists, false, func, select
from sqlalchemy.sql.elements import ColumnElement

from core import clock
from core.cases.models import Case, CaseState
from core.catalog.models import Item, Listing
from core.fulfillment.models import FulfillmentLine, FulfillmentOrder, RequestState, WorkState
from core.inbox.models import InboxMessage, InboxState
from core.jobs.models import FailedJob
from core.orders.models import Order, OrderLine
from core.orders.states import OrderStatus
from core.returns.models import Disposition, LineDisposition, Return, ReturnLine, ReturnState
from core.settlements.models import Settlement, SettlementLine, SettlementLineState
from core.shipments.models import Shipment, ShipmentStatus
from schema.context import Context
from schema.engine import query
from schema.named import of_channels, of_locations
from schema.orders.visible import orders_of
from schema.settlements.types import settlements_of
from schema.stock.reorder import advised, below_reorder_point

_OPEN_ORDER = Order.status.in_((OrderStatus.PENDING, OrderStatus.CONFIRMED, OrderStatus.PROCESSING))
_OPEN_WORK = FulfillmentOrder.work_state.in_((WorkState.SCHEDULED, WorkState.OPEN, WorkState.IN_PROGRESS))
_READY = (ShipmentStatus.PACKED, ShipmentStatus.LABELLED)
_EXCEPTIONS = (ShipmentStatus.EXCEPTION, ShipmentStatus.DELIVERY_FAILED, ShipmentStatus.RETURNING, ShipmentStatus.LOST)


@strawberry.type
class Worklist:
    """What waits for a person now, counted."""

    on_hold: int
    unrouted: int
    backordered: int
    to_pick: int
    to_pack: int
    to_ship: int
    late_to_ship: int
    delivery_exceptions: int
    returns_to_decide: int
    returns_to_inspect: int
    open_cases: int
    unmapped_listings: int
    below_reorder_point: int
    failed_jobs: int
    quarantined: int
    unmatched_settlement_lines: int


Counts = dict[str, ScalarSelect[int]]
Where = list[ColumnElement[bool]]


@query(scope="orders:read")
async def worklist(ctx: Context, channel: list[str] | None = None, location: list[str] | None = None) -> Worklist:
    """What waits for a person now, counted: of these channels or of all; work and shipments at these locations."""
    orders, places = _orders(ctx, channel), _places(ctx, location)
    counts = {
        **_of_orders(orders),
        **_of_work(orders, places),
        **_of_returns(orders),
        **_of_the_rest(ctx, channel, orders),
    }
    (row,) = await ctx.select(select(*(count.label(name) for name, count in counts.items())))
    return Worklist(**{name: getattr(row, name) for name in counts})


def _count(model: Any, *where: ColumnElement[bool]) -> ScalarSelect[int]:
    return select(func.count()).select_from(model).where(*where).scalar_subquery()


def _orders(ctx: Context, channels: list[str] | None) -> Where:
    """Conditions on orders: of these channels, and of those that the caller may see. None where all count."""
    where = list(orders_of(ctx))
    if channels is not None:
        where.append(of_channels(Order.channel_id, channels))
    return where


def _places(ctx: Context, locations: list[str] | None) -> Where:
    """Conditions on fulfillment orders, likewise."""
    where: Where = []
    if locations is not None:
        where.append(of_locations(FulfillmentOrder.location_id, locations))
    if ctx.viewer.locations:
        where.append(FulfillmentOrder.location_id.in_(ctx.viewer.locations))
    return where


def _among(order_id: Any, orders: Where) -> Where:
    """The condition that a thing belongs to one of these orders."""
    return [exists(select(1).where(Order.id == order_id, *orders))] if orders else []


def _of_orders(orders: Where) -> Counts:
    goods = select(OrderLine.order_id).where(OrderLine.item_id.is_not(None), OrderLine.ships)
    unrouted = Order.id.in_(goods.where(OrderLine.open > 0))
    backordered = Order.id.in_(goods.where(OrderLine.backordered > 0))
    return {
        "on_hold": _count(Order, _OPEN_ORDER, Order.on_hold.is_(True), *orders),
        "unrouted": _count(
            Order, _OPEN_ORDER, Order.on_hold.is_(False), Order.fulfilled_by_channel.is_(False), unrouted, *orders
        ),
        "backordered": _count(Order, _OPEN_ORDER, backordered, *orders),
    }


def _of_work(orders: Where, places: Where) -> Counts:
    narrowed = [*_among(FulfillmentOrder.order_id, orders), *places]
    where = [_OPEN_WORK, FulfillmentOrder.request_state == RequestState.ACCEPTED, *narrowed]
    left = FulfillmentLine.quantity - FulfillmentLine.rejected - FulfillmentLine.cancelled
    lines = select(FulfillmentLine.fulfillment_order_id)
    to_pick = FulfillmentOrder.id.in_(lines.where(FulfillmentLine.picked < left))
    to_pack = FulfillmentOrder.id.in_(
        lines.where(FulfillmentLine.packed + FulfillmentLine.shipped < func.least(FulfillmentLine.picked, left))
    )
    shipped_by = [Shipment.fulfillment_order.has(and_(*narrowed))] if narrowed else []
    return {
        "to_pick": _count(FulfillmentOrder, *where, to_pick),
        "to_pack": _count(FulfillmentOrder, *where, to_pack),
        "to_ship": _count(Shipment, Shipment.status.in_(_READY), *shipped_by),
        "late_to_ship": _count(FulfillmentOrder, *where, FulfillmentOrder.ship_by < clock.now()),
        "delivery_exceptions": _count(Shipment, Shipment.status.in_(_EXCEPTIONS), *_among(Shipment.order_id, orders)),
    }


def _of_returns(orders: Where) -> Counts:
    theirs = _among(Return.order_id, orders)
    undecided = exists(
        select(1)
        .select_from(ReturnLine)
        .join(LineDisposition, LineDisposition.return_line_id == ReturnLine.id)
        .where(ReturnLine.return_id == Return.id, LineDisposition.disposition == Disposition.PENDING)
    )
    return {
        "returns_to_decide": _count(Return, Return.state == ReturnState.REQUESTED, *theirs),
        "returns_to_inspect": _count(Return, undecided, *theirs),
    }


def _of_the_rest(ctx: Context, channels: list[str] | None, orders: Where) -> Counts:
    """Failed jobs and what could not be read belong to no order: a key that sees some orders only counts none."""
    listed: Where = [Listing.item_id.is_(None)]
    if channels is not None:
        listed.append(of_channels(Listing.channel_id, channels))
    if ctx.viewer.channels:
        listed.append(Listing.channel_id.in_(ctx.viewer.channels))
    all_of_it: Where = [false()] if ctx.viewer.limited else []
    paid = list(settlements_of(ctx))
    if channels is not None:
        paid.append(of_channels(Settlement.channel_id, channels))
    waiting = SettlementLine.state.in_((SettlementLineState.UNMATCHED, SettlementLineState.SUSPENSE))
    return {
        "open_cases": _count(Case, Case.state == CaseState.OPEN, *_among(Case.order_id, orders)),
        "unmapped_listings": _count(Listing, *listed),
        "below_reorder_point": _count(Item, Item.active.is_(True), below_reorder_point(), *advised(ctx)),
        "failed_jobs": _count(FailedJob, *all_of_it),
        "unmatched_settlement_lines": _count(
            SettlementLine, waiting, *([SettlementLine.settlement.has(and_(*paid))] if paid else [])
        ),
        "quarantined": _count(InboxMessage, InboxMessage.state == InboxState.QUARANTINED, *all_of_it),
    }
