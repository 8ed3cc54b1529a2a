"""Invariant 1: the units of order lines add up, and so does their money."""

from core.verify.check import sql

CHECKS = (
    sql(
        1,
        "line_units",
        "Every order line: ordered = open + backordered + allocated + shipped + cancelled, none below 0",
        """
        select 'orl_' || id as subject, format(
            '%s of %s were ordered, but its parts are %s open, %s backordered, %s allocated, %s shipped, %s cancelled.',
            quantity, sku, open, backordered, allocated, shipped, cancelled) as message
        from order_lines
        where quantity <> open + backordered + allocated + shipped + cancelled
           or least(quantity, open, backordered, allocated, shipped, cancelled) < 0
        """,
    ),
    sql(
        1,
        "line_cancelling",
        "No more units wait to be cancelled than are left",
        """
        select 'orl_' || id as subject, format(
            '%s units of %s wait to be cancelled, and %s are left.', cancelling, sku, open + backordered + allocated
        ) as message
        from order_lines where cancelling < 0 or cancelling > open + backordered + allocated
        """,
    ),
    sql(
        1,
        "bundle_units",
        "A bundle's own units follow the component that is least far",
        """
        select 'orl_' || bundle.id as subject, format(
            'Bundle %s says %s shipped of %s; its components make %s.',
            bundle.sku, bundle.shipped, bundle.quantity, parts.shipped) as message
        from order_lines bundle
        join (
            select bundle_line_id as id, min(shipped / per_bundle) as shipped,
                min((shipped + allocated + backordered + open) / per_bundle) as left_of_it
            from order_lines where bundle_line_id is not null group by bundle_line_id
        ) parts on parts.id = bundle.id
        where bundle.shipped <> parts.shipped or bundle.cancelled <> bundle.quantity - parts.left_of_it
        """,
    ),
    sql(
        1,
        "order_money",
        "An order's total = subtotal - discount + shipping (+ tax where prices are without), and so do its lines",
        """
        select 'ord_' || orders.id as subject, format(
            '%s: the total is %s %s (minor units), its parts make %s and its lines with shipping %s.', number,
            total_minor, currency,
            subtotal_minor - discount_minor + shipping_minor + case when taxes_included then 0 else tax_minor end,
            coalesce(lines.total, 0) + shipping_minor + case when taxes_included then 0 else shipping_tax_minor end
        ) as message
        from orders
        left join (
            select order_id, sum(total_minor) as total from order_lines where bundle_line_id is null group by order_id
        ) lines on lines.order_id = orders.id
        where total_minor <> subtotal_minor - discount_minor + shipping_minor
                + case when taxes_included then 0 else tax_minor end
           or total_minor <> coalesce(lines.total, 0) + shipping_minor
                + case when taxes_included then 0 else shipping_tax_minor end
        """,
    ),
    sql(
        1,
        "bundle_money",
        "The components of a bundle carry its price, discount and tax to the last cent",
        """
        select 'orl_' || bundle.id as subject, format(
            'Bundle %s comes to %s, its components to %s (minor units).', bundle.sku, bundle.total_minor, parts.total
        ) as message
        from order_lines bundle
        join (
            select bundle_line_id as id, sum(total_minor) as total, sum(tax_minor) as tax,
                sum(discount_minor) as discount
            from order_lines where bundle_line_id is not null group by bundle_line_id
        ) parts on parts.id = bundle.id
        where (bundle.total_minor, bundle.tax_minor, bundle.discount_minor) <> (parts.total, parts.tax, parts.discount)
        """,
    ),
)
