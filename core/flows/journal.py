"""Booking by hand: entries that name accounts by code, items by SKU and channels by key."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from core import clock, outbox
from core.catalog.models import Channel, Item
from core.errors import Invalid, NotFound
from core.ledgers import books, service
from core.ledgers.drafts import Draft, Line
from core.ledgers.models import JournalEntry

RULE = "manual"


@dataclass(frozen=True, slots=True)
class Posting:
    """Debits positive, credits negative, in minor units."""

    account: str
    amount_minor: int
    currency: str
    sku: str | None = None
    channel: str | None = None


def post(
    session: Session, description: str, postings: Sequence[Posting], *, effective_at: datetime | None = None
) -> int:
    """Book an entry and return its id.

    Raises Invalid for what does not balance, NotFound for an account, SKU or channel that is not there, PeriodClosed.
    """
    if not description.strip():
        raise Invalid("Say what this entry is for.", path=("description",))
    if len(postings) < 2 or not any(posting.amount_minor for posting in postings):  # noqa: PLR2004  # debit and credit
        raise Invalid("An entry has at least two postings, and not all of nothing.", path=("postings",))
    _check_accounts(session, postings)
    items = dict(session.execute(select(Item.sku, Item.id).where(Item.sku.in_(_named(p.sku for p in postings)))).all())
    keys = _named(posting.channel for posting in postings)
    channels = dict(session.execute(select(Channel.key, Channel.id).where(Channel.key.in_(keys))).all())
    lines = [
        Line(
            posting.account,
            posting.amount_minor,
            posting.currency,
            item_id=_found(items, posting.sku, "SKU", place, "sku"),
            channel_id=_found(channels, posting.channel, "channel", place, "channel"),
        )
        for place, posting in enumerate(postings)
    ]
    draft = Draft(
        rule=RULE,
        book_key=None,
        description=description,
        postings=lines,
        effective_at=effective_at or clock.now(),
    )
    (entry_id,) = service.post(session, [draft])
    outbox.record(session, "journal.posted", f"jrn_{entry_id}", f"J-{entry_id} was booked by hand: {description}.")
    return entry_id


def reverse(session: Session, entry_id: int, reason: str) -> int:
    """Raises NotFound, IllegalState."""
    known = session.scalar(select(JournalEntry.id).where(JournalEntry.reverses_id == entry_id))
    reversal = service.reverse(session, entry_id, reason)
    if known is None:
        said = f"J-{entry_id} was reversed by J-{reversal}: {reason}."
        outbox.record(session, "journal.reversed", f"jrn_{entry_id}", said)
    return reversal


def close(session: Session, through: date) -> None:
    """Raises Invalid."""
    service.close(session, through)


def _named(names: Iterable[str | None]) -> set[str]:
    return {name for name in names if name is not None}


def _found(known: dict[str, int], name: str | None, what: str, place: int, key: str) -> int | None:
    if name is None:
        return None
    if name not in known:
        raise NotFound(f"There is no {what} {name!r}.", path=("postings", str(place), key))
    return known[name]


def _check_accounts(session: Session, postings: Sequence[Posting]) -> None:
    chart = books.read(session).accounts
    for place, posting in enumerate(postings):
        if posting.account not in chart:
            raise NotFound(
                f"There is no account {posting.account!r}; `ledgerAccounts` lists the chart.",
                path=("postings", str(place), "account"),
            )
