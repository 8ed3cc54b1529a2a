"""The stock that must have been there before a file of history begins."""

from collections.abc import Mapping
from datetime import timedelta

from sqlalchemy.orm import Session

from core.flows import book
from core.flows.import_files.first_look import FirstLook, Sku
from core.stock import service as stock
from core.stock.models import MovementReason

_BEFORE = timedelta(minutes=1)


def put_there(
    session: Session, look: FirstLook, items: Mapping[str, int], location_id: int, percent: int, *, source: str
) -> tuple[int, int]:
    """Move in what the file needs beyond what lies free there; how many units of how many items that were."""
    if look.begins is None:
        return 0, 0
    free = stock.available(session, list(items.values()), [location_id])
    needed = [
        (items[code], sku, units)
        for code, sku in look.skus.items()
        if (units := sku.opening - free.get((items[code], location_id), 0)) > 0
    ]
    at = look.begins - _BEFORE
    movements = [
        stock.Movement(
            item_id=item_id,
            location_id=location_id,
            reason=MovementReason.RECEIPT,
            on_hand=units,
            unit_cost_minor=sku.cost(percent),
            cost_currency=look.currency,
            reference=f"opening stock of {source}",
            note=f"Opening stock, at {percent}% of the average price.",
            occurred_at=at,
        )
        for item_id, sku, units in sorted(needed, key=_by_item)
    ]
    stock.move(session, movements)
    book.opening_stock(session, movements)
    return sum(units for _, _, units in needed), len(needed)


def _by_item(needed: tuple[int, Sku, int]) -> int:
    return needed[0]
