"""Balances of accounts: the rolled-up days, and what was booked since."""

from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, String, TextualSelect, column, text

# Entries of the last day that is not complete at the moment asked for are read one by one.
_AT = """
    select account_id, currency, debit_minor - credit_minor as amount_minor from account_days
    where day < (cast(:at as timestamptz) at time zone (select timezone from settings))::date
    union all
    select posting.account_id, posting.currency, posting.amount_minor
    from journal_entries entry join postings posting on posting.entry_id = entry.id
    where entry.effective_at <= :at and (not entry.rolled_up
        or entry.effective_at >= ((cast(:at as timestamptz) at time zone (select timezone from settings))::date)
            ::timestamp at time zone (select timezone from settings))
"""
_NOW = """
    select account_id, currency, debit_minor - credit_minor as amount_minor from account_days
    union all
    select posting.account_id, posting.currency, posting.amount_minor
    from journal_entries entry join postings posting on posting.entry_id = entry.id
    where not entry.rolled_up
"""
_SUM = """
    select booked.account_id, booked.currency, cast(sum(booked.amount_minor) as bigint) as amount_minor
    from ({booked}) booked group by booked.account_id, booked.currency
"""
_KEY: tuple[Any, ...] = (column("account_id", BigInteger), column("currency", String))


def balances() -> TextualSelect:
    """(account_id, currency, amount_minor) of every account in every currency; debits positive."""
    return text(_SUM.format(booked=_NOW)).columns(*_KEY, column("amount_minor", BigInteger))


def trial_balance(at: datetime | None = None) -> TextualSelect:
    """(account_id, currency, debit_minor, credit_minor): each balance on its side, as at the end of a moment, or now.

    In every currency both columns sum to the same.
    """
    statement = text(
        f"""
        select account_id, currency, greatest(amount_minor, 0) as debit_minor,
            greatest(-amount_minor, 0) as credit_minor
        from ({_SUM.format(booked=_AT if at else _NOW)}) balance
        join ledger_accounts account on account.id = balance.account_id
        order by account.code, currency
        """
    )
    bound = statement.bindparams(at=at) if at else statement
    return bound.columns(*_KEY, column("debit_minor", BigInteger), column("credit_minor", BigInteger))
