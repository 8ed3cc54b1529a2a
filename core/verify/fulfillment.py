"""Invariants 5 and 6: work never exceeds what is allocated, parcels hold what shipments say, labels are bought once."""

from core.verify.check import sql

CHECKS = (
    sql(
        5,
        "work_units",
        "Fulfillment lines never exceed what is allocated and shipped of their order line",
        """
        select 'orl_' || line.id as subject, format(
            '%s: %s units are in work, but %s are allocated and %s shipped.',
            line.sku, work.units, line.allocated, line.shipped) as message
        from order_lines line
        join (
            select order_line_id, sum(quantity - rejected - cancelled) as units
            from fulfillment_lines group by order_line_id
        ) work on work.order_line_id = line.id
        where work.units > line.allocated + line.shipped
        """,
    ),
    sql(
        5,
        "allocated_work",
        "Every allocated unit is somebody's work",
        """
        select 'orl_' || line.id as subject, format(
            '%s: %s units are allocated, but %s are in work that has not left.',
            line.sku, line.allocated, coalesce(work.units, 0)) as message
        from order_lines line
        left join (
            select order_line_id, sum(quantity - rejected - cancelled - shipped) as units
            from fulfillment_lines group by order_line_id
        ) work on work.order_line_id = line.id
        where line.allocated <> coalesce(work.units, 0) and line.ships
        """,
    ),
    sql(
        5,
        "shipped_units",
        "An order line has shipped what its shipments took",
        """
        select 'orl_' || line.id as subject, format(
            '%s: %s shipped, but the shipments that left hold %s.', line.sku, line.shipped, coalesce(sent.units, 0)
        ) as message
        from order_lines line
        left join (
            select part.order_line_id, sum(part.quantity) as units
            from shipment_lines part join shipments on shipments.id = part.shipment_id
            where shipments.status not in ('DRAFT', 'PACKED', 'LABELLED', 'CANCELLED')
            group by part.order_line_id
        ) sent on sent.order_line_id = line.id
        where line.shipped <> coalesce(sent.units, 0) and line.ships
        """,
    ),
    sql(
        5,
        "package_contents",
        "What packages hold = the lines of their shipment",
        """
        select 'ship_' || part.shipment_id as subject, format(
            '%s %s of shipment ship_%s lie in %s.', part.quantity, part.sku, part.shipment_id,
            coalesce('package pkg_' || package.id || ' of shipment ship_' || package.shipment_id, 'no package')
        ) as message
        from shipment_lines part left join packages package on package.id = part.package_id
        where package.shipment_id is distinct from part.shipment_id
        union all
        select 'ship_' || shipments.id,
            format('%s of shipment ship_%s belongs to another order.', part.sku, shipments.id)
        from shipment_lines part
        join shipments on shipments.id = part.shipment_id
        join order_lines line on line.id = part.order_line_id
        where line.order_id <> shipments.order_id
        """,
    ),
    sql(
        6,
        "live_labels",
        "A package has at most one live label",
        """
        select 'pkg_' || package_id as subject, format('It has %s live labels: %s.', count(*),
            string_agg('lbl_' || id, ', ' order by id)) as message
        from labels
        where package_id is not null
          and state in ('INTENT', 'PURCHASING', 'PURCHASED', 'UNKNOWN', 'VOID_REQUESTED', 'VOID_REJECTED')
        group by package_id having count(*) > 1
        """,
    ),
    sql(
        6,
        "label_intent",
        "A label's intent was written down before its carrier was called",
        """
        select 'lbl_' || label.id as subject, case when call.id is null
            then 'It was bought, but nobody wrote down that it would be.'
            else format('It was bought at %s, its intent is of %s.', label.purchased_at, call.created_at) end as message
        from labels label left join external_calls call on call.id = label.external_call_id
        where label.state in ('PURCHASED', 'VOID_REQUESTED', 'VOIDED', 'VOID_REJECTED')
          and (call.id is null or call.created_at > label.purchased_at)
        """,
    ),
)
