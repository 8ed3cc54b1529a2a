"""The worklist: one statement of counts, each on an index of open things."""

from typing import Any

import strawberry
from sqlalchemy import ScalarSelect, func, select
from sqlalchemy.sql.elements import ColumnElement

from core import clock
from core.cases.models import Case, CaseState
from core.catalog.models import Channel, Listing
from core.fulfillment.models import FulfillmentLine, FulfillmentOrder, RequestState, WorkState
from core.inbox.models import InboxMessage, InboxState
from core.jobs.models import FailedJob
from core.orders.models import Order, OrderLine
from core.orders.states import OrderStatus
from core.returns.models import Disposition, LineDisposition, Return, ReturnLine, ReturnState
from core.shipments.models import Shipment, ShipmentStatus
from core.stock.models import Location
from schema.context import Context
from schema.engine import query

_OPEN_ORDER = Order.status.in_((OrderStatus.PENDING, OrderStatus.CONFIRMED, OrderStatus.PROCESSING))
_OPEN_WORK = FulfillmentOrder.work_state.in_((WorkState.SCHEDULED, WorkState.OPEN, WorkState.IN_PROGRESS))
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


@query(scope="orders:read")
async def worklist(ctx: Context, channel: list[str] | None = None, location: list[str] | None = None) -> Worklist:
    """What waits for a person now, counted: of these channels and at these locations, or of all."""
    counts = {**_of_orders(ctx, channel), **_of_work(ctx, channel, location), **_of_the_rest(ctx, channel)}
    (row,) = await ctx.select(select(*(count.label(name) for name, count in counts.items())))
    return Worklist(
        **{name: getattr(row, name) for name in counts}, below_reorder_point=0, unmatched_settlement_lines=0
    )


def _count(model: Any, *where: ColumnElement[bool]) -> ScalarSelect[int]:
    return select(func.count()).select_from(model).where(*where).scalar_subquery()


def _channels(ctx: Context, keys: list[str] | None) -> list[ColumnElement[bool]]:
    """Conditions on orders: of these channels, and of those that the caller may see."""
    where: list[ColumnElement[bool]] = []
    if keys is not None:
        where.append(Order.channel_id.in_(select(Channel.id).where(Channel.key.in_(keys))))
    if ctx.viewer.channels:
        where.append(Order.channel_id.in_(ctx.viewer.channels))
    return where


def _of_orders(ctx: Context, channel: list[str] | None) -> dict[str, ScalarSelect[int]]:
    theirs = _channels(ctx, channel)
    waiting = select(OrderLine.order_id).where(OrderLine.item_id.is_not(None), OrderLine.bundle_line_id.is_(None))
    open_lines = waiting.where(OrderLine.open + OrderLine.backordered > 0)
    return {
        "on_hold": _count(Order, _OPEN_ORDER, Order.on_hold.is_(True), *theirs),
        "unrouted": _count(
            Order, _OPEN_ORDER, Order.on_hold.is_(False), Order.id.in_(open_lines.where(OrderLine.open > 0)), *theirs
        ),
        "backordered": _count(Order, _OPEN_ORDER, Order.id.in_(open_lines.where(OrderLine.backordered > 0)), *theirs),
        "returns_to_decide": _count(
            Return, Return.state == ReturnState.REQUESTED, *([Return.order.has(*theirs)] if theirs else [])
        ),
        "returns_to_inspect": select(func.count(func.distinct(ReturnLine.return_id)))
        .join(LineDisposition, LineDisposition.return_line_id == ReturnLine.id)
        .where(LineDisposition.disposition == Disposition.PENDING)
        .scalar_subquery(),
        "delivery_exceptions": _count(
            Shipment, Shipment.status.in_(_EXCEPTIONS), *([Shipment.order.has(*theirs)] if theirs else [])
        ),
    }


def _of_work(ctx: Context, channel: list[str] | None, location: list[str] | None) -> dict[str, ScalarSelect[int]]:
    theirs = _channels(ctx, channel)
    where: list[ColumnElement[bool]] = [_OPEN_WORK, FulfillmentOrder.request_state == RequestState.ACCEPTED]
    if theirs:
        where.append(FulfillmentOrder.order.has(*theirs))
    if location is not None:
        where.append(FulfillmentOrder.location_id.in_(select(Location.id).where(Location.code.in_(location))))
    if ctx.viewer.locations:
        where.append(FulfillmentOrder.location_id.in_(ctx.viewer.locations))
    left = FulfillmentLine.quantity - FulfillmentLine.rejected - FulfillmentLine.cancelled
    lines = select(FulfillmentLine.fulfillment_order_id)
    return {
        "to_pick": _count(
            FulfillmentOrder, *where, FulfillmentOrder.id.in_(lines.where(FulfillmentLine.picked < left))
        ),
        "to_pack": _count(
            FulfillmentOrder,
            *where,
            FulfillmentOrder.id.in_(lines.where(FulfillmentLine.packed < func.least(FulfillmentLine.picked, left))),
        ),
        "to_ship": _count(
            Shipment,
            Shipment.status.in_((ShipmentStatus.PACKED, ShipmentStatus.LABELLED)),
            *([Shipment.fulfillment_order.has(*where[1:])] if len(where) > 2 else []),
        ),
        "late_to_ship": _count(FulfillmentOrder, *where, FulfillmentOrder.ship_by < clock.now()),
    }


def _of_the_rest(ctx: Context, channel: list[str] | None) -> dict[str, ScalarSelect[int]]:
    listed: list[ColumnElement[bool]] = [Listing.item_id.is_(None)]
    if channel is not None:
        listed.append(Listing.channel.has(Channel.key.in_(channel)))
    return {
        "open_cases": _count(Case, Case.state == CaseState.OPEN),
        "unmapped_listings": _count(Listing, *listed),
        "failed_jobs": _count(FailedJob),
        "quarantined": _count(InboxMessage, InboxMessage.state == InboxState.QUARANTINED),
    }
