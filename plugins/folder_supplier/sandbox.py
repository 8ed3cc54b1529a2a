"""The supplier, played in the folder: acknowledges what it is sent, then ships it."""

import csv
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from crossdock import Context, Integration
from plugins.folder_supplier import folder as folders
from plugins.folder_supplier.parse import COLUMNS
from plugins.folder_supplier.render import sealed
from plugins.folder_supplier.settings import FolderSupplierSettings


@dataclass(slots=True)
class FolderPlayer:
    """Plays one supplier. Told nothing else, it has everything and ships each order the next time that it plays.

    has: units of a SKU that it will ship of one order, at most; the rest is rejected, as out of stock.
    offers: SKU to the SKU that it offers in place of what it lacks. stock: what its stock file says.
    ships: False keeps what it took in its house.
    """

    integration: Integration[FolderSupplierSettings]
    has: Mapping[str, int] = field(default_factory=dict)
    offers: Mapping[str, str] = field(default_factory=dict)
    stock: Mapping[str, int] = field(default_factory=dict)
    ships: bool = True
    _waiting: list[list[str]] = field(default_factory=list, init=False)

    def play(self, ctx: Context[Any]) -> int:
        """Ship what was taken before, then read new files. Returns how many files it read or wrote."""
        folder = folders.prepare(self.integration.settings.folder or ctx.home)
        memory = folder / ".player.json"
        self._waiting = json.loads(memory.read_text()) if memory.is_file() else []
        acts = 0
        if self.ships and self._waiting:
            _write(folder, "ship", [[*row, ctx.now().isoformat(), ""] for row in self._waiting])
            self._waiting = []
            acts += 1
        for path in sorted((folder / "orders").glob("*.csv")):
            self._take(folder, path)
            acts += 1
        if self.stock:
            moment = ctx.now().isoformat()
            _write(folder, "stock", [[sku, str(units), moment, ""] for sku, units in sorted(self.stock.items())])
            self.stock = {}
            acts += 1
        folders.write(memory, json.dumps(self._waiting))
        return acts

    def _take(self, folder: Path, path: Path) -> None:
        text = path.read_text(encoding="utf-8")
        header, *rows, trailer = list(csv.reader(text.splitlines()))
        lines = [row for row in rows if row[0] == "LINE"]
        body = text[: text.rindex("TRAILER,")]
        if trailer[1] != str(len(lines)) or trailer[2] != folders.checksum(body):
            raise ValueError(f"{path.name} does not fit its trailer.")
        answer = self._cancelled if header[1] == "CANCEL" else self._answered
        _write(folder, "ack", [row for line in lines for row in answer(header, line)])
        path.unlink()

    def _answered(self, header: list[str], line: list[str]) -> list[list[str]]:
        _, number, sku, _, wanted, _ = line
        reference, order = header[3], f"S-{header[2]}"
        units = min(int(wanted), max(0, self.has.get(sku, int(wanted))))
        missing = int(wanted) - units
        answers = []
        if units:
            status = "partial" if missing else "accepted"
            answers.append([reference, number, sku, status, str(units), "", "", "", order])
            self._waiting.append([reference, number, sku, str(units), "Parcel Van", "Standard", f"PV{header[2]}"])
        if missing and sku in self.offers:
            offered = [reference, number, sku, "substituted", "1", "another colour", self.offers[sku], "", order]
            answers.append(offered)
            missing -= 1
        if missing:
            answers.append([reference, number, sku, "rejected", str(missing), "out of stock", "", "", order])
        return answers

    def _cancelled(self, header: list[str], line: list[str]) -> list[list[str]]:
        """What is still in the house is kept there; what has left cannot be called back."""
        _, number, sku, _, wanted, _ = line
        here = [row for row in self._waiting if row[:2] == [header[3], number]]
        self._waiting = [row for row in self._waiting if row not in here]
        status = "cancelled" if here else "cancel_refused"
        return [[header[3], number, sku, status, wanted, "" if here else "already shipped", "", "", ""]]


def _write(folder: Path, kind: str, rows: list[list[str]]) -> None:
    """The supplier's next file: numbered after those that were ever there."""
    there = [path.name for part in ("inbound", "done") for path in (folder / part).glob("*.csv")]
    numbers = [int(match[1]) for name in there if (match := re.search(r"-(\d+)\.csv$", name))]
    number = max(numbers, default=0) + 1
    folders.write(folder / "inbound" / f"{kind}-{number:06d}.csv", sealed([COLUMNS[kind], *rows], len(rows)))
