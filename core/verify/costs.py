"""Invariant 9: cost leaves with the units and comes back as it left."""

from core.verify.check import sql

CHECKS = (
    sql(
        9,
        "pool_units",
        "Every cost pool holds the undamaged units we have on hand",
        """
        select 'itm_' || items.id as subject, format('%s: the pool holds %s units worth %s, and %s are on hand.',
            items.sku, coalesce(pool.quantity, 0), coalesce(pool.value_minor, 0), coalesce(held.units, 0)) as message
        from items
        left join item_costs pool on pool.item_id = items.id
        left join (
            select level.item_id, sum(level.on_hand) as units
            from stock_levels level join locations on locations.id = level.location_id
            where locations.kind <> 'SUPPLIER' group by level.item_id
        ) held on held.item_id = items.id
        where coalesce(pool.quantity, 0) <> coalesce(held.units, 0)
           or coalesce(pool.value_minor, 0) < 0
           or coalesce(pool.quantity, 0) = 0 and coalesce(pool.value_minor, 0) <> 0
        """,
    ),
    sql(
        9,
        "pool_value",
        "The value of all cost pools = the balance of Inventory",
        """
        select 'acc_' || account.id as subject, format(
            'Inventory stands at %s, the cost pools are worth %s (minor units of %s).',
            coalesce(booked.amount, 0), coalesce(pools.value, 0), settings.currency) as message
        from settings
        join ledger_accounts account on account.code = '1200'
        left join (
            select account_id, sum(reporting_minor) as amount from postings group by account_id
        ) booked on booked.account_id = account.id
        cross join (select sum(value_minor) as value from item_costs) pools
        where coalesce(booked.amount, 0) <> coalesce(pools.value, 0)
        """,
    ),
    sql(
        9,
        "shipped_cost",
        "What left one of our places took its cost with it",
        """
        select 'ship_' || shipment.id as subject, format('%s %s left %s without a cost.', line.quantity, line.sku,
            location.code) as message
        from shipment_lines line
        join shipments shipment on shipment.id = line.shipment_id
        join locations location on location.id = shipment.location_id
        where line.cost_minor is null and line.item_id is not null
          and shipment.status not in ('DRAFT', 'PACKED', 'LABELLED', 'CANCELLED')
        """,
    ),
    sql(
        9,
        "shipped_cost_booked",
        "Cost of goods sold = the cost of what was shipped, order line by order line",
        """
        select 'orl_' || coalesce(sent.id, booked.id) as subject, format(
            'Its shipments cost %s, and %s is booked (minor units of %s).', coalesce(sent.cost, 0),
            coalesce(booked.cost, 0), coalesce(sent.currency, booked.currency)) as message
        from (
            select order_line_id as id, cost_currency as currency, sum(cost_minor) as cost
            from shipment_lines where cost_minor <> 0 group by 1, 2
        ) sent
        full join (
            select posting.order_line_id as id, posting.currency, sum(posting.amount_minor) as cost
            from journal_entries entry
            join postings posting on posting.entry_id = entry.id
            join ledger_accounts account on account.id = posting.account_id and account.code = '5000'
            where entry.rule = 'shipment' and posting.amount_minor <> 0 group by 1, 2
        ) booked on booked.id = sent.id and booked.currency = sent.currency
        where coalesce(sent.cost, 0) <> coalesce(booked.cost, 0)
        """,
    ),
    sql(
        9,
        "returned_cost",
        "What came back came back at the cost it left with",
        """
        select 'orl_' || coalesce(back.id, booked.id) as subject, format(
            'Its returned units left at %s, and %s was taken back (minor units of %s).', coalesce(back.cost, 0),
            coalesce(booked.cost, 0), coalesce(back.currency, booked.currency)) as message
        from (
            select order_line_id as id, cost_currency as currency,
                sum(round(cost_minor * cost_returned / quantity::numeric)) as cost
            from shipment_lines where cost_returned <> 0 group by 1, 2
        ) back
        full join (
            select posting.order_line_id as id, posting.currency, -sum(posting.amount_minor) as cost
            from journal_entries entry
            join postings posting on posting.entry_id = entry.id
            join ledger_accounts account on account.id = posting.account_id and account.code = '5000'
            where entry.rule = 'return' group by 1, 2
        ) booked on booked.id = back.id and booked.currency = back.currency
        where coalesce(back.cost, 0) <> coalesce(booked.cost, 0)
        """,
    ),
    sql(
        9,
        "returned_units_cost",
        "No more units come back at a shipment's cost than left with it",
        """
        select 'ship_' || shipment_id as subject,
            format('%s of %s %s came back at its cost.', cost_returned, quantity, sku)
            as message
        from shipment_lines where cost_returned < 0 or cost_returned > quantity
        """,
    ),
)
