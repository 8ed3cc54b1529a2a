"""What a row of a payout is, and what of it was expected. Pure."""

import enum
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from core.settlements.models import SettlementLine, SettlementLineState
from crossdock.orders import LineKind


class Sort(enum.StrEnum):
    """What the books know a row as."""

    CHARGE = "CHARGE"
    REFUND = "REFUND"
    FEE = "FEE"
    UNKNOWN = "UNKNOWN"


FEES = frozenset({LineKind.COMMISSION, LineKind.MARKETPLACE_FEE, LineKind.BANK_CHARGE})
_CHARGES = frozenset({LineKind.GOODS, LineKind.SHIPPING, LineKind.DISCOUNT, LineKind.VOUCHER, LineKind.MANUAL})

Key = tuple[int, str, str]
"""An order, the sort of money (for a fee: its kind), and a currency."""


def sort_of(line: SettlementLine) -> Sort:
    if line.kind in FEES:
        return Sort.FEE
    if line.kind in _CHARGES:
        return Sort.REFUND if line.refund else Sort.CHARGE
    return Sort.UNKNOWN


def key_of(line: SettlementLine) -> Key | None:
    """Under which expectation a row falls; None where it belongs to no order."""
    if line.order_id is None:
        return None
    sort = sort_of(line)
    return line.order_id, str(line.kind) if sort is Sort.FEE else sort.value, line.currency


class Judgement(NamedTuple):
    state: SettlementLineState
    reason: str | None = None
    expected: int | None = None


def judge(lines: Sequence[SettlementLine], expected: Mapping[Key, int]) -> list[Judgement]:
    """What each row is by what it names. `expected` is what is still to come for each key, signed as in a payout.

    Where several rows share an expectation, it is compared with their sum, on the last of them.
    """
    last = {key_of(line): place for place, line in enumerate(lines)}
    left = dict(expected)
    judged = []
    for place, line in enumerate(lines):
        found = _alone(line)
        if found is None:
            found = _compared(line, left, is_last=last[key_of(line)] == place)
        judged.append(found)
    return judged


def _alone(line: SettlementLine) -> Judgement | None:
    """The judgement of a row that cannot be compared with anything."""
    if line.account is not None:
        return Judgement(SettlementLineState.MATCHED)
    sort = sort_of(line)
    if sort is Sort.UNKNOWN:
        return Judgement(SettlementLineState.SUSPENSE, f"Nobody knows what {line.raw_kind!r} is.")
    if line.order_id is None and line.order_name:
        return Judgement(SettlementLineState.UNMATCHED, f"No order or shipment here is called {line.order_name}.")
    if line.order_id is None and sort is not Sort.FEE:
        return Judgement(SettlementLineState.UNMATCHED, "It names no order.")
    if line.order_id is None:
        return Judgement(SettlementLineState.MATCHED)
    return None


def _compared(line: SettlementLine, left: dict[Key, int], *, is_last: bool) -> Judgement:
    key = key_of(line)
    assert key is not None
    if key not in left:
        if sort_of(line) is Sort.FEE:
            return Judgement(SettlementLineState.MATCHED)  # nobody told what it would be
        what = "refund" if line.refund else "payment"
        return Judgement(SettlementLineState.VARIANCE, f"The hub knows of no such {what} of this order.", 0)
    expected = left[key] if is_last else line.amount_minor
    left[key] -= expected
    if expected == line.amount_minor:
        return Judgement(SettlementLineState.MATCHED, None, expected)
    return Judgement(SettlementLineState.VARIANCE, "It is not what was expected.", expected)
