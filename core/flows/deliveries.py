"""Demo: goods that sell out are bought in, so that shoppers of the sample and of played stores find some."""

from collections.abc import Collection, Mapping

from sqlalchemy import select
from sqlalchemy.orm import Session

from core.catalog.models import Item
from core.flows import stock
from core.stock.models import MovementReason, StockLevel
from crossdock import Money

_COST_PERCENT = 60
_LOT = 48


def buy_in(
    session: Session, wanted: Mapping[str, int], prices: Mapping[str, Money], location: str, location_id: int
) -> None:
    """Receive a lot of each SKU of which fewer units than `wanted` can be promised there; unknown ones never."""
    free = _free(session, wanted, location_id)
    lacking = [sku for sku, units in wanted.items() if sku in free and free[sku] < units]
    if lacking:
        stock.adjust(
            session,
            [
                stock.Adjustment(
                    sku=sku,
                    location=location,
                    reason=MovementReason.RECEIPT,
                    delta=wanted[sku] - min(0, free[sku]) + _LOT,
                    unit_cost=Money(prices[sku].minor * _COST_PERCENT // 100, prices[sku].currency),
                    reference="demo delivery",
                )
                for sku in lacking
            ],
        )


def _free(session: Session, skus: Collection[str], location_id: int) -> Mapping[str, int]:
    """Units of each SKU that can be promised there; 0 where there never were any."""
    level = StockLevel.on_hand - StockLevel.reserved - StockLevel.safety
    rows = session.execute(
        select(Item.sku, level)
        .outerjoin(StockLevel, (StockLevel.item_id == Item.id) & (StockLevel.location_id == location_id))
        .where(Item.sku.in_(skus), Item.kind == "SIMPLE")
    )
    return {sku: units or 0 for sku, units in rows}
