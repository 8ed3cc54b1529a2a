"""Load all of it: find plugins, read plugins.toml, configure what it names."""

from collections.abc import Iterable
from importlib.metadata import EntryPoint
from pathlib import Path

import structlog

from core.plugins.configure import configure
from core.plugins.find import find
from core.plugins.registry import Registry
from core.plugins.settings_file import read

log = structlog.get_logger(__name__)


def load(path: Path | None, *, points: Iterable[EntryPoint] | None = None) -> Registry:
    """Everything that can run. What cannot is logged and kept in `Registry.problems`.

    `path` None loads plugins without integrations. `points` stands in for the installed entry points. Raises
    SettingsError only when the file as a whole cannot be read.
    """
    registry = Registry(plugins={plugin.name: plugin for plugin in find(points)})
    if path is not None:
        file = read(path)
        for key, table in file.tables.items():
            integration = configure(
                key,
                table,
                registry.plugins,
                where=lambda name, key=key: file.where(key, name),  # type: ignore[misc]  # mypy: no default in lambda
                from_file=True,
            )
            registry.add(integration)
    for name, problem in registry.problems:
        log.warning("plugin.refused", what=name, reason=problem.reason, mend=problem.mend)
    return registry
