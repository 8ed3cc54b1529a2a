"""The bundled forecaster keeps its promises, and says what its published method says."""

from collections.abc import Sequence
from datetime import date, timedelta
from decimal import Decimal
from typing import ClassVar

import pytest

from crossdock import ForecastPoint, History
from crossdock.testing import ForecastContract
from plugins.forecast.seasonal import Seasonal
from plugins.forecast.smoothing import Smoothed, _run, fit

MONDAY = date(2026, 3, 2)


def predicted(days: int, *units: int) -> tuple[ForecastPoint, ...]:
    return Seasonal().predict(History(item="itm_1", sku="TEA-1", start=MONDAY, units=units), days).points


class TestSeasonal(ForecastContract):
    provider = "seasonal"
    earlier_settings: ClassVar[Sequence[dict[str, object]]] = [{}]


def test_the_days_of_the_week_come_again() -> None:
    week = (10, 8, 6, 8, 10, 20, 0)

    points = predicted(14, *week * 4)

    assert [int(point.quantity) for point in points] == [*week, *week]
    assert points[0].day == MONDAY + timedelta(days=28)
    assert all(point.low == point.quantity == point.high for point in points)  # it has never been wrong


def test_a_level_that_has_risen_is_followed() -> None:
    points = predicted(7, *[2] * 60, *[20] * 60)

    assert all(19 < point.quantity < 21 for point in points)


def test_what_was_sold_half_a_year_ago_no_longer_counts() -> None:
    points = predicted(7, *[500] * 30, *[3] * 182)

    assert {(point.low, point.quantity, point.high) for point in points} == {(Decimal(3), Decimal(3), Decimal(3))}


def test_a_new_item_is_measured_over_a_week_at_least() -> None:
    (point,) = predicted(1, 14)

    assert (point.quantity, point.low) == (Decimal(2), Decimal(0))
    assert point.high == Decimal("10.06")  # 2 + 1.645 standard deviations of six days of 0 and one of 14


def test_an_error_moves_the_level_and_its_weekday_by_its_share() -> None:
    smoothed = _run([10] * 28 + [20], 0.2, 0.1)

    assert [smoothed.level, smoothed.season[-1]] == pytest.approx([12.0, 1.0])
    assert smoothed.season[:-1] == (0.0,) * 6
    assert smoothed.variance == pytest.approx(100 / 29)


def test_the_further_ahead_the_wider_by_the_published_formula() -> None:
    smoothed = Smoothed(10.0, (1.0, 0, 0, 0, 0, 0, -1.0), 4.0, 0.2, 0.1)

    assert list(smoothed.ahead(1)) == pytest.approx([11, 2])
    assert list(smoothed.ahead(7)) == pytest.approx([9, (4 * (1 + 0.04 * 6)) ** 0.5])
    assert list(smoothed.ahead(15)) == pytest.approx([11, (4 * (1 + 0.04 * 14 + 0.1 * 2 * 0.5)) ** 0.5])


def test_the_weights_are_those_that_were_wrong_least() -> None:
    units = [7, 9, 4, 6, 8, 15, 1] * 4 + [17, 19, 14, 16, 18, 25, 11] * 4

    assert fit(units).variance < _run(units, 0.02, 0.0).variance
