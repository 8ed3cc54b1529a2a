"""Whole files of orders, as a channel plugin with the capability `files` reads them."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol, runtime_checkable

from crossdock.documents import Document


@dataclass(frozen=True, slots=True, kw_only=True)
class RejectedRow:
    """One row of a file that was left out: where it is, why, and how to mend it."""

    line: int
    reason: str
    mend: str
    column: str | None = None
    text: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Imported:
    """One document with the number of rows of the file that it was made of.

    raw: those rows as a file of their own, under the header: what is kept of the document, and read again by `reread`.
    """

    document: Document
    rows: int
    raw: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Batch:
    """A piece of a file, in an order that can be resumed. May hold nothing: then it only tells progress.

    position: pass it to `open` as `after` to go on behind this batch, once its documents are kept.
    done, of: how far the reading is: bytes of the file as it lies on disk, counted once for each look through it.
    rows: data rows that this batch accounts for: of its documents, and the rejected ones.
    """

    documents: tuple[Imported, ...] = ()
    rejected: tuple[RejectedRow, ...] = ()
    position: int = 0
    done: int = 0
    of: int = 0

    @property
    def rows(self) -> int:
        return sum(imported.rows for imported in self.documents) + len(self.rejected)


@dataclass(frozen=True, slots=True, kw_only=True)
class Sample:
    """A small real file to try a plugin with, and the mapping that reads it."""

    path: Path
    mapping: str


@runtime_checkable
class FileImport(Protocol):
    """Capability `files`: reads whole files of orders, of any size, in flat memory."""

    def mappings(self) -> Sequence[str]:
        """The names that `mapping` may have, besides a path to one."""
        ...

    def open(self, path: Path, mapping: str, *, after: int = 0, batch_rows: int = 5_000) -> Iterator[Batch]:
        """Read `path` (plain or .gz) by the named mapping, in batches of about `batch_rows` rows.

        The whole file is looked through before the first document is given out. Raises BadData, with file,
        line, column and mend, when the file as a whole cannot be trusted: another encoding, a missing column,
        cut off. A row that makes no sense is rejected alone. The same file read by the same mapping gives the
        same documents in the same order, so `after` may be the position of any batch of an earlier reading.
        """
        ...

    def sample(self) -> Sample | None:
        """A file that comes with the plugin; None when there is none."""
        ...


@runtime_checkable
class FileReread(Protocol):
    """Capability `reread`, beside `files`: documents are understood again from what was kept of them."""

    def reread(self, raw: str, mapping: str) -> Sequence[Imported]:
        """The documents that the `raw` of an `Imported` tells of: while the mapping is the same, the same ones.

        Raises BadData where it tells of nothing any more.
        """
        ...
