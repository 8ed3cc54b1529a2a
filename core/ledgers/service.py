"""Booking: entries are posted in sets, balanced and immutable; a mistake is reversed, never edited."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime

from sqlalchemy import select, text
from sqlalchemy.orm import Session

from core import clock, locks, outbox
from core.errors import IllegalState, Invalid, NotFound, PeriodClosed
from core.ledgers import books as state
from core.ledgers.books import Books
from core.ledgers.drafts import Draft, Line, check_balance
from core.ledgers.models import JournalEntry, LedgerAccount, Posting
from core.ledgers.writing import write


def post(session: Session, drafts: Sequence[Draft], *, move_into_open: bool = False) -> list[int]:
    """Book what is not known by its `book_key` yet; gives the ids of the entries that are new, in order.

    Postings of nothing, units neither, are left out, and so are entries with nothing else. Where no exchange rate is
    known, the entry is booked without a value in the reporting currency, which follows when a rate is there.

    `move_into_open`: what is dated in a closed period is booked on the first open day instead: for facts, which
    are never refused. Raises PeriodClosed otherwise, Invalid for what does not balance or names no account.
    """
    fresh = [draft for draft in map(_without_nothing, drafts) if draft.postings]
    if not fresh:
        return []
    books = state.read(session, [draft.book_key for draft in fresh if draft.book_key])
    fresh = _not_known(fresh, books.known)
    for draft in fresh:
        check_balance(draft)
        for line in draft.postings:
            books.account(line[0])
    fresh = _in_open_period(fresh, books, move=move_into_open)
    if not fresh:
        return []
    return write(session, books, fresh, clock.now())


def reverse(session: Session, entry_id: int, reason: str, *, at: datetime | None = None) -> int:
    """Book the opposite of an entry, once; a second time gives the same reversal.

    It is dated like the entry where that day is open, else on the first open day; `at` says otherwise.
    Raises NotFound, and IllegalState for what is itself a reversal.
    """
    entry = session.get(JournalEntry, entry_id)
    if entry is None:
        raise NotFound(f"There is no journal entry jrn_{entry_id}.", path=("id",))
    if entry.reverses_id is not None:
        raise IllegalState(f"{entry.number} is itself a reversal; book the entry again instead.", path=("id",))
    opposite = Draft(
        rule=entry.rule,
        book_key=f"reverse:{entry.number}",
        description=f"Reversal of {entry.number}: {reason}",
        postings=_opposite(session, entry_id),
        effective_at=at or entry.effective_at,
        order_id=entry.order_id,
        source=entry.source,
        reverses_id=entry_id,
    )
    made = post(session, [opposite], move_into_open=True)
    if made:
        return made[0]
    return session.scalars(select(JournalEntry.id).where(JournalEntry.reverses_id == entry_id)).one()


def entry_of(session: Session, book_key: str) -> int | None:
    """The entry booked under a key."""
    return session.scalar(select(JournalEntry.id).where(JournalEntry.book_key == book_key))


def close(session: Session, through: date) -> None:
    """Let nothing more be booked with an effective day up to this one. Raises Invalid for the future or the past."""
    session.execute(text("select pg_advisory_xact_lock(:lock)"), {"lock": locks.CLOSING})
    session.flush()
    books = state.read(session)
    if through >= clock.day_of(clock.now(), books.timezone):
        raise Invalid(f"{through} is not over yet: close a day that has ended.", path=("through",))
    if books.closed_through is not None and through < books.closed_through:
        raise Invalid(f"The books are closed through {books.closed_through} already.", path=("through",))
    if books.closed_through != through:
        session.execute(text("update settings set closed_through = :through"), {"through": through})
        outbox.record(session, "ledger.closed", "settings", f"The books are closed through {through}.")


def _without_nothing(draft: Draft) -> Draft:
    if all(line[1] for line in draft.postings):
        return draft
    return replace(draft, postings=[line for line in draft.postings if line[1] or line[6]])


def _not_known(drafts: Sequence[Draft], known: frozenset[str]) -> list[Draft]:
    seen, kept = set(known), []
    for draft in drafts:
        if draft.book_key is None:
            kept.append(draft)
        elif draft.book_key not in seen:
            seen.add(draft.book_key)
            kept.append(draft)
    return kept


def _in_open_period(drafts: list[Draft], books: Books, *, move: bool) -> list[Draft]:
    start = books.open_from
    if start is None:
        return drafts
    if not move:
        for draft in drafts:
            if draft.effective_at < start:
                day = clock.day_of(draft.effective_at, books.timezone)
                raise PeriodClosed(
                    f"The books are closed through {books.closed_through}; nothing can be booked on {day}.",
                    path=("effectiveAt",),
                )
    return [replace(draft, effective_at=start) if draft.effective_at < start else draft for draft in drafts]


def _opposite(session: Session, entry_id: int) -> list[Line]:
    found = session.execute(
        select(
            LedgerAccount.code,
            -Posting.amount_minor,
            Posting.currency,
            Posting.item_id,
            Posting.channel_id,
            Posting.order_line_id,
            -Posting.quantity,
        )
        .join(LedgerAccount, LedgerAccount.id == Posting.account_id)
        .where(Posting.entry_id == entry_id)
        .order_by(Posting.id)
    )
    return [Line(*row) for row in found]


__all__ = ["Draft", "Line", "close", "entry_of", "post", "reverse"]
