"""Money that belongs to no order: adjustments a file brings, and credit notes whose order nobody knows."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from core.flows.book.amounts import GIVEN_BACK, INCOME, UNITS_SOLD
from core.ledgers import accounts, service
from core.ledgers.service import Draft, Line
from crossdock.orders import LineKind


@dataclass(frozen=True, slots=True, kw_only=True)
class AdjustmentLine:
    """One amount with its tax in it, in minor units. Its kind says which account it belongs to."""

    kind: LineKind
    amount_minor: int
    tax_minor: int = 0
    item_id: int | None = None
    quantity: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Adjustment:
    """One document. `key` makes telling it twice harmless; `source` is its public id, or the caller's own words."""

    key: str
    at: datetime
    currency: str
    description: str
    lines: tuple[AdjustmentLine, ...]
    channel_id: int | None = None
    source: str | None = None


def adjustments(session: Session, given: Iterable[Adjustment]) -> None:
    """Book amounts against what customers owe. Positive ones are income, negative ones costs: bad debt, for one."""
    drafts = []
    for each in given:
        postings = [
            Line(INCOME[line.kind], line.tax_minor - line.amount_minor, each.currency, line.item_id, each.channel_id)
            for line in each.lines
        ]
        postings.append(_tax(each, -1))
        postings.append(Line(accounts.RECEIVABLE, _total(each), each.currency, None, each.channel_id))
        drafts.append(_draft("adjustment", f"adjustment:{each.key}", each, postings))
    service.post(session, drafts, move_into_open=True)


def credits(session: Session, notes: Iterable[Adjustment]) -> None:  # noqa: A001  # the trade's word
    """Book credit notes that no order is known for: owed to the customer, and paid. Amounts are positive."""
    drafts = []
    for note in notes:
        about = (note.currency, None, note.channel_id)
        postings = [
            Line(
                GIVEN_BACK[line.kind],
                line.amount_minor - line.tax_minor,
                note.currency,
                line.item_id,
                note.channel_id,
                None,
                line.quantity if line.kind in UNITS_SOLD else None,
            )
            for line in note.lines
        ]
        postings.append(_tax(note, 1))
        postings.append(Line(accounts.REFUNDS_PAYABLE, -_total(note), *about))
        drafts.append(_draft("credit", f"credit:{note.key}", note, postings))
        paid = [Line(accounts.REFUNDS_PAYABLE, _total(note), *about), Line(accounts.BANK, -_total(note), *about)]
        drafts.append(_draft("credit_paid", f"credit_paid:{note.key}", note, paid))
    service.post(session, drafts, move_into_open=True)


def _total(each: Adjustment) -> int:
    return sum(line.amount_minor for line in each.lines)


def _tax(each: Adjustment, sign: int) -> Line:
    tax = sum(line.tax_minor for line in each.lines)
    return Line(accounts.SALES_TAX, sign * tax, each.currency, None, each.channel_id)


def _draft(rule: str, key: str, each: Adjustment, postings: list[Line]) -> Draft:
    return Draft(
        rule=rule,
        book_key=key,
        description=each.description,
        postings=postings,
        source=each.source,
        effective_at=each.at,
    )
