"""OrderLine."""

from typing import TYPE_CHECKING

from sqlalchemy import func, select
from sqlalchemy.orm import aliased

from core.orders import models
from schema.engine import column, many, money, node, one
from schema.orders.visible import belonging_to
from schema.scalars import JSON, Money

if TYPE_CHECKING:
    from schema.catalog.types import Item

Line = models.OrderLine
_part = aliased(Line)
_of_parts = _part.bundle_line_id == Line.id
# A bundle's own line carries no returns and refunds: its components do.
_returned = select(func.min(_part.returned / _part.per_bundle)).where(_of_parts).scalar_subquery()
_left = select(func.sum(_part.total_minor - _part.refunded_minor)).where(_of_parts).scalar_subquery()


@node(Line, prefix="orl", scope="orders:read", visible=belonging_to(Line.order_id))
class OrderLine:
    """What was bought."""

    position: int = column(Line.position)
    sku: str = column(Line.sku)
    name: str = column(Line.name)
    item: "Item | None" = one(Line.item)
    quantity: int = column(
        Line.quantity, description="ordered = open + backordered + allocated + shipped + cancelled, always."
    )
    open: int = column(Line.open)
    backordered: int = column(Line.backordered)
    allocated: int = column(Line.allocated)
    shipped: int = column(Line.shipped)
    cancelled: int = column(Line.cancelled)
    returned: int = column(func.coalesce(_returned, Line.returned))
    components: list["OrderLine"] = many(
        Line.components,
        order_by=Line.position,
        description="Of a bundle: its components as sold, each an order line of its own, with quantities and money. "
        "The bundle's own quantities follow the one least far.",
    )
    bundle: "OrderLine | None" = one(Line.bundle, description="The bundle this is a component of.")
    unit_price: Money = money(Line.unit_price_minor, Line.currency)
    discount: Money = money(Line.discount_minor, Line.currency)
    tax: Money = money(Line.tax_minor, Line.currency)
    total: Money = money(Line.total_minor, Line.currency)
    refundable: Money = money(func.coalesce(_left, Line.total_minor - Line.refunded_minor), Line.currency)
    metadata: JSON = column(Line.extra)
