"""ForecastPoint: what is expected to be sold of an item on a day."""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal

import strawberry

from core.flows import forecast
from schema.context import Context

DAYS = 30
"""Where nobody says how many."""


@strawberry.type
class ForecastPoint:
    """Units expected to be sold on one day of the shop; nine of ten such days are to stay between `low` and `high`."""

    day: date
    quantity: Decimal
    low: Decimal
    high: Decimal


async def forecasts(ctx: Context, item_ids: Sequence[int], days: int | None) -> list[list[ForecastPoint]]:
    """Of each item. They are about all channels and locations together: a key of some of them sees none."""
    expected = await ctx.run(
        forecast.expect, ctx.hub, () if ctx.viewer.limited else item_ids, DAYS if days is None else days
    )
    return [
        [
            ForecastPoint(day=point.day, quantity=point.quantity, low=point.low, high=point.high)
            for point in expected.get(item_id, ())
        ]
        for item_id in item_ids
    ]
