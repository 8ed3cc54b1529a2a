"""Our own warehouse: it takes every order at once; picking, packing and shipping are told through the API."""

from collections.abc import Sequence

import crossdock
from plugins.warehouse.settings import WarehouseSettings
from plugins.warehouse.supplier import Warehouse

manifest = crossdock.Manifest(summary="Our own warehouse, worked through the API.")


@crossdock.hookimpl
def crossdock_providers() -> Sequence[crossdock.Provider]:
    return [
        crossdock.Provider(
            "warehouse",
            kind="supplier",
            settings=WarehouseSettings,
            factory=Warehouse,
            capabilities={"orders", "cancel", "work"},
            summary=manifest.summary,
        )
    ]
