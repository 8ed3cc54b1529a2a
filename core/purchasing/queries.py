"""Reading purchase orders. Nothing here changes a row."""

from collections.abc import Iterable

from sqlalchemy import select, text
from sqlalchemy.orm import Session

from core.errors import NotFound
from core.purchasing.models import PurchaseOrder, PurchaseOrderLine, Supplier

_DEMAND = text(
    """
    select line.id as purchase_order_line_id, waiting.id
    from purchase_order_lines line
    join order_lines waiting on waiting.item_id = line.item_id and waiting.backordered > 0
    join orders on orders.id = waiting.order_id and not orders.on_hold
    join channels on channels.id = orders.channel_id
    where line.id = any(:ids)
    order by orders.priority desc, channels.priority desc, orders.placed_at, orders.id, waiting.position
    """
)


def locked(session: Session, purchase_order_id: int) -> PurchaseOrder:
    """Raises NotFound."""
    order = session.get(PurchaseOrder, purchase_order_id, with_for_update=True, populate_existing=True)
    if order is None:
        raise NotFound(f"There is no purchase order po_{purchase_order_id}.", path=("id",))
    return order


def lines_of(session: Session, purchase_order_id: int) -> list[PurchaseOrderLine]:
    query = select(PurchaseOrderLine).where(PurchaseOrderLine.purchase_order_id == purchase_order_id)
    return list(session.scalars(query.order_by(PurchaseOrderLine.id), execution_options={"populate_existing": True}))


def supplier_by_key(session: Session, key: str, *, path: tuple[str, ...] = ("supplier",)) -> Supplier:
    """Raises NotFound."""
    supplier = session.scalar(select(Supplier).where(Supplier.key == key))
    if supplier is None:
        raise NotFound(f"No supplier has the key {key!r}. Make it with supplierUpsert.", path=path)
    return supplier


def demand(session: Session, purchase_order_line_ids: Iterable[int]) -> dict[int, list[int]]:
    """The backordered order lines that wait for each line's item, in the order they will be served."""
    wanted = list(purchase_order_line_ids)
    found: dict[int, list[int]] = {line_id: [] for line_id in wanted}
    for line_id, order_line_id in session.execute(_DEMAND, {"ids": wanted}):
        found[line_id].append(order_line_id)
    return found
