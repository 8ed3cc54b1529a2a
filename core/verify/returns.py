"""Invariant 2: no more comes back than left."""

from core.verify.check import sql

CHECKS = (
    sql(
        2,
        "returned_units",
        "Shipped >= approved for return >= received, over all returns of a line",
        """
        select 'orl_' || line.id as subject, format(
            '%s: %s shipped, %s approved for return, %s received.', line.sku, line.shipped, back.approved, back.received
        ) as message
        from order_lines line
        join (
            select order_line_id, sum(greatest(approved, received)) as approved, sum(received) as received,
                bool_or(received > approved) as too_many
            from return_lines join returns on returns.id = return_lines.return_id
            where returns.state not in ('DECLINED', 'CANCELLED', 'EXPIRED')
            group by order_line_id
        ) back on back.order_line_id = line.id
        where back.approved > line.shipped or back.too_many
        """,
    ),
    sql(
        2,
        "return_dispositions",
        "What was received = restocked + damaged + written off + sent back + pending + missing",
        """
        select 'rtl_' || line.id as subject, format(
            '%s of %s were received, but %s have a disposition.', line.received, line.sku, coalesce(parts.units, 0)
        ) as message
        from return_lines line
        left join (
            select return_line_id, sum(quantity) as units from line_dispositions group by return_line_id
        ) parts on parts.return_line_id = line.id
        where line.received <> coalesce(parts.units, 0)
        """,
    ),
    sql(
        2,
        "line_returned",
        "An order line counts as returned what its returns say came back for good",
        """
        select 'orl_' || line.id as subject, format(
            '%s counts %s units as returned, its returns %s.', line.sku, line.returned, coalesce(parts.units, 0)
        ) as message
        from order_lines line
        left join (
            select return_lines.order_line_id, sum(part.quantity) as units
            from line_dispositions part join return_lines on return_lines.id = part.return_line_id
            where part.disposition in ('RESTOCK', 'DAMAGED', 'RETURN_TO_SUPPLIER', 'WRITE_OFF')
            group by return_lines.order_line_id
        ) parts on parts.order_line_id = line.id
        where line.returned <> coalesce(parts.units, 0)
          and not exists (select from order_lines part where part.bundle_line_id = line.id)
        """,
    ),
)
