"""Time, ids and money: the pure parts that everything stands on."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest

from core import clock, ids
from core.errors import Invalid, NotFound
from core.money import LARGEST, spoken, to_decimal, to_minor


@pytest.mark.parametrize(
    ("text", "span"),
    [
        ("90", timedelta(seconds=90)),
        ("-30m", timedelta(minutes=-30)),
        ("+2d12h", timedelta(days=2, hours=12)),
        ("1d2h3m4s", timedelta(days=1, hours=2, minutes=3, seconds=4)),
        (" 0s ", timedelta()),
    ],
)
def test_durations_are_read(text: str, span: timedelta) -> None:
    assert clock.parse_offset(text) == span


@pytest.mark.parametrize("text", ["", "-", "soon", "1h1d", "1.5h"])
def test_what_is_no_duration_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="is not a duration"):
        clock.parse_offset(text)


def test_the_clock_is_aware_and_can_be_moved() -> None:
    before = clock.now()
    clock.shift(timedelta(hours=1))
    try:
        assert clock.now().tzinfo is UTC
        assert timedelta(hours=1) <= clock.now() - before < timedelta(hours=1, minutes=1)
    finally:
        clock.shift(timedelta(hours=-1))


def test_days_are_those_of_the_zone() -> None:
    late = datetime(2026, 3, 28, 23, 30, tzinfo=UTC)

    assert clock.day_of(late, "Europe/Berlin") == date(2026, 3, 29)
    assert clock.start_of_day(date(2026, 3, 29), "Europe/Berlin") == datetime(2026, 3, 28, 23, tzinfo=UTC)
    assert clock.start_of_day(date(2026, 3, 30), "Europe/Berlin") == datetime(2026, 3, 29, 22, tzinfo=UTC)


def test_ids_say_what_they_are() -> None:
    assert ids.encode("ord", 1042) == "ord_1042"
    assert ids.decode("ord_1042") == ("ord", 1042)
    assert ids.number_of("ord", "ord_1042") == 1042
    for text in ("", "1042", "ord_", "ord_01", "ord_-1", "ord_1 ", "ORD_1", "ord_1\n", "ord_" + "9" * 19, "ord_\u0661"):
        assert ids.decode(text) is None
    with pytest.raises(NotFound) as refused:
        ids.number_of("ord", "itm_1", path=("id",))
    assert refused.value.path == ("id",)


@pytest.mark.parametrize(
    ("amount", "currency", "minor"),
    [("9.99", "GBP", 999), ("1200", "JPY", 1200), ("1.234", "KWD", 1234), ("-1.50", "EUR", -150)],
)
def test_money_goes_both_ways(amount: str, currency: str, minor: int) -> None:
    assert to_minor(Decimal(amount), currency) == minor
    assert to_decimal(minor, currency) == Decimal(amount)


@pytest.mark.parametrize(
    ("amount", "currency"),
    [
        ("1.005", "GBP"),
        ("0.5", "JPY"),
        ("NaN", "GBP"),
        ("Infinity", "GBP"),
        ("1", "XXX"),
        ("1", "gbp"),
        ("1e30", "GBP"),
    ],
)
def test_money_that_makes_no_sense_is_refused(amount: str, currency: str) -> None:
    with pytest.raises(Invalid):
        to_minor(Decimal(amount), currency, path=("amount",))


def test_money_is_spoken_and_has_an_end() -> None:
    assert spoken(120450, "GBP") == "1,204.50 GBP"
    assert to_minor(Decimal(LARGEST).scaleb(-2), "GBP") == LARGEST
