"""Goods that left and cost nothing, because nobody ever said what they cost: somebody is asked, once for each item.

What a supplier ships for us without ever having named a price is asked for once for each item of that supplier.
"""

from collections.abc import Iterable

from sqlalchemy import text
from sqlalchemy.orm import Session

from core import ids
from core.cases.models import CaseKind
from core.cases.service import open_case

# A cost of nothing is a cost, where somebody said so.
_NEVER_TOLD = text(
    """
    select item.id, item.sku
    from items item
    where item.id = any(:items)
      and not exists (
          select from stock_movements movement
          where movement.item_id = item.id and movement.unit_cost_minor is not null)
      and not exists (select from cases where cases.same_as = 'cost_missing:' || item.id)
    order by item.id
    """
)
# Two that ship the same item at once ask once.
_ALONE = text("select id from items where id = any(:items) order by id for no key update")
_BOOK = "Book what has left with journalPost, cost of goods sold against goods received."
_MEND = (
    "Give what still lies there a cost: take it off with stockAdjust, and bring it in again with its `unitCost`. "
    f"{_BOOK}"
)
_UNPRICED = text(
    """
    select item.id as item_id, item.sku, supplier.id as supplier_id, supplier.name
    from unnest(cast(:items as bigint[]), cast(:locations as bigint[])) as left_from(item_id, location_id)
    join items item on item.id = left_from.item_id
    join suppliers supplier on supplier.location_id = left_from.location_id
    where not exists (
        select from cases where cases.same_as = 'cost_missing:' || item.id || ':' || supplier.id)
    group by item.id, supplier.id
    order by item.id, supplier.id
    """
)


def ask(session: Session, item_ids: Iterable[int]) -> None:
    """Open a case for each of these items that nobody ever told a cost of. They have left for nothing."""
    items = sorted(set(item_ids))
    wanted = [row.id for row in session.execute(_NEVER_TOLD, {"items": items})] if items else []
    if not wanted:
        return
    session.execute(_ALONE, {"items": wanted})
    for item_id, sku in session.execute(_NEVER_TOLD, {"items": wanted}).all():
        open_case(
            session,
            kind=CaseKind.STOCK,
            code="cost_missing",
            title=f"Nobody said what {sku} costs",
            message=f"{sku} was shipped at a cost of nothing, so that its margin is too high. {_MEND}",
            subject=ids.encode("itm", item_id),
            same_as=f"cost_missing:{item_id}",
            data={"sku": sku},
        )


def ask_about(session: Session, unpriced: Iterable[tuple[int, int]]) -> None:
    """Open a case for each of these (item, supplier's location) that left there without a price."""
    wanted = sorted(set(unpriced))
    if not wanted:
        return
    asked = {"items": [item_id for item_id, _ in wanted], "locations": [location_id for _, location_id in wanted]}
    if session.execute(_UNPRICED, asked).all():
        session.execute(_ALONE, {"items": asked["items"]})
    for row in session.execute(_UNPRICED, asked).all():
        open_case(
            session,
            kind=CaseKind.STOCK,
            code="cost_missing",
            title=f"{row.name} never said what {row.sku} costs",
            message=f"{row.name} shipped {row.sku} for us at a cost of nothing, so that its margin is too high. "
            f"Say what {row.name} asks with supplierOfferSet. {_BOOK}",
            subject=ids.encode("itm", row.item_id),
            same_as=f"cost_missing:{row.item_id}:{row.supplier_id}",
            data={"sku": row.sku, "supplier": row.name},
        )
