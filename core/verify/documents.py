"""Invariant 7, seen from the documents: what orders, payments and refunds say is what the books say."""

from core.verify.check import sql

_RECEIVABLE = """
    select entry.order_id, entry.rule, posting.currency, sum(posting.amount_minor) as amount
    from journal_entries entry
    join postings posting on posting.entry_id = entry.id
    join ledger_accounts account on account.id = posting.account_id and account.code = '1100'
    where entry.order_id is not null and entry.rule in ('sale', 'sale_change', 'cancellation')
    group by 1, 2, 3
"""

CHECKS = (
    sql(
        7,
        "sale_booked",
        "Every order is booked at what it comes to, less what was cancelled",
        f"""
        select 'ord_' || orders.id as subject, format(
            '%s comes to %s less %s cancelled; booked are %s and %s (minor units of %s).', orders.number,
            orders.total_minor, orders.cancelled_minor, coalesce(booked.sold, 0), coalesce(booked.cancelled, 0),
            orders.currency) as message
        from orders
        left join (
            select order_id, currency, sum(amount) filter (where rule <> 'cancellation') as sold,
                -sum(amount) filter (where rule = 'cancellation') as cancelled
            from ({_RECEIVABLE}) receivable group by 1, 2
        ) booked on booked.order_id = orders.id and booked.currency = orders.currency
        where orders.total_minor <> coalesce(booked.sold, 0) or orders.cancelled_minor <> coalesce(booked.cancelled, 0)
        """,
    ),
    sql(
        7,
        "payment_booked",
        "Every payment is booked at what is captured and not disputed",
        """
        select 'pay_' || payment.id as subject,
            format('%s is captured, %s disputed, and %s booked (minor units of %s).',
            captured_minor, disputed_minor, coalesce(booked.amount, 0), payment.currency) as message
        from payments payment
        left join (
            select entry.source, sum(posting.amount_minor) as amount
            from journal_entries entry
            join postings posting on posting.entry_id = entry.id
            join ledger_accounts account on account.id = posting.account_id and account.code = '1000'
            where entry.rule = 'payment' group by entry.source
        ) booked on booked.source = 'pay_' || payment.id
        where captured_minor - disputed_minor <> coalesce(booked.amount, 0)
        """,
    ),
    sql(
        7,
        "refund_booked",
        "Every refund is booked at what went back",
        """
        select 'ref_' || refund.id as subject, format('%s went back, and %s is booked (minor units of %s).',
            refund.amount_minor, coalesce(booked.amount, 0), refund.currency) as message
        from refunds refund
        left join (
            select entry.source, -sum(posting.amount_minor) as amount
            from journal_entries entry
            join postings posting on posting.entry_id = entry.id
            join ledger_accounts account on account.id = posting.account_id and account.code = '1000'
            where entry.rule = 'refund_paid' group by entry.source
        ) booked on booked.source = 'ref_' || refund.id
        where case when refund.state = 'SUCCEEDED' then refund.amount_minor else 0 end <> coalesce(booked.amount, 0)
        """,
    ),
    sql(
        7,
        "label_booked",
        "Every bought label is booked at its cost, and one that was given back at nothing",
        """
        select 'lbl_' || label.id as subject,
            format('It is %s at %s %s, and %s is booked (minor units).', lower(label.state),
            label.cost_minor, label.cost_currency, coalesce(booked.amount, 0)) as message
        from labels label
        left join (
            select entry.source, sum(posting.amount_minor) as amount
            from journal_entries entry
            join postings posting on posting.entry_id = entry.id
            join ledger_accounts account on account.id = posting.account_id and account.code = '5100'
            where entry.rule = 'label' group by entry.source
        ) booked on booked.source = 'lbl_' || label.id
        where case when label.state in ('PURCHASED', 'VOID_REQUESTED', 'VOID_REJECTED')
            then coalesce(label.cost_minor, 0)
                   else 0 end <> coalesce(booked.amount, 0)
        """,
    ),
)
