"""What is on its way to each location: open units of purchase orders that were sent."""

from collections.abc import Iterable

from sqlalchemy import text
from sqlalchemy.orm import Session

from core.purchasing.actions import INCOMING
from core.purchasing.models import PurchaseOrder
from core.purchasing.queries import lines_of
from core.stock import service as stock
from core.stock.service import Place

_COUNT = text(
    """
    with asked as (
        select item_id, location_id
        from unnest(cast(:items as bigint[]), cast(:locations as bigint[])) as asked(item_id, location_id)
    ), locked as (
        select level.id, level.item_id, level.location_id
        from stock_levels level join asked using (item_id, location_id)
        order by level.item_id, level.location_id for update of level
    )
    update stock_levels level set incoming = (
        select coalesce(sum(greatest(line.quantity - line.received, 0)), 0)
        from purchase_order_lines line join purchase_orders on purchase_orders.id = line.purchase_order_id
        where line.item_id = locked.item_id and purchase_orders.location_id = locked.location_id
          and purchase_orders.state = any(:states))
    from locked where locked.id = level.id
    """
)


def count(session: Session, order: PurchaseOrder) -> None:
    """Count again what is on its way for the places that a purchase order concerns."""
    _count(session, [(line.item_id, order.location_id) for line in lines_of(session, order.id)])


def _count(session: Session, places: Iterable[Place]) -> None:
    wanted = sorted(set(places))
    session.flush()
    stock.open_levels(session, wanted)
    columns = {"items": [item for item, _ in wanted], "locations": [location for _, location in wanted]}
    session.execute(_COUNT, {**columns, "states": [state.value for state in INCOMING]})
