"""What an import did: counted in rows of the file, and written down for those who must mend some."""

import csv
import os
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from pathlib import Path

from crossdock.files import RejectedRow

Progress = Callable[[str, int, int], None]
"""(what is being done, how much of it is done, of how much); sizes are bytes of the file."""

_HEADER = ("line", "column", "reason", "mend", "row")


@dataclass(slots=True)
class Counts:
    """Rows by what became of them, and documents by kind. `seen` is the sum of the other four."""

    created: int = 0
    updated: int = 0
    unchanged: int = 0
    rejected: int = 0
    orders: int = 0
    credit_notes: int = 0
    credit_lines_attached: int = 0
    credit_lines_alone: int = 0
    stock_changes: int = 0
    adjustments: int = 0

    @property
    def seen(self) -> int:
        return self.created + self.updated + self.unchanged + self.rejected


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """One finished import. `rejects` is the file of rejected rows, None when there are none."""

    sync_run_id: int
    counts: Counts = field(default_factory=Counts)
    opening_units: int = 0
    opening_items: int = 0
    rejects: Path | None = None
    seconds: float = 0.0
    resumed: bool = False


class Rejects:
    """The report of rejected rows: a CSV with line, column, reason, mend and the row itself.

    `size` goes into the same transaction as the rows around it; an import that resumes cuts the file back to it, so
    that no row is reported twice.
    """

    def __init__(self, path: Path, size: int = 0) -> None:
        self.path = path
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        if path.exists() and path.stat().st_size > size:
            os.truncate(path, size)
        self.size = path.stat().st_size if path.exists() else 0

    def add(self, rows: Iterable[RejectedRow]) -> None:
        """Write them down, safely on the disk."""
        listed = list(rows)
        if not listed:
            return
        with self.path.open("a", encoding="utf-8", newline="") as file:
            writer = csv.writer(file, lineterminator="\n")
            if self.size == 0:
                writer.writerow(_HEADER)
            writer.writerows((row.line, row.column or "", row.reason, row.mend, row.text) for row in listed)
            file.flush()
            os.fsync(file.fileno())
        self.size = self.path.stat().st_size
