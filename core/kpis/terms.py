"""What is measured of an order, as SQL."""

from core.kpis.models import KpiDay

COLUMNS = tuple(name for name in KpiDay.__table__.columns.keys() if name not in {"day", "channel_id"})  # noqa: SIM118  # its columns are no dict
"""Every measure; all of them add up."""

LISTED = ", ".join(COLUMNS)
SUMS = ", ".join(f"coalesce(sum({name}), 0)::bigint as {name}" for name in COLUMNS)

MEASURED = """
    select orders.id as order_id, (orders.placed_at at time zone :zone)::date as day, orders.channel_id,
        orders.placed_at, orders.customer_id,
        (orders.status <> 'CANCELLED')::int as orders,
        done.is_done::int as shipped_orders,
        case when is_done then greatest(extract(epoch from last_shipped - orders.placed_at), 0) else 0 end::bigint
            as ship_seconds,
        deliveries, delivery_seconds,
        (is_done and ship_by is not null)::int as ship_due,
        coalesce(is_done and last_shipped <= ship_by, false)::int as ship_in_time,
        (all_arrived and deliver_by is not null)::int as delivery_due,
        coalesce(all_arrived and last_delivered <= deliver_by, false)::int as delivery_in_time,
        case when unshipped = 0 then ordered
            - case when orders.cancel_reason = 'OUT_OF_STOCK' then 0 else cancelled end else 0 end as wanted_units,
        case when unshipped = 0 then shipped else 0 end as filled_units,
        shipped as shipped_units, returned as returned_units,
        (is_done and exists (
            select from returns join return_lines on return_lines.return_id = returns.id
            where returns.order_id = orders.id and return_lines.reason = 'WRONG_ITEM'
              and returns.state not in ('DECLINED', 'CANCELLED')))::int as wrong_orders,
        (is_done and not exists (select from holds where holds.order_id = orders.id)
            and not exists (select from cases where cases.order_id = orders.id)
            and not exists (select from routing_decisions decision
                where decision.order_id = orders.id and not decision.automatic))::int as touchless_orders,
        (select count(*) from ticket_links where ticket_links.order_id = orders.id) as tickets
    from orders
    cross join lateral (
        select coalesce(sum(quantity), 0) as ordered, coalesce(sum(cancelled), 0) as cancelled,
            coalesce(sum(open + backordered + allocated), 0) as unshipped, coalesce(sum(shipped), 0) as shipped,
            coalesce(sum(returned), 0) as returned
        from order_lines where order_lines.order_id = orders.id and ships
    ) units
    cross join lateral (
        select max(shipped_at) as last_shipped, max(delivered_at) as last_delivered,
            count(*) filter (where delivered_at is not null) as deliveries,
            coalesce(sum(greatest(extract(epoch from delivered_at - shipped_at), 0))
                filter (where delivered_at is not null), 0)::bigint as delivery_seconds,
            coalesce(bool_and(delivered_at is not null), false) as arrived
        from shipments
        where shipments.order_id = orders.id and shipped_at is not null and status <> 'CANCELLED'
    ) parcels
    cross join lateral (
        select unshipped = 0 and shipped > 0 and last_shipped is not null as is_done,
            unshipped = 0 and shipped > 0 and arrived as all_arrived
    ) done
"""
"""One row an order, of those that a WHERE names; `:zone` is the shop's."""
