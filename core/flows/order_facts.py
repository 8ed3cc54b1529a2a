"""What an order's summary is made of, as columns that are read with the order itself."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from sqlalchemy import JSON, case, func, select

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

_OVER = (ReturnState.CLOSED, ReturnState.DECLINED, ReturnState.CANCELLED, ReturnState.EXPIRED)
_NOT_GONE = (ShipmentStatus.DRAFT, ShipmentStatus.PACKED, ShipmentStatus.LABELLED, ShipmentStatus.CANCELLED)
_OPEN_WORK = (WorkState.SCHEDULED, WorkState.OPEN, WorkState.ON_HOLD, WorkState.IN_PROGRESS)


def of_order(row: Any) -> Facts:
    """The facts in a row of what TOLD asks for."""
    ((units, shipped, returned),) = row.lines
    return Facts(
        number=row.number,
        status=OrderStatus(row.status),
        payment=PaymentStatus(row.payment_status),
        fulfillment=FulfillmentStatus(row.fulfillment_status),
        currency=row.currency,
        refunded_minor=row.refunded_minor,
        owed_minor=row.owed,
        overpaid_minor=row.overpaid,
        units=units or 0,
        shipped=shipped or 0,
        returned=returned or 0,
        backordered=[(name, quantity) for name, quantity in row.short or ()],
        ship_by=row.ship_by,
        cancelled_at=row.cancelled_at,
        cancel_reason=CancelReason(row.cancel_reason) if row.cancel_reason else None,
        shipped_by=row.shipped_by,
        address_pending=row.address_pending,
        holds=[OpenHold(message, fix, HoldKind(kind)) for message, fix, kind in row.holds or ()],
        parcels=[
            Parcel(
                status=status,
                carrier=carrier,
                tracking_number=number,
                expected=_moment(due),
                delivered_at=_moment(came),
            )
            for status, carrier, number, due, came in row.parcels or ()
        ],
        work=[Work(name, date.fromisoformat(day) if day else None) for name, day in row.work or ()],
        returns=[OpenReturn(number, state) for number, state in row.returns or ()],
        cases=[title for (title,) in row.cases or ()],
    )


def _moment(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None


def _gathered(columns: Sequence[Any], model: Any, *where: Any, order_by: Any, group_by: Sequence[Any] = ()) -> Any:
    """Rows of what belongs to an order, as one JSON array of arrays."""
    rows = select(func.json_build_array(*columns).label("row")).where(model.order_id == Order.id, *where)
    if group_by:
        rows = rows.group_by(*group_by)
    if order_by is not None:
        rows = rows.order_by(order_by)
    found = rows.correlate(Order).subquery()
    return select(func.json_agg(found.c.row, type_=JSON)).scalar_subquery()


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

_DUE = Order.total_minor - Order.cancelled_minor
TOLD = (
    Order.number,
    Order.status,
    Order.payment_status,
    Order.fulfillment_status,
    Order.currency,
    Order.refunded_minor,
    func.greatest(_DUE - Order.paid_minor, 0).label("owed"),
    func.greatest(Order.paid_minor - Order.refunded_minor - _DUE, 0).label("overpaid"),
    Order.ship_by,
    Order.cancelled_at,
    Order.cancel_reason,
    Order.pending_shipping_address.is_not(None).label("address_pending"),
    select(Channel.name)
    .where(Channel.id == Order.channel_id, Order.fulfilled_by_channel)
    .correlate(Order)
    .scalar_subquery()
    .label("shipped_by"),
    select(Settings.timezone).where(Settings.id == 1).scalar_subquery().label("zone"),
    *(query.label(name) for name, query in _PARTS.items()),
)
"""What is asked of an order for its facts, and the zone of the shop's days."""
