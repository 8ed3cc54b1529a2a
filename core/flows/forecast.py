"""Asking the forecaster what will be sold."""

import time
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import structlog

from core import clock
from core.errors import Invalid, PluginFault
from core.replenishment.history import histories
from core.settings import service as settings
from crossdock import ForecastPoint, History
from crossdock.forecast import check

if TYPE_CHECKING:
    from core.hub import Hub

log = structlog.get_logger(__name__)

MOST_DAYS = 365
_SECONDS = 10.0
"""For all items of one request; those that are left then have no forecast."""


def expect(hub: "Hub", item_ids: Sequence[int], days: int) -> Mapping[int, Sequence[ForecastPoint]]:
    """What is expected to be sold of each item on so many days, today first, by the item's id.

    Of several forecasters the one whose integration's key comes first is asked. Without one there is nothing, nor is
    there of bundles, and of an item that it cannot bear: the others have theirs. Raises Invalid for days out of range.
    """
    if not 1 <= days <= MOST_DAYS:
        raise Invalid(f"A forecast is of 1 to {MOST_DAYS} days, not {days}.", path=("days",))
    forecasters = hub.providers("forecast", "predict")
    if not forecasters or not item_ids:
        return {}
    with hub.transaction() as session:
        today = clock.day_of(clock.now(), settings.current(session).timezone)
        sold = histories(session, item_ids, today)
    key, forecaster = forecasters[0]
    until = time.monotonic() + _SECONDS
    expected: dict[int, Sequence[ForecastPoint]] = {}
    for item_id, history in sold.items():
        if time.monotonic() > until:
            log.warning("forecast.too_slow", integration=key, asked=len(sold), answered=len(expected))
            break
        try:
            expected[item_id] = _points(forecaster, history, days)
        except Exception as error:  # noqa: BLE001  # a plugin may raise anything; the other items are told
            log.warning("forecast.failed", integration=key, item=history.sku, reason=str(error))
    return expected


def _points(forecaster: Any, history: History, days: int) -> Sequence[ForecastPoint]:
    """Raises PluginFault for a forecast that cannot be, and what the forecaster raises."""
    forecast = forecaster.predict(history, days)
    wrong = check(history, days, forecast)
    if wrong:
        raise PluginFault(wrong[0])
    points: Sequence[ForecastPoint] = forecast.points
    return points


__all__ = ["MOST_DAYS", "expect"]
