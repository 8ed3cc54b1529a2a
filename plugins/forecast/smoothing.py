"""Holt and Winters' exponential smoothing with an additive season of a week and no trend: ETS(A,N,A).

With y the units of a day, l the level and s the season of its weekday, each day corrects both by its error e:

    e = y - (l + s),  l' = l + a e,  s' = s + g e

    a day h ahead is l + s of its weekday, with the variance v (1 + a^2 (h - 1) + g k (2a + g)), k = (h - 1) div 7

where v is the mean of e^2: R. J. Hyndman, G. Athanasopoulos, "Forecasting: Principles and Practice", 3rd edition, 2021,
sections 8.5 and 8.7 (table 8.8), after P. R. Winters, Management Science 6, 1960. Of a grid of a and g those are taken
whose errors over the history have the least mean square. It begins with the means of the first four weeks.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import fmean

WEEK = 7
_HEAD = 4 * WEEK
_GRID = tuple((a, g) for a in (0.02, 0.05, 0.1, 0.2, 0.3) for g in (0.0, 0.02, 0.05, 0.1))


@dataclass(frozen=True, slots=True)
class Smoothed:
    """Where a history has come to. season: of the days that follow, the next one first; variance: of a day's error."""

    level: float
    season: tuple[float, ...]
    variance: float
    a: float
    g: float

    def ahead(self, h: int) -> tuple[float, float]:
        """Units of the h-th day that follows (from 1), and their standard deviation."""
        weeks = (h - 1) // WEEK
        grown = 1 + self.a**2 * (h - 1) + self.g * weeks * (2 * self.a + self.g)
        return self.level + self.season[(h - 1) % WEEK], (self.variance * grown) ** 0.5


def fit(units: Sequence[int]) -> Smoothed:
    """The best of the grid for a history of two weeks at least."""
    return min((_run(units, a, g) for a, g in _GRID), key=lambda smoothed: smoothed.variance)


def _run(units: Sequence[int], a: float, g: float) -> Smoothed:
    head = units[:_HEAD]
    level = fmean(head)
    season = [fmean(head[weekday::WEEK]) - level for weekday in range(WEEK)]
    squares, weekday = 0.0, 0
    for sold in units:
        error = sold - level - season[weekday]
        level += a * error
        season[weekday] += g * error
        squares += error * error
        weekday = (weekday + 1) % WEEK
    return Smoothed(level, tuple(season[weekday:] + season[:weekday]), squares / len(units), a, g)
