"""A carrier whose prices are a table: zones, weights, services. It prints its own labels."""

from collections.abc import Sequence

import crossdock
from plugins.table_rate.carrier import TableRate
from plugins.table_rate.settings import TableRateSettings

manifest = crossdock.Manifest(summary="Shipping rates from a table, labels with a barcode, own tracking numbers.")


@crossdock.hookimpl
def crossdock_providers() -> Sequence[crossdock.Provider]:
    return [
        crossdock.Provider(
            "table_rate",
            kind="carrier",
            settings=TableRateSettings,
            factory=TableRate,
            capabilities={"estimates", "rates", "labels", "return_labels", "manifests"},
            summary=manifest.summary,
        )
    ]
