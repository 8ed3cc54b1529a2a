"""Finding suppliers and purchase orders."""

from collections.abc import Iterator

import strawberry
from sqlalchemy import or_
from sqlalchemy.sql.elements import ColumnElement

from core.catalog.models import Item as ItemRow
from core.purchasing import models
from schema.context import Context
from schema.engine import Page, query
from schema.named import of_locations, of_suppliers
from schema.pagination import Connection, Slice
from schema.purchasing.types import SCOPE, PurchaseOrder, PurchaseOrderState, Supplier

_NEWEST = models.PurchaseOrder.id.desc()


@strawberry.input
class PurchaseOrderFilter:
    state: list[PurchaseOrderState] | None = None
    supplier: list[str] | None = None
    location: list[str] | None = None
    sku: str | None = None


@query(scope=SCOPE)
def suppliers(ctx: Context, page: Slice, query: str | None = None) -> Connection[Supplier]:
    """Suppliers by key; `query` is part of a key or name."""
    where: list[ColumnElement[bool]] = []
    if query is not None:
        columns = (models.Supplier.key, models.Supplier.name)
        where.append(or_(*(column.icontains(query, autoescape=True) for column in columns)))
    return Page(Supplier, page, where, order_by=models.Supplier.key)


@query(scope=SCOPE)
def purchase_orders(ctx: Context, page: Slice, filter: PurchaseOrderFilter | None = None) -> Connection[PurchaseOrder]:
    """Purchase orders, newest first."""
    return Page(PurchaseOrder, page, _conditions(filter), order_by=_NEWEST)


def _conditions(filter: PurchaseOrderFilter | None) -> Iterator[ColumnElement[bool]]:
    if filter is None:
        return
    order = models.PurchaseOrder
    if filter.state is not None:
        yield order.state.in_(filter.state)
    if filter.supplier is not None:
        yield of_suppliers(order.supplier_id, filter.supplier)
    if filter.location is not None:
        yield of_locations(order.location_id, filter.location)
    if filter.sku is not None:
        yield order.lines.any(models.PurchaseOrderLine.item.has(ItemRow.sku == filter.sku))
