"""Providers of kind `accounting`: the hub's books, day by day, into those of the seller's bookkeeper."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any, Protocol, runtime_checkable

from pydantic import Field

from crossdock.context import Context
from crossdock.money import Money
from crossdock.settings import Settings

_REFERENCE = re.compile(r"[A-Z0-9-]{1,21}", re.ASCII)


@dataclass(frozen=True, slots=True, kw_only=True)
class JournalLine:
    """What a day brought to one account, all its entries together.

    account: the hub's own code, as `ledgerAccounts` lists it; name: what the hub calls it.
    amount: positive debits the account, negative credits it; never nothing.
    """

    account: str
    name: str
    amount: Money

    @property
    def debit(self) -> Money:
        return self.amount if self.amount.minor > 0 else Money.zero(self.amount.currency)

    @property
    def credit(self) -> Money:
        return -self.amount if self.amount.minor < 0 else Money.zero(self.amount.currency)


@dataclass(frozen=True, slots=True, kw_only=True)
class JournalExport:
    """What was booked on one day of the shop in one currency: a journal of one line for each account, which balances.

    reference: names it for ever. At most 21 capital letters, digits and dashes, so that it fits a document's number.
    correction: it holds what has been booked on that day since the day was exported, and adds to that.
    rate: what one unit of `currency` is worth in `reporting_currency` on that day; None where nobody knows.
    memo: a sentence for people.

    Raises ValueError for lines that do not balance, or that are no lines of one currency.
    """

    reference: str
    day: date
    currency: str
    lines: tuple[JournalLine, ...]
    memo: str
    reporting_currency: str
    rate: Decimal | None = None
    correction: bool = False

    def __post_init__(self) -> None:
        if not _REFERENCE.fullmatch(self.reference):
            raise ValueError(f"{self.reference!r} is no reference: at most 21 capital letters, digits and dashes.")
        if {line.amount.currency for line in self.lines} != {self.currency}:
            raise ValueError(f"{self.reference} has lines in other currencies than {self.currency}, or none.")
        if not all(line.amount for line in self.lines):
            raise ValueError(f"{self.reference} has a line without an amount.")
        if rest := sum(line.amount.minor for line in self.lines):
            raise ValueError(f"{self.reference} does not balance: it is off by {Money(rest, self.currency)}.")

    @property
    def total(self) -> Money:
        """What its debits come to, and so its credits."""
        return Money(sum(line.debit.minor for line in self.lines), self.currency)


@dataclass(frozen=True, slots=True, kw_only=True)
class Exported:
    """A journal that is in the other books. `external_id`: their own name for it."""

    external_id: str


class AccountingSettings(Settings):
    """The base of an accounting integration's settings."""

    first_day: date | None = Field(
        default=None,
        description="The first day that is exported; left out, the day of the integration's set-up",
    )
    accounts: Mapping[str, str] = Field(
        default_factory=dict,
        description="From the hub's account codes to those of the books; a code that is not named is the same there",
    )

    def account(self, code: str) -> str:
        """What the books call an account of the hub."""
        return self.accounts.get(code, code)


@runtime_checkable
class JournalExporter(Protocol):
    """Capability `export`. The idempotency key is `ctx.key`; `AccountingSettings` say from which day on."""

    def export(self, ctx: Context[Any], batch: JournalExport) -> Exported:
        """Post the journal. Raises Rejected, as for an account that is missing there; Retryable, OutcomeUnknown."""
        ...

    def find_export(self, ctx: Context[Any], batch: JournalExport) -> Exported | None:
        """What was posted with this key or under this reference, or None when nothing was."""
        ...
