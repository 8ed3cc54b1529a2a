"""What is about to be booked. Plain tuples: an import makes a million of them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from core.errors import Invalid
from core.money import spoken


class Line(NamedTuple):
    """One posting to be: debits positive, credits negative, in minor units. `account` is its code."""

    account: str
    amount_minor: int
    currency: str
    item_id: int | None = None
    channel_id: int | None = None
    order_line_id: int | None = None
    quantity: int | None = None


@dataclass(slots=True, kw_only=True)
class Draft:
    """One entry to be. `book_key` names rule and document: what is known by it already is not booked again.

    None makes one up, for what may be booked any number of times.
    """

    rule: str
    book_key: str | None
    description: str
    postings: Sequence[Line]
    effective_at: datetime
    order_id: int | None = None
    source: str | None = None
    reverses_id: int | None = None


def check_balance(draft: Draft) -> None:
    """Raises Invalid, saying by how much, where a draft does not sum to zero in every currency."""
    sums: dict[str, int] = {}
    for line in draft.postings:
        sums[line[2]] = sums.get(line[2], 0) + line[1]
    off = [spoken(rest, currency) for currency, rest in sums.items() if rest]
    if off:
        said = f"{draft.description!r} does not balance: debits less credits leave {' and '.join(off)}."
        raise Invalid(said, path=("postings",))
