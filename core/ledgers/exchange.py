"""Differences of rate that have become real: what was owed at one rate and paid at another is a gain or a loss.

An order's debt in a foreign currency is worth what it was when it arose. What is left of it keeps that worth, in
proportion; whatever else the account holds in the reporting currency came from the rates of the days on which it was
paid, cancelled or given back, and moves to exchange differences. The same goes for an entry whose money passes from one
currency into another through the clearing account, such as a payout. Amounts stay as they are: only their worth moves.
"""

from sqlalchemy import text
from sqlalchemy.orm import Session

from core import clock
from core.ledgers import accounts, books

_DEBTS = [accounts.RECEIVABLE, accounts.CHANNEL_RECEIVABLE, accounts.REFUNDS_PAYABLE]

# What stands on an account, by who owes it: looked at only where something new was booked, and all of it is valued.
_ORDERS = """
    select 'exchange:ord_' || order_id || ':' || account_id || ':' || currency as subject, order_id, account_id,
        currency, channel_id, effective_at, last,
        worth - coalesce(round(open * side_worth / nullif(side, 0)), 0)::bigint as difference
    from (
        select touched.order_id, touched.account_id, touched.currency, max(posting.channel_id) as channel_id,
            max(entry.effective_at) as effective_at, max(entry.id) as last, bool_and(entry.valued) as valued,
            sum(posting.amount_minor) as open, sum(posting.reporting_minor) as worth,
            case when sum(posting.amount_minor) > 0 then sum(greatest(posting.amount_minor, 0))
                else sum(least(posting.amount_minor, 0)) end as side,
            case when sum(posting.amount_minor) > 0
                then sum(greatest(posting.reporting_minor, 0)) filter (where entry.rule <> 'exchange')
                else sum(least(posting.reporting_minor, 0)) filter (where entry.rule <> 'exchange') end as side_worth
        from (
            select distinct entry.order_id, posting.account_id, posting.currency
            from journal_entries entry join postings posting on posting.entry_id = entry.id
            where not entry.rolled_up and entry.order_id is not null and entry.rule <> 'exchange'
              and posting.currency <> :reporting and posting.account_id = any(:debts)
        ) touched
        join journal_entries entry on entry.order_id = touched.order_id
        join postings posting on posting.entry_id = entry.id and posting.account_id = touched.account_id
            and posting.currency = touched.currency
        group by touched.order_id, touched.account_id, touched.currency
    ) stands
    where valued
"""
_CLEARED = """
    select 'exchange:' || entry.number, entry.order_id, posting.account_id, :reporting, max(posting.channel_id),
        entry.effective_at, entry.id, sum(posting.reporting_minor)::bigint
    from journal_entries entry join postings posting on posting.entry_id = entry.id
    where not entry.rolled_up and entry.valued and entry.rule <> 'exchange' and posting.account_id = :clearing
    group by entry.id, posting.account_id having count(distinct posting.currency) > 1
"""
_BOOK = text(
    f"""
    with found as materialized (
        select *, nextval(pg_get_serial_sequence('journal_entries', 'id')) as fresh from (
            select * from ({_ORDERS}) debts
            union all
            select * from ({_CLEARED}) cleared
        ) both_kinds where difference <> 0
    ), made as (
        insert into journal_entries
            (id, number, rule, book_key, description, order_id, source, effective_at, recorded_at)
        select fresh, 'J-' || fresh, 'exchange', subject || ':' || last, 'Difference of exchange rates', order_id,
            'ord_' || order_id, greatest(effective_at, cast(:open_from as timestamptz)), :now
        from found order by fresh
        on conflict (book_key) do nothing
        returning id
    )
    insert into postings (entry_id, account_id, amount_minor, currency, reporting_minor, channel_id)
    select made.id, part.account_id, 0, part.currency, part.worth, found.channel_id
    from made join found on found.fresh = made.id
    cross join lateral (
        values (found.account_id, found.currency, -found.difference), (:exchange, :reporting, found.difference)
    ) part (account_id, currency, worth)
    """  # the expressions are our own
)


def realise(session: Session) -> None:
    """Book differences of rate that entries since the last roll-up have made real. Running it again changes nothing."""
    state = books.read(session)
    session.execute(
        _BOOK,
        {
            "reporting": state.currency,
            "debts": [state.account(code) for code in _DEBTS],
            "clearing": state.account(accounts.CURRENCY_CLEARING),
            "exchange": state.account(accounts.EXCHANGE),
            "open_from": state.open_from,
            "now": clock.now(),
        },
    )
