"""Rollups equal the sums of what they contain: no report says other than the postings."""

from core.ledgers.terms import COLUMNS, SUMS
from core.verify.check import Check, sql

_POSTED = """
    select entry.order_id, case when entry.reverses_id is null then entry.rule end as rule,
        (entry.effective_at at time zone settings.timezone)::date as effective_day,
        posting.account_id, posting.amount_minor, posting.currency, posting.reporting_minor, posting.item_id,
        posting.quantity, account.profit_part as part, coalesce(orders.channel_id, posting.channel_id, 0) as channel_id,
        coalesce(known.country, '') as country,
        (coalesce(orders.placed_at, entry.effective_at) at time zone settings.timezone)::date as day
    from settings
    join journal_entries entry on entry.rolled_up
    join postings posting on posting.entry_id = entry.id
    join ledger_accounts account on account.id = posting.account_id
    left join orders on orders.id = entry.order_id
    left join order_profits known on known.order_id = entry.order_id
"""


def _same(table: str, keys: tuple[str, ...], only: str) -> Check:
    """One rollup against the sums of its postings."""
    shown = " || ', ' || ".join(f"coalesce(kept.{key}, summed.{key})::text" for key in keys)
    joined = " and ".join(f"kept.{key} = summed.{key}" for key in keys)
    differ = " or ".join(f"coalesce(kept.{name}, 0) <> coalesce(summed.{name}, 0)" for name in COLUMNS)
    grouped = ", ".join(keys)
    return sql(
        0,
        table,
        f"The rollup {table} = the sums of its postings",
        f"""
        select '{table}' as subject,
            format('For %s it has revenue %s and costs of goods %s; the postings make %s and %s.',
            {shown}, coalesce(kept.revenue_minor, 0), coalesce(kept.cogs_minor, 0), coalesce(summed.revenue_minor, 0),
            coalesce(summed.cogs_minor, 0)) as message
        from {table} kept
        full join (
            select {grouped}, {SUMS} from ({_POSTED}) posted where part is not null and {only} group by {grouped}
        ) summed on {joined}
        where {differ}
        """,
    )


CHECKS = (
    sql(
        0,
        "account_days",
        "The rollup account_days = the sums of its postings",
        f"""
        select 'acc_' || coalesce(kept.account_id, summed.account_id) as subject, format(
            'On %s it has %s debit and %s credit in %s; the postings make %s and %s (minor units).',
            coalesce(kept.day, summed.effective_day), coalesce(kept.debit_minor, 0), coalesce(kept.credit_minor, 0),
            coalesce(kept.currency, summed.currency), coalesce(summed.debit, 0), coalesce(summed.credit, 0)) as message
        from account_days kept
        full join (
            select account_id, currency, effective_day,
                coalesce(sum(amount_minor) filter (where amount_minor > 0), 0) as debit,
                coalesce(-sum(amount_minor) filter (where amount_minor < 0), 0) as credit
            from ({_POSTED}) posted group by 1, 2, 3
        ) summed on kept.account_id = summed.account_id and kept.currency = summed.currency
            and kept.day = summed.effective_day
        where coalesce(kept.debit_minor, 0) <> coalesce(summed.debit, 0)
           or coalesce(kept.credit_minor, 0) <> coalesce(summed.credit, 0)
        """,
    ),
    _same("order_profits", ("order_id",), "order_id is not null"),
    _same("profit_days", ("day", "channel_id", "country"), "true"),
    _same("item_profit_days", ("item_id", "day", "channel_id"), "item_id is not null"),
)
