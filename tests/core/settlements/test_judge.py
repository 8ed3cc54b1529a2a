"""Rows of payouts against what was expected of them."""

from typing import Any

from core.settlements.judge import Judgement, Key, judge
from core.settlements.models import SettlementLine
from core.settlements.models import SettlementLineState as State
from crossdock.orders import LineKind

CHARGE: Key = (7, "CHARGE", "GBP")
COMMISSION: Key = (7, "COMMISSION", "GBP")


def a_row(kind: LineKind | None, amount: int, **columns: Any) -> SettlementLine:
    about = {"order_id": 7, "refund": False, "currency": "GBP", "raw_kind": "Row", **columns}
    return SettlementLine(kind=kind, amount_minor=amount, settled_minor=amount, **about)


def states(expected: dict[Key, int], *rows: SettlementLine) -> list[State]:
    return [found.state for found in judge(rows, expected)]


def test_rows_that_share_an_expectation_are_compared_together_on_the_last() -> None:
    price, postage = a_row(LineKind.GOODS, 900), a_row(LineKind.SHIPPING, 100)

    assert states({CHARGE: 1000}, price, postage) == [State.MATCHED, State.MATCHED]
    off = judge([price, postage], {CHARGE: 1050})
    assert off == [
        Judgement(State.MATCHED, None, 900),
        Judgement(State.VARIANCE, "It is not what was expected.", 150),
    ]


def test_a_fee_that_nobody_told_of_is_no_variance_but_a_charge_without_payment_is() -> None:
    assert states({}, a_row(LineKind.COMMISSION, -15)) == [State.MATCHED]
    assert states({COMMISSION: -20}, a_row(LineKind.COMMISSION, -15)) == [State.VARIANCE]
    assert states({}, a_row(LineKind.GOODS, 100)) == [State.VARIANCE]


def test_only_a_fee_may_belong_to_no_order() -> None:
    assert states({}, a_row(LineKind.MARKETPLACE_FEE, -5, order_id=None)) == [State.MATCHED]
    assert states({}, a_row(LineKind.GOODS, 5, order_id=None)) == [State.UNMATCHED]
    assert states({}, a_row(LineKind.MARKETPLACE_FEE, -5, order_id=None, order_name="X")) == [State.UNMATCHED]


def test_what_nobody_knows_waits_until_a_person_names_its_account() -> None:
    assert states({}, a_row(None, 5)) == [State.SUSPENSE]
    assert states({}, a_row(LineKind.BAD_DEBT, 5)) == [State.SUSPENSE]
    assert states({}, a_row(None, 5, account="5900")) == [State.MATCHED]
