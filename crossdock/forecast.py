"""Providers of kind `forecast`: how many units of an item will be sold on each of the days to come."""

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Protocol, runtime_checkable


@dataclass(frozen=True, slots=True, kw_only=True)
class History:
    """What was sold of one item, day by day, in the shop's own calendar, over all channels.

    item: its id; sku: its name for people.
    units: of each day from `start` on, without a gap: a day without a sale is 0. Empty where it was never sold.
    first_sale: the day of the first sale ever; None where there was none. It may lie before `start`.
    """

    item: str
    sku: str
    start: date
    units: tuple[int, ...] = ()
    first_sale: date | None = None

    @property
    def following(self) -> date:
        """The first day that is not over: forecasts begin with it."""
        return self.start + timedelta(days=len(self.units))


@dataclass(frozen=True, slots=True, kw_only=True)
class ForecastPoint:
    """Units expected to be sold on one day, and the bounds that nine of ten such days stay within."""

    day: date
    quantity: Decimal
    low: Decimal
    high: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class Forecast:
    """One point for each day asked for, in order."""

    points: tuple[ForecastPoint, ...]


@runtime_checkable
class Forecaster(Protocol):
    """Capability `predict`."""

    def predict(self, history: History, days: int) -> Forecast:
        """So many days from `history.following` on. Pure: no I/O, no clock, no chance."""
        ...


def check(history: History, days: int, forecast: Forecast) -> list[str]:
    """What a forecast gets wrong, in sentences: days left out, or figures that cannot be. Empty is right."""
    expected = [history.following + timedelta(days=ahead) for ahead in range(days)]
    if [point.day for point in forecast.points] != expected:
        return [f"It is to tell {days} days from {history.following} on, each once, and tells {_told(forecast)}."]
    return [
        f"On {point.day} it expects {point.quantity}, between {point.low} and {point.high}."
        for point in forecast.points
        if not _possible(point)
    ]


def _possible(point: ForecastPoint) -> bool:
    figures = (point.low, point.quantity, point.high)
    return all(figure.is_finite() for figure in figures) and 0 <= point.low <= point.quantity <= point.high


def _told(forecast: Forecast) -> str:
    days = [point.day for point in forecast.points]
    return f"{len(days)} from {days[0]} to {days[-1]}" if days else "none"
