"""Demand expected from what was sold: a level that follows the sales, and the days of the week."""

from collections.abc import Sequence

import crossdock
from plugins.forecast.seasonal import Seasonal

manifest = crossdock.Manifest(summary="Demand by exponential smoothing, with the days of the week.", api="1.2")


@crossdock.hookimpl
def crossdock_providers() -> Sequence[crossdock.Provider]:
    return [
        crossdock.Provider(
            "seasonal",
            kind="forecast",
            settings=crossdock.Settings,
            factory=lambda _: Seasonal(),
            capabilities={"predict"},
            summary="A level that follows the sales, and the days of the week; bounds for nine days of ten.",
        )
    ]
