"""What every forecaster promises: a figure with its bounds for each day asked for, whatever the history."""

from datetime import date, timedelta
from typing import Any, ClassVar

import pytest

from crossdock.forecast import Forecast, History, check
from crossdock.provider import Kind
from crossdock.testing.contract import Contract
from crossdock.testing.isolation import no_network

_TODAY = date(2026, 3, 30)


def _sold(*units: int) -> History:
    """On each of the last days."""
    start = _TODAY - timedelta(days=len(units))
    return History(item="itm_1", sku="TEA-1", start=start, units=units, first_sale=start if units else None)


HISTORIES = {
    "never sold": _sold(),
    "sold yesterday for the first time": _sold(3),
    "three days old": _sold(1, 0, 2),
    "the same every day": _sold(*[5] * 60),
    "never on Sundays": _sold(*[9, 8, 10, 9, 8, 4, 0] * 12),
    "two years": _sold(*[day % 7 + day // 100 for day in range(730)]),
    "seldom": _sold(*[2 if day % 19 == 0 else 0 for day in range(200)]),
    "one large order": _sold(*[1] * 40, 5000, *[1] * 20),
    "sold out long ago": _sold(*[6] * 30, *[0] * 300),
    "millions": _sold(*[3_000_000, 2_000_000] * 30),
}


class ForecastContract(Contract):
    kind: ClassVar[Kind] = "forecast"

    @pytest.mark.parametrize("history", HISTORIES.values(), ids=HISTORIES.keys())
    @pytest.mark.parametrize("days", [1, 30, 365])
    def test_every_day_has_a_figure_within_its_bounds(self, subject: Any, history: History, days: int) -> None:
        forecast = subject.predict(history, days)

        assert isinstance(forecast, Forecast)
        assert check(history, days, forecast) == []

    @pytest.mark.parametrize("history", HISTORIES.values(), ids=HISTORIES.keys())
    def test_it_is_pure(self, subject: Any, history: History) -> None:
        with no_network():
            assert subject.predict(history, 14) == subject.predict(history, 14)

    @pytest.mark.parametrize("history", HISTORIES.values(), ids=HISTORIES.keys())
    def test_a_longer_forecast_begins_like_a_shorter_one(self, subject: Any, history: History) -> None:
        assert subject.predict(history, 30).points[:7] == subject.predict(history, 7).points

    def test_what_was_never_sold_is_expected_not_to_be(self, subject: Any) -> None:
        points = subject.predict(HISTORIES["never sold"], 7).points

        assert {point.quantity for point in points} == {0}

    def test_what_sells_more_is_expected_to_sell_more(self, subject: Any) -> None:
        few, many = (subject.predict(_sold(*[units] * 60), 7).points[0] for units in (2, 200))

        assert few.quantity < many.quantity
