"""Money never loses a cent, and never takes one that is not there."""

import re
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as some

from crossdock import EXPONENTS, Money, cumulative, divide, exponent

AMOUNTS = some.integers(-(10**9), 10**9)
CURRENCIES = some.sampled_from(["GBP", "JPY", "KWD", "CLF"])


@pytest.mark.parametrize(
    ("text", "currency", "minor"),
    [
        ("9.99", "GBP", 999),
        ("-0.01", "GBP", -1),
        ("1200", "JPY", 1200),
        ("1200.00", "JPY", 1200),
        ("1.234", "KWD", 1234),
        (".5", "GBP", 50),
        ("5.", "GBP", 500),
        (Decimal("1E+3"), "GBP", 100_000),
    ],
)
def test_a_decimal_string_is_read_exactly(text: str | Decimal, currency: str, minor: int) -> None:
    assert Money.parse(text, currency) == Money(minor, currency)


@pytest.mark.parametrize(
    ("text", "currency", "sentence"),
    [
        ("9.999", "GBP", "9.999 has too many decimals: GBP has 2."),
        ("1200.5", "JPY", "too many decimals: JPY has 0"),
        ("", "GBP", "is not an amount"),
        (".", "GBP", "is not an amount"),
        ("1,000", "GBP", "is not an amount"),
        ("1e3", "GBP", "is not an amount"),
        ("NaN", "GBP", "is not an amount"),
        (Decimal("Infinity"), "GBP", "is not an amount"),
        ("٣", "GBP", "is not an amount"),
        ("9" * 5000, "GBP", "is not an amount"),
        ("1", "gbp", "'gbp' is not a currency"),
    ],
)
def test_what_is_no_amount_is_refused_with_a_sentence(text: str | Decimal, currency: str, sentence: str) -> None:
    with pytest.raises(ValueError, match=re.escape(sentence)):
        Money.parse(text, currency)


@given(AMOUNTS, CURRENCIES)
def test_what_is_written_is_read_back(minor: int, currency: str) -> None:
    money = Money(minor, currency)

    assert Money.parse(money.amount, currency) == money
    assert str(money) == f"{money.amount:f} {currency}"


@given(AMOUNTS, some.lists(some.integers(0, 10**6), min_size=1, max_size=20))
def test_the_parts_of_a_split_sum_to_the_whole(minor: int, weights: list[int]) -> None:
    assert sum(cumulative(minor, weights)) == minor


@given(AMOUNTS, some.lists(some.integers(1, 1000), min_size=1, max_size=20))
def test_a_part_is_never_further_than_one_cent_from_its_exact_share(minor: int, weights: list[int]) -> None:
    total = sum(weights)

    for part, weight in zip(cumulative(minor, weights), weights, strict=True):
        assert abs(part * total - minor * weight) <= total


def test_weights_of_nothing_count_as_equal() -> None:
    assert cumulative(100, [0, 0, 0]) == [33, 34, 33]


@pytest.mark.parametrize("weights", [[], [1, -1]])
def test_a_split_without_sense_is_refused(weights: list[int]) -> None:
    with pytest.raises(ValueError, match="at least one weight"):
        cumulative(100, weights)


@pytest.mark.parametrize(("numerator", "quotient"), [(1, 1), (-1, -1), (3, 2), (-3, -2), (2, 1), (0, 0)])
def test_halves_are_rounded_away_from_zero(numerator: int, quotient: int) -> None:
    assert divide(numerator, 2) == quotient
    assert divide(-numerator, -2) == quotient


@given(some.integers(0, 10**7), some.lists(some.integers(0, 7), min_size=1, max_size=10))
def test_units_taken_step_by_step_carry_the_whole(minor: int, steps: list[int]) -> None:
    left, units, taken = Money(minor, "GBP"), sum(steps), Money.zero("GBP")
    for step in steps:
        part = left.take(step, units) if units else left
        assert Money.zero("GBP") <= part <= left
        left, units, taken = left - part, units - step, taken + part

    assert taken + left == Money(minor, "GBP")
    assert not left or not sum(steps)


def test_units_go_at_the_price_that_the_shopper_paid() -> None:
    left, parts = Money.parse("179.25", "GBP"), []
    for quantity, of in ((3, 10), (4, 7), (3, 3)):
        parts.append(left.take(quantity, of))
        left -= parts[-1]

    assert [str(part.amount) for part in parts] == ["53.79", "71.68", "53.78"]


@given(AMOUNTS, some.lists(some.integers(1, 50), min_size=1, max_size=8))
def test_shares_of_a_running_total_sum_to_the_whole(minor: int, parts: list[int]) -> None:
    money, whole, before, upto = Money(minor, "GBP"), sum(parts), Money.zero("GBP"), 0
    pieces = []
    for part in parts:
        upto += part
        pieces.append(money.share(upto, whole) - before)
        before = money.share(upto, whole)

    assert Money.sum(pieces, "GBP") == money


def test_two_currencies_are_never_added_or_compared() -> None:
    with pytest.raises(ValueError, match="two currencies"):
        Money(1, "GBP") + Money(1, "EUR")
    with pytest.raises(ValueError, match="two currencies"):
        assert Money(1, "GBP") < Money(1, "EUR")


@pytest.mark.parametrize(("value", "minor"), [("0.005", 1), ("-0.005", -1), ("0.0049", 0), ("1E+2", 10_000)])
def test_any_decimal_is_rounded_to_the_nearest_amount(value: str, minor: int) -> None:
    assert Money.rounded(Decimal(value), "GBP") == Money(minor, "GBP")


def test_currencies_know_their_decimals() -> None:
    assert [exponent(code) for code in ("GBP", "JPY", "KWD", "CLF")] == [2, 0, 3, 4]
    assert all(len(code) == 3 and code.isupper() for code in EXPONENTS)
