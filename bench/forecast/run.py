"""`python -m bench forecast`: see the README beside it."""

import csv
import gzip
import time
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from statistics import fmean

from crossdock import ForecastPoint, History
from plugins.forecast.seasonal import Seasonal

_DATA = Path(__file__).parents[3] / "shared" / "data" / "online-retail.csv.gz"
_ITEMS, _AHEAD, _WEEK = 100, 14, 7
_FORECASTS = 12
"""Of each item, a week apart, the last one two weeks before the data ends."""


@dataclass(slots=True)
class Score:
    """Errors of units a day, and how many days of how many were within the bounds."""

    days: int = 0
    ours: float = 0
    naive: float = 0
    within: int = 0
    seconds: float = 0
    forecasts: int = 0


def main() -> None:
    if not _DATA.exists():
        print(f"It needs {_DATA}, which is not there.")
        return
    score = Score()
    for history in _best_sold(_DATA):
        for back in range(_FORECASTS):
            _compare(history, len(history.units) - _AHEAD - back * _WEEK, score)
    print(f"{_ITEMS} best sold items, {score.forecasts:,} forecasts of {_AHEAD} days, {score.days:,} days compared")
    print(f"mean absolute error, seasonal      {score.ours / score.days:8.2f} units a day")
    print(f"mean absolute error, last week     {score.naive / score.days:8.2f} units a day")
    print(f"ratio                              {score.ours / score.naive:8.3f}")
    print(f"days within the bounds             {score.within / score.days:8.1%} (promised: 90%)")
    print(f"CPU                                {1000 * score.seconds / score.forecasts:8.2f} ms a forecast")


def _best_sold(path: Path) -> Iterator[History]:
    """Of goods that were paid for, by units; from the first sale to the last whole day of the data."""
    sold: dict[str, Counter[date]] = defaultdict(Counter)
    last = date.min
    with gzip.open(path, "rt", encoding="utf-8", newline="") as rows:
        for row in csv.DictReader(rows):
            day = date.fromisoformat(row["InvoiceDate"][:10])
            last = max(last, day)
            if row["InvoiceNo"].isdigit() and int(row["Quantity"]) > 0 and float(row["UnitPrice"]) > 0:
                sold[row["StockCode"]][day] += int(row["Quantity"])
    for sku, units in sorted(sold.items(), key=lambda each: (-each[1].total(), each[0]))[:_ITEMS]:
        first = min(units)
        days = tuple(units[first + timedelta(days=after)] for after in range((last - first).days))
        yield History(item=sku, sku=sku, start=first, units=days, first_sale=first)


def _compare(history: History, known: int, score: Score) -> None:
    """Forecast from what was known then, against what was sold after it."""
    if known < _WEEK:
        return
    past, future = history.units[:known], history.units[known : known + _AHEAD]
    before = time.process_time()
    points = Seasonal().predict(History(item=history.item, sku=history.sku, start=history.start, units=past), _AHEAD)
    score.seconds += time.process_time() - before
    score.forecasts += 1
    score.days += len(future)
    score.ours += _off([float(point.quantity) for point in points.points], future)
    score.naive += _off([fmean(past[-_WEEK:])] * _AHEAD, future)
    score.within += sum(map(_holds, points.points, future))


def _off(expected: Sequence[float], sold: Sequence[int]) -> float:
    return sum(abs(guess - units) for guess, units in zip(expected, sold, strict=True))


def _holds(point: ForecastPoint, sold: int) -> bool:
    return point.low <= sold <= point.high
