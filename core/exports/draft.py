"""What is still to be exported: the books of each day that is over, less what of it went out."""

from collections.abc import Iterator
from datetime import date, datetime
from itertools import groupby
from typing import NamedTuple

from sqlalchemy import text
from sqlalchemy.orm import Session

# Rolled-up days and what was booked since, as balances are read. A day that waits for an answer or a person waits with
# all of it: what changed meanwhile follows.
_REST = text(
    """
    with booked as (
        select account_id, currency, day, debit_minor - credit_minor as amount from account_days
        where day >= :since and day < :today
        union all
        select posting.account_id, posting.currency, (entry.effective_at at time zone :zone)::date, posting.amount_minor
        from journal_entries entry join postings posting on posting.entry_id = entry.id
        where not entry.rolled_up and entry.effective_at >= :since_moment and entry.effective_at < :today_moment
        union all
        select line.account_id, export.currency, export.day, -line.amount_minor
        from journal_exports export join journal_export_lines line on line.export_id = export.id
        where export.integration_id = :integration and export.day >= :since and export.state <> 'WITHDRAWN'
    ), rest as (
        select day, currency, account_id, sum(amount)::bigint as amount from booked
        group by day, currency, account_id having sum(amount) <> 0
    ), known as (
        select day, currency, max(number) as number, bool_or(state <> 'WITHDRAWN') as correction,
            bool_or(state in ('PENDING', 'REFUSED')) as held
        from journal_exports where integration_id = :integration and day >= :since group by day, currency
    )
    select rest.day, rest.currency, rest.account_id, rest.amount, coalesce(known.number, 0) + 1 as number,
        coalesce(known.correction, false) as correction
    from rest
    join ledger_accounts account on account.id = rest.account_id
    left join known on known.day = rest.day and known.currency = rest.currency
    where not coalesce(known.held, false)
    order by rest.day, rest.currency, account.code
    """
)


class Draft(NamedTuple):
    """One day in one currency. amounts: (account's id, minor units), debits positive, in the order of the chart."""

    day: date
    currency: str
    number: int
    correction: bool
    amounts: tuple[tuple[int, int], ...]


def drafts(
    session: Session, integration_id: int, since: date, today: date, zone: str, moments: tuple[datetime, datetime]
) -> Iterator[Draft]:
    """From the day `since` up to yesterday, in order. `moments` are when `since` and `today` begin."""
    given = {"integration": integration_id, "since": since, "today": today, "zone": zone}
    rows = session.execute(_REST, {**given, "since_moment": moments[0], "today_moment": moments[1]})
    for (day, currency), group in groupby(rows, key=lambda row: (row.day, row.currency)):
        lines = list(group)
        amounts = tuple((line.account_id, line.amount) for line in lines)
        yield Draft(day, currency, lines[0].number, lines[0].correction, amounts)
