"""Invariant 8: no more goes back than came in, and parts sum to the whole."""

from core.verify.check import sql

CHECKS = (
    sql(
        8,
        "refund_parts",
        "A refund = its lines + shipping + goodwill",
        """
        select 'ref_' || refund.id as subject, format('It is %s; its parts make %s (minor units of %s).',
            refund.amount_minor, coalesce(parts.amount, 0) + refund.shipping_minor + refund.goodwill_minor,
            refund.currency) as message
        from refunds refund
        left join (
            select refund_id, sum(amount_minor) as amount, sum(tax_minor) as tax from refund_lines group by refund_id
        ) parts on parts.refund_id = refund.id
        where refund.amount_minor <> coalesce(parts.amount, 0) + refund.shipping_minor + refund.goodwill_minor
        """,
    ),
    sql(
        8,
        "refund_payments",
        "The payments of a refund never give back more than the refund",
        """
        select 'ref_' || refund.id as subject, format('It is %s; its payments give back %s (minor units of %s).',
            refund.amount_minor, parts.amount, refund.currency) as message
        from refunds refund
        join (
            select refund_id, sum(amount_minor) as amount
                from refund_payments where state <> 'FAILED' group by refund_id
        ) parts on parts.refund_id = refund.id
        where parts.amount > refund.amount_minor
        """,
    ),
    sql(
        8,
        "payment_refunded",
        "Refunded <= captured, per payment, and = what its refunds gave back",
        """
        select 'pay_' || payment.id as subject, format('%s is captured, %s refunded, and its refunds make %s.',
            captured_minor, refunded_minor, coalesce(parts.amount, 0)) as message
        from payments payment
        left join (
            select payment_id, sum(amount_minor) as amount
                from refund_payments where state <> 'FAILED' group by payment_id
        ) parts on parts.payment_id = payment.id
        where refunded_minor > captured_minor or captured_minor > amount_minor
           or refunded_minor <> coalesce(parts.amount, 0)
        """,
    ),
    sql(
        8,
        "line_refunded",
        "Refunded <= paid for, per line, and = the sum of its refunds",
        """
        select 'orl_' || line.id as subject, format(
            '%s: %s units at %s with %s tax are refunded, its refunds make %s at %s with %s, and it came to %s.',
            line.sku, line.refunded, line.refunded_minor, line.refunded_tax_minor, coalesce(parts.units, 0),
            coalesce(parts.amount, 0), coalesce(parts.tax, 0), line.total_minor) as message
        from order_lines line
        left join (
            select part.order_line_id, sum(part.quantity) as units, sum(part.amount_minor) as amount,
                sum(part.tax_minor) as tax
            from refund_lines part join refunds refund on refund.id = part.refund_id
            where refund.state not in ('DRAFT', 'FAILED') group by part.order_line_id
        ) parts on parts.order_line_id = line.id
        where line.refunded_minor > greatest(line.total_minor, 0) or line.refunded > line.quantity
           or (line.refunded, line.refunded_minor, line.refunded_tax_minor)
                <> (coalesce(parts.units, 0), coalesce(parts.amount, 0), coalesce(parts.tax, 0))
        """,
    ),
    sql(
        8,
        "order_sums",
        "An order's paid and refunded sums = those of its payments and refunds",
        """
        select 'ord_' || orders.id as subject,
            format('%s: paid %s and refunded %s; its payments make %s, its refunds %s.',
            number, paid_minor, refunded_minor, coalesce(money.captured, 0), coalesce(back.amount, 0)) as message
        from orders
        left join (select order_id, sum(captured_minor) as captured from payments group by order_id) money
            on money.order_id = orders.id
        left join (
            select order_id, sum(amount_minor) as amount from refunds where state = 'SUCCEEDED' group by order_id
        ) back on back.order_id = orders.id
        where paid_minor <> coalesce(money.captured, 0) or refunded_minor <> coalesce(back.amount, 0)
        """,
    ),
)
