"""The provider: orders out, acknowledgements, shipments and stock in."""

from typing import Any

import crossdock
from crossdock import Context, FileNews, InFile, Integration, Ledger, OutFile, Sending
from plugins.folder_supplier.earlier import Copies
from plugins.folder_supplier.parse import kind_of, parse
from plugins.folder_supplier.render import render
from plugins.folder_supplier.settings import FolderSupplierSettings


class Csv:
    """The format, a `crossdock.FileExchange`."""

    def __init__(self, settings: FolderSupplierSettings) -> None:
        self._settings = settings

    def render(self, sending: Sending) -> OutFile:
        return render(sending)

    def tells_stock(self, name: str) -> bool:
        return kind_of(name) == "stock"

    def parse(self, file: InFile) -> FileNews:
        return parse(file, self._settings)


class FolderSupplier(crossdock.FileSupplier):
    """Kind `supplier`, capabilities `orders`, `cancel`, `stock` and `check`."""

    def __init__(self, integration: Integration[FolderSupplierSettings]) -> None:
        settings = integration.settings
        super().__init__(Csv(settings), settings.travel, complete=settings.stock_is_complete)

    def ledger(self, ctx: Context[Any]) -> Ledger:
        return Copies(self.keep(ctx))
