"""The sample that a new hub starts with: a few real days of a shop."""

from typing import TYPE_CHECKING

from core.cli.app import err
from core.cli.progress import bar

if TYPE_CHECKING:
    from core.hub import Hub
    from crossdock import FileImport

CHANNEL = "uk-shop"
_UNFINISHED = "sample-unfinished"
"""A file in the home that says that loading began and has not ended: it then goes on at the next start."""


def load_sample(hub: "Hub", *, fresh: bool) -> None:
    """Load the first sample that a plugin brings, into a new database only."""
    from core.flows.import_files import import_orders

    unfinished = hub.config.home / _UNFINISHED
    readers: list[tuple[str, FileImport]] = list(hub.registry.providers("channel", "files"))
    found = next(((key, sample) for key, reader in readers if (sample := reader.sample()) is not None), None)
    if found is None or not (fresh or unfinished.exists()):
        return
    unfinished.touch()
    key, sample = found
    with bar("Loading sample orders") as progress:
        report = import_orders(
            hub,
            sample.path,
            CHANNEL,
            sample.mapping,
            integration_key=key,
            progress=lambda what, done, of: progress(done, of, what),
        )
    unfinished.unlink()
    err.print(f"Loaded {report.counts.orders:,} orders of {sample.path.name}.", highlight=False)
