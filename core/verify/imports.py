"""Invariant 10: one order for one of the channel's, never overwritten by an older version."""

from core.verify.check import sql

CHECKS = (
    sql(
        10,
        "one_order",
        "There is one order for each (channel, external id), and for each number",
        """
        select min('ord_' || id) as subject, format('%s orders are %s on the same channel: %s.', count(*), external_id,
            string_agg(number, ', ' order by id)) as message
        from orders where external_id is not null group by channel_id, external_id having count(*) > 1
        union all
        select min('ord_' || id), format('%s orders have the number %s.', count(*), number)
        from orders group by number having count(*) > 1
        """,
    ),
    sql(
        10,
        "newest_version",
        "An older version of an order never overwrites a newer one",
        r"""
        select 'ord_' || orders.id as subject, format('%s is at version %s, but version %s was applied.', number,
            orders.external_version, newest.version) as message
        from orders
        join (
            select order_id, max(external_version::numeric) as version from inbox_messages
            where state = 'APPLIED' and order_id is not null and external_version ~ '^\d{1,18}$' group by order_id
        ) newest on newest.order_id = orders.id
        where orders.external_version ~ '^\d{1,18}$' and orders.external_version::numeric < newest.version
        """,
    ),
)
