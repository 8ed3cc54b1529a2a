"""Invariant 7: entries balance, stay as they are, and respect closed periods; and what they name exists."""

from core.verify.check import sql

CHECKS = (
    sql(
        7,
        "entry_balance",
        "Every journal entry sums to zero in every currency",
        """
        select 'jrn_' || entry_id as subject, format('It is off by %s %s (minor units).', total, currency) as message
        from (
            select entry_id, currency, sum(amount_minor) as total from postings
            group by entry_id, currency having sum(amount_minor) <> 0
        ) sums
        """,
    ),
    sql(
        7,
        "entry_value",
        "The value of every journal entry in the reporting currency sums to zero",
        """
        select 'jrn_' || entry_id as subject, format('Its value is off by %s (minor units).', total) as message
        from (
            select entry_id, sum(reporting_minor) as total
                from postings group by entry_id having sum(reporting_minor) <> 0
        ) sums
        """,
    ),
    sql(
        7,
        "entry_empty",
        "Every journal entry has postings",
        """
        select 'jrn_' || id as subject, number || ' has no postings.' as message from journal_entries entry
        where not exists (select from postings where postings.entry_id = entry.id)
        """,
    ),
    sql(
        7,
        "ledger_guards",
        "The database guards the ledgers: balance, immutability, closed periods, levels of stock",
        """
        select 'ledger' as subject, format('The trigger %s is missing or switched off.', name) as message
        from unnest(array['journal_entry_balanced', 'postings_join_new_entries', 'postings_are_immutable',
            'journal_entries_are_immutable', 'postings_are_kept', 'journal_entries_are_kept',
            'journal_entry_in_open_period', 'stock_movements_have_levels']) as name
        where not exists (select from pg_trigger where tgname = name and tgenabled in ('O', 'A'))
        """,
    ),
    sql(
        7,
        "closed_period",
        "A closed period takes no entry",
        """
        select 'jrn_' || entry.id as subject, format(
            '%s is dated %s, was recorded at %s, and the books were closed through %s before.',
            entry.number, entry.effective_at, entry.recorded_at, settings.closed_through) as message
        from settings
        join journal_entries entry
            on entry.effective_at < ((settings.closed_through + 1)::timestamp at time zone settings.timezone)
        where entry.recorded_at > (select max(recorded_at) from events where name = 'ledger.closed')
        """,
    ),
    sql(
        7,
        "one_reversal",
        "A reversal is the exact opposite of what it reverses",
        """
        select 'jrn_' || reversal.id as subject,
            format('%s does not take back all of %s.', reversal.number, entry.number)
            as message
        from journal_entries reversal join journal_entries entry on entry.id = reversal.reverses_id
        where exists (
            select from postings where entry_id in (reversal.id, entry.id)
            group by account_id, currency having sum(amount_minor) <> 0)
        """,
    ),
    sql(
        0,
        "posting_names",
        "What postings name exists: account, item, channel, order line",
        """
        select 'jrn_' || posting.entry_id as subject, format('A posting names %s, which does not exist.',
            case when account.id is null then 'account ' || posting.account_id
                 when posting.item_id is not null and item.id is null then 'item itm_' || posting.item_id
                 when posting.channel_id is not null and channel.id is null then 'channel chn_' || posting.channel_id
                 else 'order line orl_' || posting.order_line_id end) as message
        from postings posting
        left join ledger_accounts account on account.id = posting.account_id
        left join items item on item.id = posting.item_id
        left join channels channel on channel.id = posting.channel_id
        left join order_lines line on line.id = posting.order_line_id
        where account.id is null or posting.item_id is not null and item.id is null
           or posting.channel_id is not null and channel.id is null
           or posting.order_line_id is not null and line.id is null
        """,
    ),
)
