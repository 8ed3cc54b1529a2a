"""The sample that a new hub starts with: a few real days of a shop."""

from typing import TYPE_CHECKING

from core.cli.app import err
from core.cli.progress import bar
from core.config import Config

if TYPE_CHECKING:
    from core.hub import Hub
    from crossdock import FileImport

CHANNEL = "uk-shop"
_UNFINISHED = "sample-unfinished"
"""A file in the home that says that loading began and has not ended: it then goes on at the next start."""


def is_wanted(config: Config, *, fresh: bool) -> bool:
    """Whether this start loads the sample: into a new database, or where the last start did not get to its end."""
    return config.sample and (fresh or (config.home / _UNFINISHED).exists())


def load_sample(config: Config, database_url: str) -> None:
    """Load the first sample that a plugin brings."""
    from core.hub import open_hub
    from core.integrations.mirror import mirror

    unfinished = config.home / _UNFINISHED
    unfinished.touch()
    hub = open_hub(config, database_url, application="crossdock up")
    try:
        with hub.transaction() as session:
            mirror(session, hub.registry)
        _load(hub)
    finally:
        hub.close()
    unfinished.unlink()


def close_stores(database_url: str) -> None:
    """Nobody plays stores yet, or any more: what would talk to them is set aside until somebody does."""
    from core import db
    from core.integrations.aside import set_aside

    engine = db.connect(database_url, pool_size=1, application="crossdock up")
    try:
        with db.transaction(engine) as session:
            set_aside(session)
    finally:
        engine.dispose()


def _load(hub: "Hub") -> None:
    from core.flows.import_files import import_orders

    readers: list[tuple[str, FileImport]] = list(hub.providers("channel", "files"))
    for key, reader in readers:
        sample = reader.sample()
        if sample is None:
            continue
        with bar("Loading sample orders") as progress:
            report = import_orders(
                hub,
                sample.path,
                CHANNEL,
                sample.mapping,
                integration_key=key,
                progress=lambda what, done, of: progress(done, of, what),
            )
        err.print(f"Loaded {report.counts.orders:,} orders of {sample.path.name}.", highlight=False)
        return
