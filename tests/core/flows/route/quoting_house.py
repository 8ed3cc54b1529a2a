"""A house elsewhere, as a plugin: it says what shipping an order would take, as it is told to."""

from collections.abc import Callable, Sequence
from typing import Any

import crossdock
from crossdock import Context, Quote, QuoteRequest


class QuotingHouse:
    """Kind `supplier`, capability `quotes`. `asked`: every request, with the context that it came in."""

    def __init__(self, _integration: crossdock.Integration[Any]) -> None:
        self.asked: list[tuple[Context[Any], QuoteRequest]] = []
        self.answer: Callable[[QuoteRequest], Sequence[Quote]] = lambda _: ()

    def quote(self, ctx: Context[Any], request: QuoteRequest) -> Sequence[Quote]:
        self.asked.append((ctx, request))
        return self.answer(request)


@crossdock.hookimpl
def crossdock_providers() -> Sequence[crossdock.Provider]:
    return [
        crossdock.Provider(
            "house", kind="supplier", settings=crossdock.Settings, factory=QuotingHouse, capabilities={"quotes"}
        )
    ]
