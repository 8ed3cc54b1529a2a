"""Which items want ordering: until demand is forecast, the safety stock is the point to reorder at."""

from sqlalchemy import exists, select
from sqlalchemy.sql.elements import ColumnElement

from core.catalog.models import Item
from core.stock.models import Location, LocationKind, StockLevel


def below_reorder_point() -> ColumnElement[bool]:
    """At one of our locations there is less than its safety stock, counting what is on its way there."""
    coming = StockLevel.on_hand - StockLevel.reserved + StockLevel.incoming
    return exists(
        select(1)
        .select_from(StockLevel)
        .join(Location, Location.id == StockLevel.location_id)
        .where(
            StockLevel.item_id == Item.id,
            coming < StockLevel.safety,
            Location.active,
            Location.kind != LocationKind.SUPPLIER,
        )
    )
