"""What was sold of items day by day, as forecasters are told it: from the rollup, in one statement for all of them."""

from collections.abc import Sequence
from datetime import date, timedelta

from sqlalchemy import text
from sqlalchemy.orm import Session

from core import ids
from crossdock import History

WINDOW_DAYS = 730
"""Two years, so that what comes once a year can be seen to."""

# What was cancelled is taken off the day of its order; a bundle is sold as its components, which have histories.
_SOLD = text(
    """
    with sold as (
        select item_id, day, greatest(sum(units), 0) as units from item_profit_days
        where item_id = any(:items) and day >= cast(:today as date) - :window and day < :today
        group by item_id, day
    )
    select items.id, items.sku,
        (select min(first.day) from item_profit_days first
         where first.item_id = items.id and first.units > 0 and first.day < :today) as first_sale,
        array_agg(sold.day) filter (where sold.units > 0) as days,
        array_agg(sold.units) filter (where sold.units > 0) as units
    from items left join sold on sold.item_id = items.id
    where items.id = any(:items) and items.kind <> 'BUNDLE'
    group by items.id
    """
)


def histories(session: Session, item_ids: Sequence[int], today: date) -> dict[int, History]:
    """The last `WINDOW_DAYS` whole days of each item, by its id, from its first sale on; bundles have none.

    `today` is the shop's own; it does not count yet, for it is not over.
    """
    rows = session.execute(_SOLD, {"items": sorted(set(item_ids)), "today": today, "window": WINDOW_DAYS})
    found = {}
    for row in rows:
        units = dict(zip(row.days or (), row.units or (), strict=True))
        start = max(row.first_sale or today, today - timedelta(days=WINDOW_DAYS))
        found[row.id] = History(
            item=ids.encode("itm", row.id),
            sku=row.sku,
            start=start,
            units=tuple(int(units.get(start + timedelta(days=after), 0)) for after in range((today - start).days)),
            first_sale=row.first_sale,
        )
    return found


__all__ = ["WINDOW_DAYS", "histories"]
