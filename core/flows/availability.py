"""What is sellable of an item now, as SQL, for lists of items."""

from sqlalchemy import ColumnElement, Integer, Select, case, cast, func, select

from core.catalog.models import BundleComponent, Item, ItemKind
from core.stock.models import Location, LocationKind, StockLevel
from core.stock.queries import level_available


def item_available() -> ColumnElement[int]:
    """Units of `Item` over all own, active locations: on hand less reserved less safety stock; of a bundle, whole ones.

    An expression on a query that selects from Item; services have 0.
    """
    simple = _own().where(StockLevel.item_id == Item.id).scalar_subquery()
    of_part = _own().where(StockLevel.item_id == BundleComponent.item_id).scalar_subquery()
    part = Item.__table__.alias("part")
    whole = (
        select(func.coalesce(func.min(of_part // BundleComponent.quantity), 0))
        .join(part, part.c.id == BundleComponent.item_id)
        .where(BundleComponent.bundle_id == Item.id, part.c.kind == ItemKind.SIMPLE)
        .scalar_subquery()
    )
    return cast(case((Item.kind == ItemKind.BUNDLE, whole), else_=simple), Integer)


def _own() -> Select[int]:
    return (
        select(func.coalesce(func.sum(level_available()), 0))
        .join(Location, Location.id == StockLevel.location_id)
        .where(Location.kind != LocationKind.SUPPLIER, Location.active)
    )
