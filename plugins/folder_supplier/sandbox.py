"""The supplier, played in the folder: acknowledges what it is sent, then ships it."""

import csv
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from crossdock import Context, FolderSettings, Integration
from plugins.folder_supplier.parse import COLUMNS
from plugins.folder_supplier.render import checksum, sealed
from plugins.folder_supplier.settings import FolderSupplierSettings

_NUMBER = re.compile(r"-(\d+)\.csv$")


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
    _answers: Path = field(default_factory=Path, init=False)

    def play(self, ctx: Context[Any]) -> int:
        """Ship what was taken before, then read new files. Returns how many files it read or wrote.

        Where the files leave this machine, there is somebody real at the other end, and nothing is played.
        """
        travel = self.integration.settings.travel
        if not isinstance(travel, FolderSettings):
            return 0
        folder = travel.folder or ctx.home
        orders, self._answers = folder / travel.outbox, folder / travel.inbox
        for part in (orders, self._answers):
            part.mkdir(parents=True, exist_ok=True)
        memory = folder / ".player.json"
        self._waiting = json.loads(memory.read_text()) if memory.is_file() else []
        acts = 0
        if self.ships and self._waiting:
            self._write("ship", [[*row, ctx.now().isoformat(), ""] for row in self._waiting])
            self._waiting = []
            acts += 1
        for path in sorted(orders.glob("*.csv")):
            self._take(path)
            acts += 1
        if self.stock:
            moment = ctx.now().isoformat()
            self._write("stock", [[sku, str(units), moment, ""] for sku, units in sorted(self.stock.items())])
            self.stock = {}
            acts += 1
        _written(memory, json.dumps(self._waiting))
        return acts

    def _take(self, path: Path) -> None:
        text = path.read_text(encoding="utf-8")
        header, *rows, trailer = list(csv.reader(text.splitlines()))
        lines = [row for row in rows if row[0] == "LINE"]
        body = text[: text.rindex("TRAILER,")]
        if trailer[1] != str(len(lines)) or trailer[2] != checksum(body):
            raise ValueError(f"{path.name} does not fit its trailer.")
        answer = self._cancelled if header[1] == "CANCEL" else self._answered
        self._write("ack", [row for line in lines for row in answer(header, line)])
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

    def _write(self, kind: str, rows: list[list[str]]) -> None:
        """The supplier's next file: numbered after those that were ever there."""
        folders = (self._answers, self._answers.parent / "done")
        numbers = [
            int(match[1]) for part in folders for path in part.glob("*.csv") if (match := _NUMBER.search(path.name))
        ]
        name = f"{kind}-{max(numbers, default=0) + 1:06d}.csv"
        _written(self._answers / name, sealed([COLUMNS[kind], *rows], len(rows)))


def _written(path: Path, content: str) -> None:
    part = path.with_name(f".{path.name}.part")
    part.write_text(content, encoding="utf-8", newline="")
    part.replace(path)
