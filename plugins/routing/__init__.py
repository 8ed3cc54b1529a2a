"""Five ways to choose who ships an order: by priority, distance, cost, speed or number of parcels."""

from collections.abc import Sequence

import crossdock
from plugins.routing.cheapest import LowestCost
from plugins.routing.fastest import Fastest
from plugins.routing.fewest import FewestSplits
from plugins.routing.nearest import Nearest
from plugins.routing.priority import Priority

manifest = crossdock.Manifest(summary="Routing by priority, distance, cost, speed or number of parcels.")

Strategy = type[Priority | Nearest | LowestCost | Fastest | FewestSplits]
STRATEGIES: tuple[Strategy, ...] = (Priority, Nearest, LowestCost, Fastest, FewestSplits)


@crossdock.hookimpl
def crossdock_providers() -> Sequence[crossdock.Provider]:
    return [_provider(strategy) for strategy in STRATEGIES]


def _provider(strategy: Strategy) -> crossdock.Provider:
    return crossdock.Provider(
        strategy.name,
        kind="routing",
        settings=crossdock.Settings,
        factory=lambda _: strategy(),
        capabilities={"plan"},
        summary=strategy.summary,
    )
