"""Entries that a plugin proposes to the books. The core checks that they balance, then posts them."""

from dataclasses import dataclass
from datetime import datetime

from crossdock.money import Money


@dataclass(frozen=True, slots=True, kw_only=True)
class Posting:
    """One side of an entry: positive debits the account, negative credits it."""

    account: str
    amount: Money
    sku: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class EntryDraft:
    """A balanced entry: postings sum to zero per currency. `key` makes posting it twice harmless."""

    key: str
    at: datetime
    description: str
    postings: tuple[Posting, ...]
    order: str | None = None

    def imbalance(self) -> list[Money]:
        """What is left over per currency; empty when it balances."""
        sums: dict[str, Money] = {}
        for posting in self.postings:
            currency = posting.amount.currency
            sums[currency] = sums.get(currency, Money.zero(currency)) + posting.amount
        return [rest for rest in sums.values() if rest]
