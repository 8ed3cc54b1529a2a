"""The second look: put the rows of each document together, and give documents out in batches."""

import csv
import io
from collections.abc import Iterator
from hashlib import blake2b
from pathlib import Path

from crossdock import BadData, Batch, Imported, RejectedRow
from plugins.csv_orders.documents import documents
from plugins.csv_orders.mapping import Mapping
from plugins.csv_orders.rows import Rows
from plugins.csv_orders.source import Row, Source
from plugins.csv_orders.survey import PROGRESS_ROWS, Survey, survey

_MOST_HELD = 1_000_000


def batches(path: Path, mapping: Mapping, *, after: int, batch_rows: int) -> Iterator[Batch]:
    """Look the file through, then read it. `done` counts both looks; see `crossdock.FileImport.open`."""
    found = Survey()
    with Source.open(path, mapping) as source:
        for done in survey(source, found):
            yield Batch(position=after, done=done, of=2 * source.size)
    with Source.open(path, mapping) as source:
        yield from _Reading(source, found, after).batches(batch_rows)


def again(raw: str, mapping: Mapping) -> list[Imported]:
    """The documents of rows that were kept: `Imported.raw`."""
    with Source.kept(raw, mapping) as source:
        read = list(_Reading(source, Survey(), 0).batches(_MOST_HELD))
    found = [imported for batch in read for imported in batch.documents]
    if not found:
        reasons = [row.reason for batch in read for row in batch.rejected]
        raise BadData(reasons[0] if reasons else "What was kept of it has no rows.", payload=raw)
    return found


class _Reading:
    """One reading. A document is finished with its last row; `after` leaves out those finished by then."""

    def __init__(self, source: Source, found: Survey, after: int) -> None:
        self._source = source
        self._mapping_digest = source.mapping.digest.encode()
        self._last = found.scattered
        self._held: dict[str, list[Row]] = {}
        self._held_rows = 0
        self._after = after
        self._number = 0
        self._ready: list[Imported] = []
        self._rejected: list[RejectedRow] = []
        self._pending = 0

    def batches(self, batch_rows: int) -> Iterator[Batch]:
        rows = self._source.rows()
        index = self._source.header(rows)
        reader = Rows(self._source.mapping, index)
        reported = 0
        for finished, key, group in self._groups(rows, index["document"]):
            if finished > self._after:
                self._finish(reader, key.strip(), group)
            # The row that ended the group is read already, but belongs to the next batch.
            if self._pending >= batch_rows or finished - reported >= PROGRESS_ROWS:
                yield self._cut(finished)
                reported = finished
        yield self._cut(self._number)

    def _groups(self, rows: Iterator[list[str]], place: int) -> Iterator[tuple[int, str, list[Row]]]:
        """(number of its last row, document, its rows), in the order in which documents end."""
        source, width = self._source, self._source.width
        current, group, number = "", list[Row](), 0
        for row in rows:
            if not row:
                continue
            if len(row) != width:
                self._ragged(number + 1, row)
            elif row[place] == current and group:
                group.append((source.line, row))
            else:
                if group:
                    yield from self._together(number, current, group)
                current, group = row[place], [(source.line, row)]
            number += 1
            self._number = number
        if group:
            yield from self._together(number, current, group)
        # None is left, unless the file changed since the first look.
        for key, held in self._held.items():
            yield number, key, held

    def _together(self, number: int, key: str, group: list[Row]) -> Iterator[tuple[int, str, list[Row]]]:
        last = self._last.get(key)
        if last is None:
            yield number, key, group
            return
        held = self._held.pop(key, [])
        self._held_rows -= len(held)
        held += group
        if number >= last:
            yield number, key, held
            return
        self._held[key] = held
        self._held_rows += len(held)
        if self._held_rows > _MOST_HELD:
            column = self._source.mapping.columns.document
            where = f"{self._source.path.name}, line {self._source.line}"
            raise BadData(f"{where}: documents lie too scattered. Sort the file by {column}.", where=where)

    def _finish(self, reader: Rows, key: str, group: list[Row]) -> None:
        draft = reader.draft(key, group)
        source = f"{self._source.path.name}, line {group[0][0]}"
        raw = self._raw(group)
        for document in documents(draft, self._source.mapping, fingerprint=self._digest(group), source=source):
            self._ready.append(Imported(document=document, rows=len(document.lines), raw=raw))
        self._rejected += draft.rejected
        self._pending += len(group)

    def _raw(self, group: list[Row]) -> str:
        """A file of these rows alone."""
        text = io.StringIO()
        writer = csv.writer(text, delimiter=self._source.mapping.file.delimiter, lineterminator="\n")
        writer.writerow(self._source.columns)
        writer.writerows([cells for _, cells in group])
        return text.getvalue()

    def _digest(self, group: list[Row]) -> str:
        """Changes with any cell, and with the mapping."""
        text = "\x1e".join(["\x1f".join(cells) for _, cells in group])
        return blake2b(text.encode(), digest_size=16, key=self._mapping_digest).hexdigest()

    def _ragged(self, number: int, row: list[str]) -> None:
        if number <= self._after:
            return
        width = self._source.width
        self._rejected.append(
            RejectedRow(
                line=self._source.line,
                reason=f"It has {len(row)} fields, and the header {width}.",
                mend="Quote fields that hold the delimiter or a line break; add the missing ones.",
                text=",".join(row)[:500],
            )
        )
        self._pending += 1

    def _cut(self, position: int) -> Batch:
        batch = Batch(
            documents=tuple(self._ready),
            rejected=tuple(self._rejected),
            position=max(position, self._after),
            done=self._source.size + self._source.position,
            of=2 * self._source.size,
        )
        self._ready, self._rejected, self._pending = [], [], 0
        return batch
