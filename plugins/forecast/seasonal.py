"""The forecaster: half a year of sales, smoothed, with bounds that nine days of ten stay within."""

from collections.abc import Sequence
from datetime import timedelta
from decimal import Decimal
from statistics import pstdev

from crossdock import Forecast, ForecastPoint, History
from plugins.forecast.smoothing import WEEK, Smoothed, fit

WINDOW_DAYS = 182
"""What was longer ago no longer moves the level."""
NINE_OF_TEN = 1.645
"""Standard deviations either way, of what is distributed normally."""
_PLACES = Decimal("0.01")


class Seasonal:
    """Pure: the same history has the same forecast."""

    def predict(self, history: History, days: int) -> Forecast:
        smoothed = _smoothed(history.units[-WINDOW_DAYS:])
        points = (
            ForecastPoint(day=history.following + timedelta(days=h - 1), quantity=quantity, low=low, high=high)
            for h in range(1, days + 1)
            for low, quantity, high in [_bounds(*smoothed.ahead(h))]
        )
        return Forecast(points=tuple(points))


def _smoothed(units: Sequence[int]) -> Smoothed:
    """An item of less than two weeks has no weekdays yet: its mean, over a week at least, for one sale is no trend."""
    if len(units) >= 2 * WEEK:
        return fit(units)
    whole = [0] * (WEEK - len(units)) + list(units)
    return Smoothed(sum(whole) / len(whole), (0.0,) * WEEK, pstdev(whole) ** 2, 0.0, 0.0)


def _bounds(expected: float, deviation: float) -> tuple[Decimal, Decimal, Decimal]:
    """Low, quantity, high; nobody sells less than nothing."""
    low, high = expected - NINE_OF_TEN * deviation, expected + NINE_OF_TEN * deviation
    return _rounded(low), _rounded(expected), _rounded(high)


def _rounded(figure: float) -> Decimal:
    return Decimal(max(figure, 0.0)).quantize(_PLACES)
