"""A wholesaler from elsewhere, as a plugin: what it offers and what it took in are told by the test, as it would."""

import threading
from collections.abc import Sequence
from typing import Any

import crossdock
from crossdock import ReceiptData, SupplierOfferData

Ctx = crossdock.Context[crossdock.Settings]


class Wholesaler:
    """Kind `supplier`, capabilities `offers` and `receipts`."""

    def __init__(self, _integration: crossdock.Integration[crossdock.Settings]) -> None:
        self.offered: list[SupplierOfferData] = []
        self.took_in: list[ReceiptData] = []
        self.trouble: Exception | None = None
        self.cursors: list[str | None] = []
        self.at_the_counter = threading.Event()
        self.counter_is_open = threading.Event()
        self.counter_is_open.set()

    def fetch_offers(self, _ctx: Ctx) -> Sequence[SupplierOfferData]:
        self.at_the_counter.set()
        self.counter_is_open.wait()
        if self.trouble is not None:
            raise self.trouble
        return self.offered

    def fetch_receipts(self, ctx: Ctx) -> Sequence[ReceiptData]:
        self.cursors.append(ctx.cursor)
        return self.took_in


OPEN: dict[str, Wholesaler] = {}
"""By integration, so that a test can say what it has."""


def _made(integration: crossdock.Integration[Any]) -> Wholesaler:
    OPEN[integration.key] = Wholesaler(integration)
    return OPEN[integration.key]


@crossdock.hookimpl
def crossdock_providers() -> Sequence[crossdock.Provider]:
    return [
        crossdock.Provider(
            "wholesaler",
            kind="supplier",
            settings=crossdock.Settings,
            factory=_made,
            capabilities={"offers", "receipts"},
        )
    ]
