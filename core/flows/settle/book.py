"""Settlements in the books, through an account of their own that each complete one leaves at zero.

A charge or refund was booked as money in the bank when it was captured or paid: it was the channel that held it. A fee
settles what was expected of it; the difference is the fee's. What waits stands in suspense. The payout comes last.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from core.flows.book.amounts import GIVEN_BACK
from core.ledgers import accounts, service
from core.ledgers.models import JournalEntry
from core.ledgers.service import Draft, Line
from core.settlements.judge import Sort, sort_of
from core.settlements.models import Settlement, SettlementLine, SettlementLineState

WAITS = {SettlementLineState.UNMATCHED, SettlementLineState.SUSPENSE}


def book_lines(session: Session, settlements: Mapping[int, Settlement], lines: Sequence[SettlementLine]) -> None:
    """Book rows as they stand. One that waited before leaves suspense; booked twice, it is booked once."""
    keys = {f"settlement:suspense:stll_{line.id}": line.id for line in lines}
    booked = session.scalars(select(JournalEntry.book_key).where(JournalEntry.book_key.in_(list(keys))))
    waited = {keys[key] for key in booked}
    drafts = []
    for line in lines:
        settlement = settlements[line.settlement_id]
        if line.state in WAITS:
            drafts.append(_draft(settlement, line, "suspense", _arrived(settlement, line, accounts.SUSPENSE)))
        elif line.id in waited:
            drafts.append(_draft(settlement, line, "matched", _left_suspense(settlement, line)))
        else:
            drafts.append(_draft(settlement, line, "matched", _at_once(settlement, line)))
    service.post(session, drafts, move_into_open=True)


def book_payout(session: Session, settlements: Sequence[Settlement]) -> None:
    """The money on its way to the bank, once for each complete settlement."""
    drafts = []
    for one in settlements:
        about = (one.currency, None, one.channel_id)
        drafts.append(
            Draft(
                rule="payout",
                book_key=f"payout:stl_{one.id}",
                description=f"Payout of settlement {one.external_id}",
                postings=[
                    Line(accounts.BANK, one.payout_minor, *about),
                    Line(accounts.SETTLEMENTS, -one.payout_minor, *about),
                ],
                source=f"stl_{one.id}",
                effective_at=_day(one, None),
            )
        )
    service.post(session, drafts, move_into_open=True)


def _draft(settlement: Settlement, line: SettlementLine, step: str, postings: list[Line]) -> Draft:
    return Draft(
        rule="settlement",
        book_key=f"settlement:{step}:stll_{line.id}",
        description=f"{line.raw_kind} of settlement {settlement.external_id}",
        postings=postings,
        order_id=line.order_id if step == "matched" else None,
        source=f"stll_{line.id}",
        effective_at=_day(settlement, line),
    )


def _at_once(settlement: Settlement, line: SettlementLine) -> list[Line]:
    """What is known when it comes: from the settlement to where it belongs, in the currency in which it arose."""
    if line.currency == settlement.currency:
        return [
            Line(accounts.SETTLEMENTS, line.settled_minor, settlement.currency, None, settlement.channel_id),
            *_belongs(settlement, line, line.amount_minor, line.currency),
        ]
    return [
        *_arrived(settlement, line, accounts.CURRENCY_CLEARING),
        Line(accounts.CURRENCY_CLEARING, line.amount_minor, line.currency, None, settlement.channel_id),
        *_belongs(settlement, line, line.amount_minor, line.currency),
    ]


def _left_suspense(settlement: Settlement, line: SettlementLine) -> list[Line]:
    channel = settlement.channel_id
    out = Line(accounts.SUSPENSE, line.settled_minor, settlement.currency, None, channel)
    if line.currency == settlement.currency:
        return [out, *_belongs(settlement, line, line.amount_minor, line.currency)]
    return [
        out,
        Line(accounts.CURRENCY_CLEARING, -line.settled_minor, settlement.currency, None, channel),
        Line(accounts.CURRENCY_CLEARING, line.amount_minor, line.currency, None, channel),
        *_belongs(settlement, line, line.amount_minor, line.currency),
    ]


def _arrived(settlement: Settlement, line: SettlementLine, account: str) -> list[Line]:
    about = (settlement.currency, None, settlement.channel_id)
    return [Line(accounts.SETTLEMENTS, line.settled_minor, *about), Line(account, -line.settled_minor, *about)]


def _belongs(settlement: Settlement, line: SettlementLine, amount: int, currency: str) -> list[Line]:
    """The side of a row that says what it is; together they come to the opposite of its amount."""
    about = (currency, None, settlement.channel_id)
    if line.account is not None:
        return [Line(line.account, -amount, *about)]
    sort = sort_of(line)
    if sort in {Sort.CHARGE, Sort.REFUND}:
        return [Line(accounts.BANK, -amount, *about)]
    if sort is Sort.FEE and line.kind is not None:
        expected = line.expected_minor or 0
        return [
            Line(accounts.ACCRUED_FEES, -expected, *about),
            Line(GIVEN_BACK[line.kind], expected - amount, *about),
        ]
    return [Line(accounts.OTHER_COSTS, -amount, *about)]


def _day(settlement: Settlement, line: SettlementLine | None) -> datetime:
    """A row without a date counts on the day of its payout."""
    own = line.posted_at if line is not None else None
    return own or settlement.paid_at or settlement.period_end or settlement.imported_at
