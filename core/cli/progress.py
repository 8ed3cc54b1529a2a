"""Progress bars: how far, how fast, how long still."""

from collections.abc import Iterator
from contextlib import contextmanager

from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeElapsedColumn, TimeRemainingColumn

from core.cli.app import err


@contextmanager
def bar(title: str, *, note: str = "{task.fields[note]}") -> Iterator["Bar"]:
    """A bar on stderr. Where that is no terminal, only its end is written."""
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        TaskProgressColumn(),
        TextColumn(note, style="dim"),
        TimeElapsedColumn(),
        TimeRemainingColumn(),
    )
    with Progress(*columns, console=err, transient=False) as progress:
        yield Bar(progress, title)


class Bar:
    """One bar. Call it with how much is done, of how much, and a few words."""

    def __init__(self, progress: Progress, title: str) -> None:
        self._progress = progress
        self._task = progress.add_task(title, total=None, note="")

    def __call__(self, done: int, of: int, note: str = "") -> None:
        self._progress.update(self._task, completed=done, total=of, note=note)
