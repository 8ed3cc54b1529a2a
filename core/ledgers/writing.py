"""Writing entries and postings with COPY, valued in the reporting currency."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime

from sqlalchemy.orm import Session

from core.db import insert_rows, next_ids
from core.ledgers import rates
from core.ledgers.accounts import EXCHANGE
from core.ledgers.books import Books
from core.ledgers.drafts import Draft
from core.ledgers.models import JournalEntry

_ENTRY = [
    JournalEntry.id,
    JournalEntry.number,
    JournalEntry.rule,
    JournalEntry.book_key,
    JournalEntry.description,
    JournalEntry.order_id,
    JournalEntry.source,
    JournalEntry.reverses_id,
    JournalEntry.effective_at,
    JournalEntry.recorded_at,
    JournalEntry.valued,
]
_POSTING = (
    "copy postings (entry_id, account_id, amount_minor, currency, reporting_minor, "
    "item_id, channel_id, order_line_id, quantity) from stdin"
)
_NULL = "\\N"


def write(session: Session, books: Books, drafts: Sequence[Draft], now: datetime) -> list[int]:
    """Write balanced drafts and give their ids. Without a known rate an amount is worth nothing yet."""
    foreign = {
        (line[2], draft.effective_at) for draft in drafts for line in draft.postings if line[2] != books.currency
    }
    known = rates.at(session, books.currency, foreign)
    ids = next_ids(session, JournalEntry, len(drafts))
    insert_rows(session, JournalEntry, _ENTRY, _entries(ids, drafts, now, foreign - known.keys()))
    driver = session.connection().connection.driver_connection
    assert driver is not None
    with driver.cursor().copy(_POSTING) as copy:
        both = zip(ids, drafts, strict=True)
        copy.write("".join(row for entry_id, draft in both for row in _postings(entry_id, draft, books, known)))
    return ids


def _entries(
    ids: Sequence[int], drafts: Sequence[Draft], now: datetime, unknown: set[tuple[str, datetime]]
) -> Iterator[tuple[object, ...]]:
    for entry_id, draft in zip(ids, drafts, strict=True):
        key = draft.book_key or f"{draft.rule}:J-{entry_id}"
        valued = not unknown or not any((line[2], draft.effective_at) in unknown for line in draft.postings)
        yield (
            entry_id,
            f"J-{entry_id}",
            draft.rule,
            key,
            draft.description,
            draft.order_id,
            draft.source,
            draft.reverses_id,
            draft.effective_at,
            now,
            valued,
        )


def _postings(entry_id: int, draft: Draft, books: Books, known: rates.Rates) -> Iterable[str]:
    """Rows in COPY's text format: nothing in them needs escaping, and nothing is faster."""
    accounts, reporting, left = books.accounts, books.currency, 0
    rows = []
    for account, amount, currency, item, channel, order_line, quantity in draft.postings:
        value = amount
        if currency != reporting:
            rate = known.get((currency, draft.effective_at))
            value = rates.convert(amount, rate) if rate else 0
            left += value
        rows.append(
            f"{entry_id}\t{accounts[account]}\t{amount}\t{currency}\t{value}\t{_NULL if item is None else item}"
            f"\t{_NULL if channel is None else channel}\t{_NULL if order_line is None else order_line}"
            f"\t{_NULL if quantity is None else quantity}\n"
        )
    if left:
        blank = f"{_NULL}\t{_NULL}\t{_NULL}\t{_NULL}"
        rows.append(f"{entry_id}\t{accounts[EXCHANGE]}\t0\t{reporting}\t{-left}\t{blank}\n")
    return rows
