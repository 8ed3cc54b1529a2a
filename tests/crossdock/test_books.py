"""What goes into other books balances by construction; what is forecast is checked."""

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

import crossdock
from crossdock import AccountingSettings, Exported, Forecast, ForecastPoint, History, JournalExport, JournalLine, Money
from crossdock.forecast import check
from crossdock.testing import AccountingContract, ForecastContract
from crossdock.testing.accounting import DAY
from crossdock.testing.forecast import HISTORIES
from plugins.forecast.seasonal import Seasonal
from tests.core.flows import bookkeeper

MARCH = date(2026, 3, 2)
SOLD = History(item="itm_1", sku="TEA-1", start=MARCH, units=(2, 4))


def a_line(minor: int, currency: str = "GBP") -> JournalLine:
    return JournalLine(account="4000", name="Sales", amount=Money(minor, currency))


def test_a_line_has_a_debit_or_a_credit() -> None:
    assert (a_line(5).debit, a_line(5).credit) == (Money(5, "GBP"), Money(0, "GBP"))
    assert (a_line(-5).debit, a_line(-5).credit) == (Money(0, "GBP"), Money(5, "GBP"))
    assert DAY.total == Money(7199, "GBP")


@pytest.mark.parametrize(
    ("changed", "sentence"),
    [
        ({"lines": (a_line(5), a_line(-4))}, "does not balance: it is off by 0.01 GBP"),
        ({"lines": ()}, "or none"),
        ({"lines": (a_line(5, "EUR"), a_line(-5, "EUR"))}, "other currencies than GBP"),
        ({"lines": (a_line(5), a_line(-5), a_line(0))}, "without an amount"),
        ({"reference": "CD-20260302-GBP-123456"}, "at most 21"),
        ({"reference": ""}, "is no reference"),
    ],
)
def test_a_journal_that_cannot_be_is_not_made(changed: dict[str, Any], sentence: str) -> None:
    with pytest.raises(ValueError, match=sentence):
        replace(DAY, **changed)


def test_a_code_that_is_not_mapped_is_the_same_in_the_books() -> None:
    settings = AccountingSettings(accounts={"4000": "200"})

    assert (settings.account("4000"), settings.account("4050")) == ("200", "4050")


def a_point(after: int, *figures: str) -> ForecastPoint:
    low, quantity, high = map(Decimal, figures)
    return ForecastPoint(day=MARCH + timedelta(days=after), low=low, quantity=quantity, high=high)


@pytest.mark.parametrize(
    ("points", "sentence"),
    [
        ([a_point(2, "0", "1", "2"), a_point(3, "1", "1", "1")], None),
        (
            [a_point(2, "0", "1", "2")],
            "It is to tell 2 days from 2026-03-04 on, each once, and tells 1 from 2026-03-04",
        ),
        ([], "and tells none"),
        ([a_point(1, "0", "1", "2"), a_point(2, "0", "1", "2")], "tells 2 from 2026-03-03 to 2026-03-04"),
        ([a_point(2, "0", "1", "2")] * 2, "each once"),
        ([a_point(2, "0", "1", "2"), a_point(3, "-1", "1", "2")], "On 2026-03-05 it expects 1, between -1 and 2."),
        ([a_point(2, "0", "3", "2"), a_point(3, "0", "1", "2")], "On 2026-03-04 it expects 3, between 0 and 2."),
        ([a_point(2, "0", "1", "2"), a_point(3, "0", "1", "Infinity")], "between 0 and Infinity"),
        ([a_point(2, "0", "1", "2"), a_point(3, "NaN", "1", "2")], "between NaN and 2"),
    ],
)
def test_a_forecast_that_cannot_be_is_told_in_a_sentence(points: list[ForecastPoint], sentence: str | None) -> None:
    wrong = check(SOLD, 2, Forecast(points=tuple(points)))

    assert (wrong == []) if sentence is None else (sentence in wrong[0])


class _Careful(bookkeeper.Bookkeeper):
    """Looks before it posts."""

    def export(self, ctx: bookkeeper.Ctx, batch: JournalExport) -> Exported:
        return self.find_export(ctx, batch) or super().export(ctx, batch)


class TestBookkeeper(AccountingContract):
    provider = "bookkeeper"

    @pytest.fixture
    def registration(self) -> crossdock.Provider:
        (found,) = bookkeeper.crossdock_providers()
        return found

    @pytest.fixture
    def subject(self) -> _Careful:
        return _Careful()


def test_the_suite_sees_books_that_take_a_journal_twice(tmp_path: Path) -> None:
    integration = crossdock.Integration("books", "bookkeeper", AccountingSettings())

    with pytest.raises(AssertionError):
        TestBookkeeper().test_one_key_posts_a_journal_once(bookkeeper.Bookkeeper(), integration, tmp_path)


class _Gloomy(Seasonal):
    """Expects that all comes back."""

    def predict(self, history: History, days: int) -> Forecast:
        points = super().predict(history, days).points
        return Forecast(points=tuple(replace(point, low=Decimal(-1)) for point in points))


def test_the_suite_sees_a_forecaster_that_expects_less_than_nothing() -> None:
    with pytest.raises(AssertionError):
        ForecastContract().test_every_day_has_a_figure_within_its_bounds(_Gloomy(), HISTORIES["seldom"], 30)
