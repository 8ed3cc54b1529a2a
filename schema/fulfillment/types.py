"""FulfillmentOrder, FulfillmentLine and PickLine."""

from collections.abc import Iterable, Sequence
from datetime import date, datetime
from typing import TYPE_CHECKING

import strawberry
from sqlalchemy.sql.elements import ColumnElement

from core.fulfillment import actions, models
from core.fulfillment.models import FulfillmentMethod as FulfillmentMethod
from core.fulfillment.models import RequestState as RequestState
from core.fulfillment.models import WorkState as WorkState
from core.orders.models import Order as OrderRow
from core.shipments import models as shipments
from schema.actions import AvailableAction, shown
from schema.context import Context
from schema.engine import column, computed, many, node, one

if TYPE_CHECKING:
    from schema.catalog.types import Item
    from schema.orders.types import Order, OrderLine
    from schema.purchasing.types import PurchaseOrder
    from schema.shipments.types import Shipment
    from schema.stock.types import Location

strawberry.enum(FulfillmentMethod)
strawberry.enum(RequestState)
strawberry.enum(WorkState)

SCOPE = "orders:read"


def work_of(ctx: Context) -> Iterable[ColumnElement[bool]]:
    """A 3PL's or supplier's key sees its own work only."""
    if ctx.viewer.locations:
        yield models.FulfillmentOrder.location_id.in_(ctx.viewer.locations)
    if ctx.viewer.channels:
        yield models.FulfillmentOrder.order.has(OrderRow.channel_id.in_(ctx.viewer.channels))


@node(models.FulfillmentLine, scope=SCOPE)
class FulfillmentLine:
    """One order line's part in the work."""

    order_line: "OrderLine" = one(models.FulfillmentLine.order_line)
    sku: str = column(models.FulfillmentLine.sku)
    quantity: int = column(models.FulfillmentLine.quantity)
    accepted: int = column(models.FulfillmentLine.accepted)
    rejected: int = column(models.FulfillmentLine.rejected)
    picked: int = column(models.FulfillmentLine.picked)
    shipped: int = column(models.FulfillmentLine.shipped)
    substitute: "Item | None" = one(models.FulfillmentLine.substitute)


@node(models.FulfillmentOrder, prefix="ful", scope=SCOPE, visible=work_of)
class FulfillmentOrder:
    """Work given to one location or supplier: what it should ship for one order."""

    order: "Order" = one(models.FulfillmentOrder.order)
    location: "Location" = one(models.FulfillmentOrder.location)
    method: FulfillmentMethod = column(models.FulfillmentOrder.method)
    request_state: RequestState = column(models.FulfillmentOrder.request_state)
    work_state: WorkState = column(models.FulfillmentOrder.work_state)
    external_id: str | None = column(models.FulfillmentOrder.external_id)
    lines: list[FulfillmentLine] = many(models.FulfillmentOrder.lines, order_by=models.FulfillmentLine.id)
    shipments: list["Shipment"] = many(models.FulfillmentOrder.shipments, order_by=shipments.Shipment.id)
    purchase_order: "PurchaseOrder | None" = one(models.FulfillmentOrder.purchase_order)
    ship_by: datetime | None = column(models.FulfillmentOrder.ship_by)
    ship_on: date | None = column(
        models.FulfillmentOrder.ship_on, description="The working day it leaves, in the location's own zone."
    )
    expected_weight_grams: int | None = column(models.FulfillmentOrder.expected_weight_grams)
    created_at: datetime = column(models.FulfillmentOrder.created_at)
    submitted_at: datetime | None = column(models.FulfillmentOrder.submitted_at)
    accepted_at: datetime | None = column(models.FulfillmentOrder.accepted_at)

    @computed(requires=[models.FulfillmentOrder.request_state, models.FulfillmentOrder.work_state])
    @staticmethod
    def available_actions(found: Sequence[models.FulfillmentOrder], ctx: Context) -> list[list[AvailableAction]]:
        """What the caller may do now, and why not where it may not."""
        return [
            shown(actions.available(work.request_state, work.work_state), ctx, "fulfillment:write") for work in found
        ]


@strawberry.type
class PickLine:
    """What to fetch from where for many orders at once, in bin order."""

    item: "Item"
    bin: str | None
    quantity: int
    picked: int
    fulfillment_orders: list[FulfillmentOrder]
