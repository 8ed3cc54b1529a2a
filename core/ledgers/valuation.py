"""Entries that were booked before their exchange rate was known get their value once it is: by an entry of its own."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import text
from sqlalchemy.orm import Session

from core import clock
from core.db import next_ids
from core.ledgers import books, rates
from core.ledgers.accounts import EXCHANGE
from core.ledgers.models import JournalEntry

_WAITING = text(
    """
    select entry.id, entry.effective_at, posting.currency
    from journal_entries entry join postings posting on posting.entry_id = entry.id
    where not entry.valued and posting.currency <> :reporting
    group by 1, 2, 3 order by 1
    """
)

# Each posting again, of no amount but with its value; what rounding leaves over is an exchange difference.
_VALUE = text(
    """
    with worth as (
        select posting.*, round(posting.amount_minor * rate.above / rate.below) as value
        from unnest(cast(:entries as bigint[]), cast(:currencies as text[]), cast(:above as numeric[]),
            cast(:below as numeric[])) as rate(entry_id, currency, above, below)
        join postings posting on posting.entry_id = rate.entry_id and posting.currency = rate.currency
        where posting.reporting_minor = 0
    ), made as (
        insert into journal_entries
            (id, number, rule, book_key, description, order_id, source, effective_at, recorded_at)
        select fresh.id, 'J-' || fresh.id, 'valuation', 'value:' || entry.number, 'Value of ' || entry.number,
            entry.order_id, entry.source, greatest(entry.effective_at, cast(:open_from as timestamptz)), :now
        from unnest(cast(:waiting as bigint[]), cast(:fresh as bigint[])) as fresh(entry_id, id)
        join journal_entries entry on entry.id = fresh.entry_id
    )
    insert into postings
        (entry_id, account_id, amount_minor, currency, reporting_minor, item_id, channel_id, order_line_id)
    select fresh.id, worth.account_id, 0, worth.currency, worth.value, worth.item_id, worth.channel_id,
        worth.order_line_id
    from worth join unnest(cast(:waiting as bigint[]), cast(:fresh as bigint[])) as fresh(entry_id, id) using (entry_id)
    union all
    select fresh.id, :exchange, 0, :reporting, -sum(worth.value), null, null, null
    from worth join unnest(cast(:waiting as bigint[]), cast(:fresh as bigint[])) as fresh(entry_id, id) using (entry_id)
    group by fresh.id having sum(worth.value) <> 0
    """
)

_DONE = text("update journal_entries set valued = true where id = any(:ids)")


def value(session: Session) -> set[str]:
    """Value the entries whose rates are known by now. Gives the currencies that others still wait for."""
    state = books.read(session)
    waiting = session.execute(_WAITING, {"reporting": state.currency}).all()
    known = rates.at(session, state.currency, {(row.currency, row.effective_at) for row in waiting})
    missing = {row.id for row in waiting if (row.currency, row.effective_at) not in known}
    ready = [row for row in waiting if row.id not in missing]
    if ready:
        _write(session, state, ready, known)
    return {row.currency for row in waiting if (row.currency, row.effective_at) not in known}


def _write(session: Session, state: books.Books, ready: Sequence[Any], known: rates.Rates) -> None:
    entries = sorted({row.id for row in ready})
    found = [known[row.currency, row.effective_at] for row in ready]
    session.execute(
        _VALUE,
        {
            "entries": [row.id for row in ready],
            "currencies": [row.currency for row in ready],
            "above": [rate[0] for rate in found],
            "below": [rate[1] for rate in found],
            "waiting": entries,
            "fresh": next_ids(session, JournalEntry, len(entries)),
            "open_from": state.open_from,
            "now": clock.now(),
            "exchange": state.account(EXCHANGE),
            "reporting": state.currency,
        },
    )
    session.execute(_DONE, {"ids": entries})
