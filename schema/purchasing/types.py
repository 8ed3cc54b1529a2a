"""Supplier, SupplierOffer, PurchaseOrder and its lines."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any

import strawberry
from sqlalchemy import ScalarSelect, and_, exists, select
from sqlalchemy.orm import InstrumentedAttribute
from sqlalchemy.sql.elements import ColumnElement

from core.catalog.models import Channel
from core.orders import models as orders
from core.purchasing import actions, models
from core.purchasing.models import PurchaseOrderState as PurchaseOrderState
from core.shipments import models as shipments
from schema.actions import AvailableAction, shown
from schema.context import Context
from schema.documents import Document
from schema.engine import column, computed, connection, many, money, node, one
from schema.pagination import Connection
from schema.scalars import Money

if TYPE_CHECKING:
    from schema.catalog.types import Item
    from schema.integrations.types import Integration
    from schema.orders.types import OrderLine
    from schema.stock.types import Location

strawberry.enum(PurchaseOrderState)
SCOPE = "purchasing:read"


def suppliers_of(ctx: Context) -> Iterable[ColumnElement[bool]]:
    if ctx.viewer.locations:
        yield models.Supplier.location_id.in_(ctx.viewer.locations)


def orders_of(ctx: Context) -> Iterable[ColumnElement[bool]]:
    if ctx.viewer.locations:
        yield models.PurchaseOrder.location_id.in_(ctx.viewer.locations)


def _of_order(value: InstrumentedAttribute[Any]) -> ScalarSelect[Any]:
    """Something of the order that an order line belongs to, or of its channel."""
    chosen = select(value).where(orders.Order.id == orders.OrderLine.order_id, Channel.id == orders.Order.channel_id)
    return chosen.correlate(orders.OrderLine).scalar_subquery()


_TURN = (
    _of_order(orders.Order.priority).desc(),
    _of_order(Channel.priority).desc(),
    _of_order(orders.Order.placed_at),
    orders.OrderLine.order_id,
)
"""Who is served first when units come, as routing has it."""


@node(models.SupplierOffer, scope=SCOPE)
class SupplierOffer:
    """What one supplier asks for one item. `stock` null: they do not say.

    `packSize`: it is bought in multiples of so many. `withdrawnAt`: since then it is offered no more.
    """

    supplier: "Supplier" = one(models.SupplierOffer.supplier)
    item: "Item" = one(models.SupplierOffer.item)
    supplier_sku: str = column(models.SupplierOffer.supplier_sku)
    cost: Money = money(models.SupplierOffer.cost_minor, models.SupplierOffer.currency)
    stock: int | None = column(models.SupplierOffer.stock)
    min_quantity: int = column(models.SupplierOffer.min_quantity)
    pack_size: int = column(models.SupplierOffer.pack_size)
    lead_time_days: int = column(models.SupplierOffer.lead_time_days)
    withdrawn_at: datetime | None = column(models.SupplierOffer.withdrawn_at)
    updated_at: datetime = column(models.SupplierOffer.updated_at)


@node(models.Supplier, prefix="sup", scope=SCOPE, visible=suppliers_of)
class Supplier:
    """Somebody who sells to us, and may ship for us."""

    key: str = column(models.Supplier.key)
    name: str = column(models.Supplier.name)
    email: str | None = column(models.Supplier.email)
    integration: "Integration | None" = one(models.Supplier.integration)
    location: "Location | None" = one(models.Supplier.location)
    priority: int = column(models.Supplier.priority)
    lead_time_days: int = column(models.Supplier.lead_time_days)
    currency: str = column(models.Supplier.currency)
    active: bool = column(models.Supplier.active)
    offers: Connection[SupplierOffer] = connection(models.Supplier.offers, order_by=models.SupplierOffer.id)


@node(models.PurchaseOrderLine, prefix="pol", scope=SCOPE)
class PurchaseOrderLine:
    """Units of one item on a purchase order."""

    item: "Item" = one(models.PurchaseOrderLine.item)
    quantity: int = column(models.PurchaseOrderLine.quantity)
    acknowledged: int | None = column(models.PurchaseOrderLine.acknowledged)
    received: int = column(models.PurchaseOrderLine.received)
    unit_cost: Money = money(models.PurchaseOrderLine.unit_cost_minor, models.PurchaseOrderLine.currency)
    expected_at: datetime | None = column(models.PurchaseOrderLine.expected_at)
    demand: list["OrderLine"] = many(
        orders.OrderLine,
        on=and_(
            orders.OrderLine.item_id == models.PurchaseOrderLine.item_id,
            orders.OrderLine.backordered > 0,
            models.PurchaseOrderLine.received < models.PurchaseOrderLine.quantity,
            exists().where(
                models.PurchaseOrder.id == models.PurchaseOrderLine.purchase_order_id,
                models.PurchaseOrder.state.not_in([PurchaseOrderState.CLOSED, PurchaseOrderState.CANCELLED]),
            ),
        ),
        order_by=(*_TURN, orders.OrderLine.position),
        scope="orders:read",
        description="The backordered lines that wait for it, in the order they will be served.",
    )


@node(models.PurchaseOrder, prefix="po", scope=SCOPE, visible=orders_of)
class PurchaseOrder:
    """Goods ordered from one supplier for one location."""

    number: str = column(models.PurchaseOrder.number)
    supplier: Supplier = one(models.PurchaseOrder.supplier)
    location: "Location" = one(models.PurchaseOrder.location)
    state: PurchaseOrderState = column(models.PurchaseOrder.state)
    lines: list[PurchaseOrderLine] = many(models.PurchaseOrder.lines, order_by=models.PurchaseOrderLine.id)
    total: Money = money(models.PurchaseOrder.total_minor, models.PurchaseOrder.currency)
    expected_at: datetime | None = column(models.PurchaseOrder.expected_at)
    note: str | None = column(models.PurchaseOrder.note)
    documents: list[Document] = many(models.PurchaseOrder.documents, order_by=shipments.Document.id)
    created_at: datetime = column(models.PurchaseOrder.created_at)
    sent_at: datetime | None = column(models.PurchaseOrder.sent_at)
    version: int = column(models.PurchaseOrder.version)

    @computed(requires=[models.PurchaseOrder.state])
    @staticmethod
    def available_actions(found: Sequence[models.PurchaseOrder], ctx: Context) -> list[list[AvailableAction]]:
        """What the caller may do now, and why not where it may not."""
        return [shown(actions.available(order.state), ctx, "purchasing:write") for order in found]
