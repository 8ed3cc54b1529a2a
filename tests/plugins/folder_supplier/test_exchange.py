"""The promises of whoever exchanges files, kept by the CSV files of this plugin."""

from typing import ClassVar

from crossdock.testing import FileSupplierContract
from plugins.folder_supplier.parse import COLUMNS
from plugins.folder_supplier.render import sealed

ACK = [
    ["fo_17", "1", "85123A", "accepted", "6", "", "", "", "S-1"],
    ["fo_17", "2", "71053", "rejected", "2", "", "", "", ""],
]
SHIP = [["fo_17", "1", "85123A", "6", "Van", "Fast", "V1", "2026-03-02T09:00:00Z", "4.20"]]
STOCK = [["85123A", "12", "2026-03-02T09:00:00Z", ""]]


def written(kind: str, rows: list[list[str]]) -> bytes:
    return sealed([COLUMNS[kind], *rows], len(rows)).encode()


class TestFiles(FileSupplierContract):
    provider = "folder_supplier"
    settings: ClassVar[dict[str, object]] = {"require_trailer": True}
    earlier_settings = (
        {},
        {"folder": "/srv/exchange/acme", "timezone": "Europe/London"},
        {"currency": "EUR", "stock_is_complete": True, "require_trailer": True},
    )
    answers: ClassVar[dict[str, bytes]] = {
        "ack-0007.csv": written("ack", ACK),
        "ship-0008.csv": written("ship", SHIP),
        "stock-0009.csv": written("stock", STOCK),
    }
