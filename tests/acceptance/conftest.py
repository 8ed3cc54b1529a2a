"""The API of a hub that has started, for the cases that a serious hub must get right."""

from collections.abc import Iterator
from importlib.metadata import EntryPoint, entry_points

import pytest

from core import db
from core.config import Config
from core.hub import Hub
from core.integrations.mirror import mirror
from core.plugins import load
from core.plugins.find import GROUP
from tests.api import api as api
from tests.api import product_engine as product_engine


@pytest.fixture
def plugins_toml() -> str:
    """What runs; a case that needs integrations writes its own."""
    return ""


@pytest.fixture
def foreign_plugins() -> dict[str, str]:
    """Plugins from elsewhere, as their packages would announce them: name to module."""
    return {}


@pytest.fixture
def config(config: Config, plugins_toml: str) -> Config:
    config.plugins_file.write_text(plugins_toml)
    return config


@pytest.fixture
def hub(config: Config, database_url: str, foreign_plugins: dict[str, str]) -> Iterator[Hub]:
    """A hub that has started: its plugins are loaded and written down. It wakes no workers."""
    foreign = [EntryPoint(name=name, value=module, group=GROUP) for name, module in foreign_plugins.items()]
    registry = load(config.plugins_file, points=[*entry_points(group=GROUP), *foreign])
    hub = Hub(config, db.connect(database_url, pool_size=config.database_pool), registry)
    with hub.transaction() as session:
        mirror(session, registry)
    yield hub
    hub.close()
