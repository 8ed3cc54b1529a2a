"""Invariant 3: levels are the sums of their movements, and reserved the sum of reservations."""

from core.verify.check import sql

CHECKS = (
    sql(
        3,
        "level_movements",
        "A stock level = the sum of its movements",
        """
        select case when level.id is null then 'itm_' || moved.item_id else 'lvl_' || level.id end as subject, format(
            '%s at %s: the level is %s on hand, %s reserved, %s damaged; the movements make %s, %s, %s.',
            items.sku, locations.code, coalesce(level.on_hand, 0), coalesce(level.reserved, 0),
            coalesce(level.damaged, 0), coalesce(moved.on_hand, 0), coalesce(moved.reserved, 0),
            coalesce(moved.damaged, 0)) as message
        from stock_levels level
        full join (
            select item_id, location_id, sum(on_hand_delta) as on_hand, sum(reserved_delta) as reserved,
                sum(damaged_delta) as damaged
            from stock_movements group by item_id, location_id
        ) moved on moved.item_id = level.item_id and moved.location_id = level.location_id
        join items on items.id = coalesce(level.item_id, moved.item_id)
        join locations on locations.id = coalesce(level.location_id, moved.location_id)
        where coalesce(level.on_hand, 0) <> coalesce(moved.on_hand, 0)
           or coalesce(level.reserved, 0) <> coalesce(moved.reserved, 0)
           or coalesce(level.damaged, 0) <> coalesce(moved.damaged, 0)
        """,
    ),
    sql(
        3,
        "level_reserved",
        "What a level has reserved = the sum of its reservations",
        """
        select case when level.id is null then 'itm_' || held.item_id else 'lvl_' || level.id end as subject, format(
            '%s at %s: the level has %s reserved, the reservations make %s.',
            items.sku, locations.code, coalesce(level.reserved, 0), coalesce(held.units, 0)) as message
        from stock_levels level
        full join (
            select item_id, location_id, sum(quantity) as units from reservations
            where quantity <> 0 group by item_id, location_id
        ) held on held.item_id = level.item_id and held.location_id = level.location_id
        join items on items.id = coalesce(level.item_id, held.item_id)
        join locations on locations.id = coalesce(level.location_id, held.location_id)
        where coalesce(level.reserved, 0) <> coalesce(held.units, 0)
        """,
    ),
    sql(
        3,
        "level_bounds",
        "At own locations 0 <= reserved <= on hand, and nothing is below 0 anywhere",
        """
        select 'lvl_' || level.id as subject, format(
            '%s at %s: %s on hand, %s reserved, %s damaged.',
            items.sku, locations.code, on_hand, reserved, damaged) as message
        from stock_levels level
        join items on items.id = level.item_id join locations on locations.id = level.location_id
        where reserved < 0 or damaged < 0 or safety < 0
           or locations.kind <> 'SUPPLIER' and (on_hand < 0 or reserved > on_hand)
           or level.owned <> (locations.kind <> 'SUPPLIER')
        """,
    ),
    sql(
        3,
        "reservation_work",
        "A reservation is never for more units than its work has left",
        """
        select 'ful_' || work.fulfillment_order_id as subject, format(
            '%s: %s are reserved for work that has %s left.', work.sku, held.quantity,
            work.quantity - work.rejected - work.cancelled - work.shipped) as message
        from reservations held join fulfillment_lines work on work.id = held.fulfillment_line_id
        where held.quantity > work.quantity - work.rejected - work.cancelled - work.shipped
           or held.quantity > 0 and (held.item_id <> work.item_id or held.order_line_id <> work.order_line_id)
        """,
    ),
    sql(
        3,
        "level_incoming",
        "What is on its way to a level = what purchase orders that were sent still lack",
        """
        select 'lvl_' || level.id as subject, format(
            '%s at %s: %s are said to be on their way, purchase orders make %s.',
            items.sku, locations.code, level.incoming, coalesce(ordered.units, 0)) as message
        from stock_levels level
        join items on items.id = level.item_id join locations on locations.id = level.location_id
        left join (
            select line.item_id, purchase.location_id, sum(greatest(line.quantity - line.received, 0)) as units
            from purchase_order_lines line join purchase_orders purchase on purchase.id = line.purchase_order_id
            where purchase.state in ('SENT', 'ACKNOWLEDGED', 'PARTIALLY_RECEIVED')
            group by line.item_id, purchase.location_id
        ) ordered on ordered.item_id = level.item_id and ordered.location_id = level.location_id
        where level.incoming <> coalesce(ordered.units, 0)
        """,
    ),
)
