"""What booking needs to know first: the chart of accounts, the reporting currency, and which days are closed."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import text
from sqlalchemy.orm import Session

from core import clock
from core.errors import Invalid

_READ = text(
    """
    select currency, timezone, closed_through,
        (select jsonb_object_agg(code, id) from ledger_accounts),
        (select array_agg(book_key) from journal_entries where book_key = any(:keys))
    from settings where id = 1
    """
)


@dataclass(frozen=True, slots=True)
class Books:
    """The state of the books, read in one statement. `known` are those of the keys asked for that are booked."""

    currency: str
    timezone: str
    closed_through: date | None
    accounts: Mapping[str, int]
    known: frozenset[str] = frozenset()

    @property
    def open_from(self) -> datetime | None:
        """The first moment that may be booked on; None where nothing is closed."""
        if self.closed_through is None:
            return None
        return clock.start_of_day(self.closed_through + timedelta(days=1), self.timezone)

    def account(self, code: str) -> int:
        """Raises Invalid for a code that the chart has not."""
        try:
            return self.accounts[code]
        except KeyError:
            raise Invalid(f"There is no account {code!r} in the chart of accounts.", path=("account",)) from None


def read(session: Session, keys: Sequence[str] = ()) -> Books:
    currency, timezone, closed, accounts, known = session.execute(_READ, {"keys": list(keys)}).one()
    return Books(currency, timezone, closed, accounts, frozenset(known or ()))
