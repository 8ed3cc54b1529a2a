"""Read what the supplier writes: acknowledgements, shipments, stock. Pure; a bad row is set aside alone."""

import csv
import re
from collections.abc import Callable
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from crossdock import (
    BadData,
    FileNews,
    InFile,
    Money,
    Quarantined,
    StockRow,
    SupplierUpdate,
    UpdatedLine,
    UpdateKind,
)
from plugins.folder_supplier.render import checksum
from plugins.folder_supplier.settings import FolderSupplierSettings

_LARGEST = 2**31 - 1
COLUMNS = {
    "ack": ("reference", "line", "sku", "status", "quantity", "reason", "substitute_sku", "ship_by", "supplier_order"),
    "ship": ("reference", "line", "sku", "quantity", "carrier", "service", "tracking_number", "shipped_at", "cost"),
    "stock": ("sku", "quantity", "as_of", "next_delivery"),
}
REQUIRED = {
    "ack": {"reference", "sku", "status", "quantity"},
    "ship": {"reference", "sku", "quantity", "shipped_at"},
    "stock": {"sku", "quantity", "as_of"},
}
Cells = dict[str, str]


def kind_of(name: str) -> str | None:
    """What a file is, by how its name begins: ack, ship or stock. None for others."""
    return next((kind for kind in COLUMNS if name.lower().startswith(kind)), None)


def parse(file: InFile, settings: FolderSupplierSettings) -> FileNews:
    """Read one file. Raises BadData when the file as a whole cannot be trusted."""
    name, content = file.name, file.content
    kind = kind_of(name)
    if kind is None:
        raise BadData(f"{name}: nobody knows what it is. Names begin with ack, ship or stock.", content, name)
    rows = _rows(name, content, kind, require_trailer=settings.require_trailer)
    reader, quarantined = _Reader(file, settings), list[Quarantined]()
    for line, header, row in rows:
        try:
            reader.read(kind, line, _cells(kind, header, row))
        except ValueError as error:
            payload = ",".join(row)
            mend = "Ask the supplier for the row again, mended, in a new file."
            quarantined.append(Quarantined(source=name, line=line, reason=str(error), payload=payload, mend=mend))
    return FileNews(updates=reader.updates(), stock=reader.stock, quarantined=quarantined)


class _Reader:
    """Reads the rows of one file; rows of one order, and one parcel, become one update."""

    def __init__(self, file: InFile, settings: FolderSupplierSettings) -> None:
        self.stock: list[StockRow] = []
        self._name = file.name
        self._digest = file.checksum[:16]
        self._settings = settings
        self._zone = ZoneInfo(settings.timezone)
        self._read_at = file.read_at
        self._groups: dict[tuple[str, ...], list[tuple[int, Cells, UpdatedLine]]] = {}
        numbers = re.findall(r"\d+", file.name.rpartition(".")[0])
        self._sequence = int(numbers[-1][:15]) if numbers else 0

    def read(self, kind: str, line: int, cells: Cells) -> None:
        """One row. Raises ValueError with a sentence."""
        if kind == "stock":
            self.stock.append(self._stock(line, cells))
            return
        reference = _given(cells, "reference")
        if kind == "ack":
            updated = self._acknowledged(cells)
            group: tuple[str, ...] = (kind, reference, cells["ship_by"], cells["supplier_order"])
        else:
            updated = self._shipped(cells)
            group = (kind, reference, *(cells[name] for name in ("carrier", "service", "tracking_number")))
            group += (cells["shipped_at"], cells["cost"])
        self._groups.setdefault(group, []).append((line, cells, updated))

    def updates(self) -> list[SupplierUpdate]:
        return [self._update(group[1], rows) for group, rows in self._groups.items()]

    def _update(self, reference: str, rows: list[tuple[int, Cells, UpdatedLine]]) -> SupplierUpdate:
        line, cells, _ = rows[0]
        shipped, cost, ship_by = cells.get("shipped_at"), cells.get("cost"), cells.get("ship_by")
        return SupplierUpdate(
            update_id=f"{self._digest}:{line}",
            reference=reference,
            sequence=self._sequence,
            at=self._moment(shipped) if shipped else self._read_at,
            lines=tuple(updated for _, _, updated in rows),
            source=f"{self._name} line {line}",
            external_id=cells.get("supplier_order") or None,
            carrier=cells.get("carrier") or None,
            service=cells.get("service") or None,
            tracking_number=cells.get("tracking_number") or None,
            cost=Money.parse(cost, self._settings.currency) if cost else None,
            ship_by=self._moment(ship_by) if ship_by else None,
        )

    def _acknowledged(self, cells: Cells) -> UpdatedLine:
        status = cells["status"].upper()
        known = [kind.value for kind in UpdateKind if kind is not UpdateKind.SHIPPED]
        if status not in known:
            words = ", ".join(word.lower() for word in known)
            raise ValueError(f"status {cells['status']!r} is unknown; there are {words}.")
        kind = UpdateKind(status)
        if kind is UpdateKind.SUBSTITUTED:
            _given(cells, "substitute_sku")
        if cells["ship_by"]:
            self._moment(cells["ship_by"])
        return _updated(kind, cells, reason=cells["reason"], substitute=cells["substitute_sku"] or None)

    def _shipped(self, cells: Cells) -> UpdatedLine:
        self._moment(_given(cells, "shipped_at"))
        if cells["cost"]:
            Money.parse(cells["cost"], self._settings.currency)
        return _updated(UpdateKind.SHIPPED, cells)

    def _stock(self, line: int, cells: Cells) -> StockRow:
        due = cells["next_delivery"]
        return StockRow(
            sku=_given(cells, "sku"),
            quantity=_whole(cells["quantity"], least=0),
            as_of=self._moment(_given(cells, "as_of")),
            source=f"{self._name} line {line}",
            next_delivery=self._moment(due) if due else None,
        )

    def _moment(self, text: str) -> datetime:
        try:
            moment = datetime.fromisoformat(text)
        except ValueError:
            raise ValueError(f"{text!r} is no time, such as 2026-11-22T14:00:00Z.") from None
        return (moment if moment.tzinfo else moment.replace(tzinfo=self._zone)).astimezone(UTC)


def _updated(kind: UpdateKind, cells: Cells, *, reason: str = "", substitute: str | None = None) -> UpdatedLine:
    return UpdatedLine(
        kind=kind,
        sku=_given(cells, "sku"),
        quantity=_whole(cells["quantity"], least=1),
        line=cells["line"] or None,
        reason=reason,
        substitute_sku=substitute,
    )


def _given(cells: Cells, name: str) -> str:
    if not cells[name]:
        raise ValueError(f"{name} is empty.")
    return cells[name]


def _whole(text: str, *, least: int) -> int:
    if not re.fullmatch(r"\d{1,10}", text, re.ASCII) or not least <= int(text) <= _LARGEST:
        raise ValueError(f"quantity {text!r} is no whole number of {least} or more.")
    return int(text)


def _rows(name: str, content: bytes, kind: str, *, require_trailer: bool) -> list[tuple[int, list[str], list[str]]]:
    """(line, header, row) of a file that is sound as a whole."""
    text = _decoded(name, content)
    text = _unsealed(name, text, content, require_trailer=require_trailer)
    reader = csv.reader(text.splitlines(keepends=True), strict=True)
    refuse = _refusal(name, content)
    try:
        header = [column.strip().lower() for column in next(reader, [])]
        missing, unknown = REQUIRED[kind] - set(header), set(header) - set(COLUMNS[kind])
        if missing:
            raise refuse(1, f"column {min(missing)!r} is missing", f"The header is {','.join(header)!r}.")
        if unknown:
            raise refuse(1, f"column {min(unknown)!r} is unknown", f"There are {', '.join(COLUMNS[kind])}.")
        if len(header) != len(set(header)):
            raise refuse(1, "a column is there twice", "Remove one.")
        return [(reader.line_num, header, row) for row in reader if row]
    except csv.Error as error:
        raise refuse(reader.line_num, str(error), "Look for a quote that is not closed.") from None


def _cells(kind: str, header: list[str], row: list[str]) -> Cells:
    """Cells by column; columns that the file does not have are empty."""
    if len(row) != len(header):
        raise ValueError(f"it has {len(row)} fields, and the header {len(header)}.")
    return dict.fromkeys(COLUMNS[kind], "") | dict(zip(header, (cell.strip() for cell in row), strict=True))


def _decoded(name: str, content: bytes) -> str:
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content[: error.start].count(b"\n") + 1
        raise _refusal(name, content)(line, "it is not UTF-8", "Ask the supplier for UTF-8.") from None


def _unsealed(name: str, text: str, content: bytes, *, require_trailer: bool) -> str:
    """The rows without the trailer, whose count and checksum must be right."""
    body, found, trailer = text.rstrip("\r\n").rpartition("\n")
    line = text.count("\n")
    refuse = _refusal(name, content)
    if not found or not trailer.startswith("TRAILER,"):
        if require_trailer:
            raise refuse(line, "there is no trailer, so it may be cut off", "Ask the supplier for the file again.")
        return text
    body += "\n"
    parts = trailer.strip().split(",")
    count = sum(1 for row in csv.reader(body.splitlines()) if row) - 1
    if len(parts) != 3 or parts[1] != str(count):  # noqa: PLR2004  # TRAILER, count, checksum
        raise refuse(line, f"the trailer does not fit the {count} rows above", "Ask for the file again.")
    if parts[2].lower() != checksum(body):
        raise refuse(line, "the checksum does not fit", "Ask the supplier for the file again.")
    return body


def _refusal(name: str, content: bytes) -> Callable[[int, str, str], BadData]:
    def refusal(line: int, what: str, mend: str) -> BadData:
        return BadData(f"{name}, line {line}: {what}. {mend}", content, f"{name} line {line}")

    return refusal
