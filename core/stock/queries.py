"""What is there: available units by item and location, and the names that sentences need."""

from collections.abc import Collection, Iterable

from sqlalchemy import ARRAY, BigInteger, ColumnElement, cast, func, select, text
from sqlalchemy.orm import Session

from core.stock.models import StockLevel

Place = tuple[int, int]
"""An item at a location: (item id, location id). Locks are taken in this order."""

_NAMES = text(
    """
    select asked.item_id, asked.location_id, items.sku, locations.code
    from unnest(cast(:items as bigint[]), cast(:locations as bigint[])) as asked(item_id, location_id)
    join items on items.id = asked.item_id
    join locations on locations.id = asked.location_id
    """
)


def level_available() -> ColumnElement[int]:
    """What one level can still promise, as SQL: on hand less reserved less safety stock, never below 0."""
    return func.greatest(StockLevel.on_hand - StockLevel.reserved - StockLevel.safety, 0)


def available(
    session: Session, item_ids: Collection[int], location_ids: Collection[int] | None = None
) -> dict[Place, int]:
    """Units that can be reserved now, by (item, location); None asks of every location. Nothing there: no key."""
    query = select(StockLevel.item_id, StockLevel.location_id, level_available()).where(
        StockLevel.item_id.in_(item_ids), level_available() > 0
    )
    if location_ids is not None:
        query = query.where(StockLevel.location_id.in_(location_ids))
    return {(item, location): units for item, location, units in session.execute(query)}


def levels(session: Session, places: Iterable[Place], *, lock: bool = False) -> dict[Place, StockLevel]:
    """The levels of these places as they are; a place that never had stock has none. One statement."""
    items, locations = _columns(places)
    columns = (cast(ids, ARRAY(BigInteger)) for ids in (items, locations))
    asked = func.unnest(*columns).table_valued("item", "location").render_derived()
    query = (
        select(StockLevel)
        .join(asked, (asked.c.item == StockLevel.item_id) & (asked.c.location == StockLevel.location_id))
        .order_by(StockLevel.item_id, StockLevel.location_id)
        .execution_options(populate_existing=True)
    )
    if lock:
        query = query.with_for_update(of=StockLevel)
    return {(level.item_id, level.location_id): level for level in session.scalars(query)}


def names(session: Session, places: Iterable[Place]) -> dict[Place, tuple[str, str]]:
    """The SKU and the location's code of each place."""
    items, locations = _columns(places)
    rows = session.execute(_NAMES, {"items": items, "locations": locations})
    return {(item, location): (sku, code) for item, location, sku, code in rows}


def _columns(places: Iterable[Place]) -> tuple[list[int], list[int]]:
    ordered = sorted(set(places))
    return [item for item, _ in ordered], [location for _, location in ordered]
