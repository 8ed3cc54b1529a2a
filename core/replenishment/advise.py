"""Computing the advice of all items in one statement.

Demand is what was sold on each of the last `WINDOW_DAYS` whole days of the shop, all channels together, less what was
cancelled; days without a sale count as 0, days before an item's first sale do not. With d its mean, s its standard
deviation and L the lead time in days:

    safety stock  = z x s x sqrt(L)
    reorder point = d x L + safety stock

both rounded up: the periodic-demand form of P. L. King, "Crack the Code: Understanding safety stock and mastering its
equations", APICS magazine, July/August 2011, with the deviation of demand only, for no supplier tells that of its lead
time. z = 1.645 is a cycle service level of 95 percent. A safety stock that a person has set is never undercut.

The position is on hand + incoming - reserved - backordered over our own active locations. Once it is down to the
reorder point, what is suggested brings it up to the reorder point and `COVER_DAYS` of demand, in the supplier's least
quantity at least. The supplier is the active one of highest priority, then of least cost; its offer's lead time counts,
else its own, else `LEAD_TIME_DAYS`. Cover is what is free on hand over d.
"""

from datetime import date, datetime

from sqlalchemy import text
from sqlalchemy.orm import Session

WINDOW_DAYS = 90
FEWEST_DAYS = 14
"""An item that has just come is measured over so many days at least: its first sale is no trend."""
COVER_DAYS = 30
LEAD_TIME_DAYS = 14
SERVICE_FACTOR = 1.645

_ADVISE = text(
    """
with sold as (
    select item_id, day, greatest(sum(units), 0) as units from item_profit_days
    where day >= cast(:today as date) - :window and day < :today group by item_id, day
), history as (
    select items.id as item_id, coalesce(sum(sold.units), 0) as units,
        coalesce(sum(sold.units * sold.units), 0) as squares,
        least(:window, greatest(:fewest, cast(:today as date) - coalesce(
            (select min(day) from item_profit_days first where first.item_id = items.id and first.units > 0),
            cast(:today as date)))) as days
    from items left join sold on sold.item_id = items.id
    where items.active and items.kind = 'SIMPLE'
    group by items.id
), demand as (
    select item_id, units::numeric / days as mean,
        sqrt(greatest(squares - units::numeric * units / days, 0) / (days - 1)) as deviation
    from history
), stock as (
    select item_id, sum(on_hand - reserved) as free, sum(incoming) as incoming,
        coalesce(sum(safety) filter (where not safety_automatic), 0) as by_hand
    from stock_levels level
    join locations on locations.id = level.location_id
    where locations.active and locations.kind not in ('SUPPLIER', 'MARKETPLACE')
    group by item_id
), waiting as (
    select item_id, sum(backordered) as units from order_lines
    where open + backordered > 0 and backordered > 0 and item_id is not null group by item_id
), offered as (
    select distinct on (offer.item_id) offer.item_id, offer.supplier_id, offer.min_quantity, offer.pack_size,
        coalesce(nullif(offer.lead_time_days, 0), nullif(supplier.lead_time_days, 0), :lead_time) as lead_time_days
    from supplier_offers offer
    join suppliers supplier on supplier.id = offer.supplier_id and supplier.active
    where offer.withdrawn_at is null
    order by offer.item_id, supplier.priority desc, offer.cost_minor, offer.id
), known as (
    select demand.item_id, mean, deviation, offered.supplier_id, coalesce(offered.min_quantity, 1) as least_quantity,
        coalesce(offered.pack_size, 1) as pack_size, coalesce(offered.lead_time_days, :lead_time) as lead_time_days,
        coalesce(stock.free, 0) - coalesce(waiting.units, 0) as free, coalesce(stock.incoming, 0) as incoming,
        coalesce(stock.by_hand, 0) as by_hand
    from demand
    left join stock using (item_id)
    left join waiting using (item_id)
    left join offered using (item_id)
), safe as (
    select *, greatest(by_hand, ceil(cast(:z as numeric) * deviation * sqrt(lead_time_days::numeric)))::int
        as safety_stock
    from known
), pointed as (
    select *, safety_stock + ceil(mean * lead_time_days)::int as reorder_point, (free + incoming)::int as position
    from safe
), judged as (
    select *, reorder_point > 0 and position <= reorder_point as below from pointed
)
insert into reorder_advice (item_id, daily_demand, demand_deviation, lead_time_days, safety_stock, reorder_point,
    position, below, suggested_quantity, days_of_cover, stockout_on, supplier_id, computed_at)
select item_id, round(mean, 4), round(deviation, 4), lead_time_days, safety_stock, reorder_point, position, below,
    case when below then ceil(greatest(least_quantity, reorder_point + ceil(mean * :cover)::int - position)
        / pack_size::numeric)::int * pack_size else 0 end,
    case when mean > 0 then round(greatest(free, 0) / mean, 1) end,
    case when mean > 0 and free / mean < 3650 then cast(:today as date) + floor(greatest(free, 0) / mean)::int end,
    supplier_id, :now
from judged
on conflict (item_id) do update set daily_demand = excluded.daily_demand,
    demand_deviation = excluded.demand_deviation, lead_time_days = excluded.lead_time_days,
    safety_stock = excluded.safety_stock, reorder_point = excluded.reorder_point, position = excluded.position,
    below = excluded.below, suggested_quantity = excluded.suggested_quantity, days_of_cover = excluded.days_of_cover,
    stockout_on = excluded.stockout_on, supplier_id = excluded.supplier_id, computed_at = excluded.computed_at
"""
)

_FORGET = text(
    """
    delete from reorder_advice using items
    where items.id = reorder_advice.item_id and (not items.active or items.kind <> 'SIMPLE')
    """
)


def advise(session: Session, today: date, now: datetime) -> None:
    """Compute the advice of every active item that is sold from stock; take away that of the others.

    `today` is the shop's own; it does not count yet, for it is not over.
    """
    session.execute(_FORGET)
    given = {"today": today, "now": now, "window": WINDOW_DAYS, "fewest": FEWEST_DAYS, "cover": COVER_DAYS}
    session.execute(_ADVISE, {**given, "lead_time": LEAD_TIME_DAYS, "z": SERVICE_FACTOR})
