"""Hubs in this process, with plugins from elsewhere beside the bundled ones."""

from collections.abc import Iterator
from contextlib import contextmanager
from importlib.metadata import EntryPoint, entry_points

from core import db
from core.config import Config
from core.hub import Hub
from core.integrations.mirror import mirror
from core.plugins import Registry, load
from core.plugins.find import GROUP


def loaded(config: Config, **foreign: str) -> Registry:
    """What `plugins_file` names; `foreign` are modules of plugins that are not installed, by the plugins' names."""
    points = [EntryPoint(name=name, value=module, group=GROUP) for name, module in foreign.items()]
    return load(config.plugins_file, points=[*entry_points(group=GROUP), *points])


@contextmanager
def a_hub(config: Config, database_url: str, **foreign: str) -> Iterator[Hub]:
    """One that has started: its plugins are loaded and written down. It wakes no workers."""
    registry = loaded(config, **foreign)
    hub = Hub(config, db.connect(database_url, pool_size=config.database_pool), registry)
    try:
        with hub.transaction() as session:
            mirror(session, registry)
        yield hub
    finally:
        hub.close()
