"""Orders from CSV files: a mapping says what the columns and rows mean, so that a new shop needs no code."""

from collections.abc import Sequence

import crossdock
from plugins.csv_orders.channel import CsvOrders
from plugins.csv_orders.settings import CsvOrdersSettings

manifest = crossdock.Manifest(summary="Orders, credit notes and stock changes from CSV files of any size.")


@crossdock.hookimpl
def crossdock_providers() -> Sequence[crossdock.Provider]:
    return [
        crossdock.Provider(
            "csv_orders",
            kind="channel",
            settings=CsvOrdersSettings,
            factory=CsvOrders,
            capabilities={"files", "reread"},
            summary=manifest.summary,
        )
    ]
