"""Open a file, plain or gzip, and give its rows with their line numbers; say what is wrong with it as a whole."""

import csv
import gzip
import io
import zlib
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, Self

from crossdock import BadData
from plugins.csv_orders.mapping import Mapping

_LONGEST_LINE = 1 << 20
_BUFFER = 1 << 18
_BOMS = {b"\xff\xfe": "UTF-16", b"\xfe\xff": "UTF-16"}

Row = tuple[int, list[str]]


@dataclass(slots=True)
class Source:
    """An open file. `line` is the last line read, `columns` the header as it stands there."""

    path: Path
    mapping: Mapping
    _raw: BinaryIO
    _stream: BinaryIO
    _closing: ExitStack
    size: int
    line: int = 0
    columns: Sequence[str] = ()

    @property
    def width(self) -> int:
        return len(self.columns)

    @classmethod
    def open(cls, path: Path, mapping: Mapping) -> Self:
        """Open it. Raises BadData when it cannot be read."""
        with ExitStack() as stack:
            try:
                size = path.stat().st_size
                raw = stack.enter_context(path.open("rb", _BUFFER))
                zipped = raw.read(2) == b"\x1f\x8b"
                raw.seek(0)
            except OSError as error:
                raise BadData(f"{path} cannot be read: {error.strerror}.", where=str(path)) from None
            stream: BinaryIO = raw
            if zipped:
                unzipped = stack.enter_context(gzip.GzipFile(fileobj=raw))
                stream = stack.enter_context(io.BufferedReader(unzipped, _BUFFER))
            return cls(path, mapping, raw, stream, stack.pop_all(), size)

    @classmethod
    def kept(cls, raw: str, mapping: Mapping) -> Self:
        """What was kept of a file, as if it were one."""
        content = raw.encode(mapping.file.encoding)
        stream = io.BytesIO(content)
        return cls(Path("what was kept"), mapping, stream, stream, ExitStack(), len(content))

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._closing.close()

    @property
    def position(self) -> int:
        """Bytes of the file on disk that were read."""
        return self._raw.tell()

    def header(self, rows: Iterator[list[str]]) -> dict[str, int]:
        """Role to place in a row. Raises BadData for columns that are missing, unknown or there twice."""
        self.columns = next(rows, [])
        header = [name.strip() for name in self.columns]
        if not header:
            self._refuse("it is empty", "Name a file with a header line and rows.")
        columns = self.mapping.columns
        used = columns.used
        for role, name in used.items():
            if name not in header:
                self._refuse(
                    f"column {name!r}, which the mapping reads as {role}, is missing",
                    f"The file has {', '.join(header)}. Add the column or mend the mapping.",
                )
        for number, name in enumerate(header, start=1):
            if header.index(name) != number - 1:
                self._refuse(f"column {number} {name!r} is there twice", "Rename or remove one.")
            if name not in used.values() and name not in columns.ignore:
                known = ", ".join(used.values())
                self._refuse(
                    f"column {number} {name!r} is unknown to the mapping",
                    f"It knows {known}; add {name!r} to columns.ignore if it is of no use.",
                )
        return {role: header.index(name) for role, name in used.items()}

    def rows(self) -> Iterator[list[str]]:
        """Every record, the header first; `line` is where it ended. Raises BadData."""
        reader = csv.reader(self._lines(), delimiter=self.mapping.file.delimiter, strict=True)
        try:
            yield from reader
        except csv.Error as error:
            self._refuse(f"{error}", "Look for a quote that is opened and never closed.")

    def _lines(self) -> Iterator[str]:
        encoding = self.mapping.file.encoding
        readline = self._stream.readline
        try:
            raw = readline(_LONGEST_LINE)
            if raw[:2] in _BOMS:
                self._refuse(f"the file is {_BOMS[raw[:2]]}, not {encoding}", f"Save it as {encoding}.")
            raw = raw.removeprefix(b"\xef\xbb\xbf")
            while raw:
                self.line += 1
                if len(raw) >= _LONGEST_LINE:
                    self._refuse(f"it is longer than {_LONGEST_LINE:,} bytes", "Is this a CSV file?")
                text = raw.decode(encoding)
                if "\0" in text:
                    self._refuse(
                        f"character {text.index(chr(0)) + 1} is a NUL, which no text holds",
                        f"Save the file as {encoding}; or is it no CSV file?",
                    )
                yield text
                raw = readline(_LONGEST_LINE)
        except UnicodeDecodeError as error:
            column = len(error.object[: error.start].decode(encoding, "replace")) + 1
            byte = error.object[error.start]
            self._refuse(
                f"character {column} is not {encoding} (byte 0x{byte:02X})",
                f"Save the file as {encoding}, or name its encoding in the mapping's file.encoding.",
            )
        except LookupError:
            self._refuse(f"{encoding!r} is no encoding", "Mend the mapping's file.encoding.")
        except EOFError:
            self.line += 1
            self._refuse("the gzip file is cut off here", "Fetch it again; nothing of it was imported.")
        except (gzip.BadGzipFile, zlib.error) as error:
            self.line += 1
            self._refuse(f"the gzip file is damaged ({error})", "Fetch it again; nothing of it was imported.")
        except OSError as error:
            self._refuse(f"it cannot be read on: {error.strerror}", "Look at the disk, then try again.")

    def _refuse(self, what: str, mend: str) -> None:
        where = f"{self.path.name}, line {max(1, self.line)}"
        raise BadData(f"{where}: {what}. {mend}", where=where)
