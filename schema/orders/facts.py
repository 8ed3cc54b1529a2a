"""What an order's summary is made of, read for many orders by one statement."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any, TypeAlias

import orjson
from sqlalchemy import Select, String, case, cast, func, select

from core.cases.models import Case, CaseState
from core.catalog.models import Channel
from core.fulfillment.models import FulfillmentOrder, WorkState
from core.orders.models import Hold, Order, OrderLine
from core.orders.states import CancelReason, FulfillmentStatus, HoldKind, OrderStatus, PaymentStatus
from core.orders.summary import Facts, OpenHold, OpenReturn, Parcel, Work
from core.returns.models import Return, ReturnState
from core.settings.models import Settings
from core.shipments.models import Shipment, ShipmentStatus
from core.stock.models import Location, LocationKind
from schema.context import Context

_OVER = (ReturnState.CLOSED, ReturnState.DECLINED, ReturnState.CANCELLED, ReturnState.EXPIRED)
_NOT_GONE = (ShipmentStatus.DRAFT, ShipmentStatus.PACKED, ShipmentStatus.LABELLED, ShipmentStatus.CANCELLED)
Rows: TypeAlias = Select[*tuple[Any, ...]]
_OPEN_WORK = (WorkState.SCHEDULED, WorkState.OPEN, WorkState.ON_HOLD, WorkState.IN_PROGRESS)


async def of_orders(ctx: Context, order_ids: Sequence[int]) -> tuple[dict[int, Facts], str]:
    """The facts behind the summary of each order, and the zone of the shop's days. One statement for all of them."""
    rows = await ctx.select(_told(order_ids))
    return {row["id"]: _facts(row) for row in rows}, rows[0]["zone"] if rows else "UTC"


def _facts(row: Any) -> Facts:
    units = (_listed(row["lines"]) or [(0, 0, 0)])[0]
    return Facts(
        number=row["number"],
        status=OrderStatus(row["status"]),
        payment=PaymentStatus(row["payment_status"]),
        fulfillment=FulfillmentStatus(row["fulfillment_status"]),
        currency=row["currency"],
        refunded_minor=row["refunded_minor"],
        owed_minor=row["owed"],
        overpaid_minor=row["overpaid"],
        units=units[0] or 0,
        shipped=units[1] or 0,
        returned=units[2] or 0,
        backordered=[(name, quantity) for name, quantity in _listed(row["short"])],
        ship_by=row["ship_by"],
        cancelled_at=row["cancelled_at"],
        cancel_reason=CancelReason(row["cancel_reason"]) if row["cancel_reason"] else None,
        shipped_by=row["shipped_by"],
        address_pending=row["address_pending"],
        holds=[OpenHold(message, fix, HoldKind(kind)) for message, fix, kind in _listed(row["holds"])],
        parcels=[
            Parcel(
                status=status,
                carrier=carrier,
                tracking_number=number,
                expected=_moment(due),
                delivered_at=_moment(came),
            )
            for status, carrier, number, due, came in _listed(row["parcels"])
        ],
        work=[Work(name, date.fromisoformat(day) if day else None) for name, day in _listed(row["work"])],
        returns=[OpenReturn(number, state) for number, state in _listed(row["returns"])],
        cases=[title for (title,) in _listed(row["cases"])],
    )


def _listed(found: str | None) -> list[Any]:
    """Rows of a subquery, as it gathered them."""
    rows: list[Any] = orjson.loads(found) if found else []
    return rows


def _moment(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None


def _told(order_ids: Sequence[int]) -> Rows:
    channel = select(Channel.name).where(Channel.id == Order.channel_id, Order.fulfilled_by_channel)
    due = Order.total_minor - Order.cancelled_minor
    return select(
        Order.id,
        Order.number,
        Order.status,
        Order.payment_status,
        Order.fulfillment_status,
        Order.currency,
        Order.refunded_minor,
        func.greatest(due - Order.paid_minor, 0).label("owed"),
        func.greatest(Order.paid_minor - Order.refunded_minor - due, 0).label("overpaid"),
        Order.ship_by,
        Order.cancelled_at,
        Order.cancel_reason,
        Order.pending_shipping_address.is_not(None).label("address_pending"),
        channel.scalar_subquery().label("shipped_by"),
        select(Settings.timezone).where(Settings.id == 1).scalar_subquery().label("zone"),
        *(query.label(name) for name, query in _PARTS.items()),
    ).where(Order.id.in_(order_ids))


def _gathered(columns: Sequence[Any], model: Any, *where: Any, order_by: Any, group_by: Sequence[Any] = ()) -> Any:
    """Rows of what belongs to an order, as one JSON array of arrays."""
    rows = select(func.json_build_array(*columns).label("row")).where(model.order_id == Order.id, *where)
    if group_by:
        rows = rows.group_by(*group_by)
    if order_by is not None:
        rows = rows.order_by(order_by)
    found = rows.correlate(Order).subquery()
    return cast(select(func.json_agg(found.c.row)).scalar_subquery(), String)


_PLACE = case(
    (Location.kind == LocationKind.SUPPLIER, "our supplier"),
    (Location.kind == LocationKind.MARKETPLACE, "the marketplace's warehouse"),
    else_=Location.name,
)
"""A place as a shopper may hear of it: who supplies us is nobody's business."""

_PARTS = {
    "lines": _gathered(
        [
            func.sum(OrderLine.quantity - OrderLine.cancelled),
            func.sum(OrderLine.shipped),
            func.sum(OrderLine.returned),
        ],
        OrderLine,
        OrderLine.ships,
        order_by=None,
    ),
    "short": _gathered(
        [OrderLine.name, func.sum(OrderLine.backordered)],
        OrderLine,
        OrderLine.ships,
        OrderLine.backordered > 0,
        order_by=func.min(OrderLine.position),
        group_by=[OrderLine.sku, OrderLine.name],
    ),
    "holds": _gathered([Hold.message, Hold.fix, Hold.kind], Hold, Hold.released_at.is_(None), order_by=Hold.id),
    "parcels": _gathered(
        [
            Shipment.status,
            Shipment.carrier,
            Shipment.tracking_number,
            Shipment.estimated_delivery,
            Shipment.delivered_at,
        ],
        Shipment,
        Shipment.status.not_in(_NOT_GONE),
        order_by=Shipment.id,
    ),
    "work": _gathered(
        [_PLACE, FulfillmentOrder.ship_on],
        FulfillmentOrder,
        FulfillmentOrder.work_state.in_(_OPEN_WORK),
        Location.id == FulfillmentOrder.location_id,
        order_by=FulfillmentOrder.id,
    ),
    "returns": _gathered([Return.number, Return.state], Return, Return.state.not_in(_OVER), order_by=Return.id),
    "cases": _gathered([Case.title], Case, Case.state == CaseState.OPEN, order_by=Case.id),
}
