"""The API of a hub that has started, for the cases that a serious hub must get right."""

from collections.abc import Iterator

import pytest

from core.config import Config
from core.hub import Hub
from tests.api import api as api
from tests.api import product_engine as product_engine
from tests.hubs import a_hub


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
    with a_hub(config, database_url, **foreign_plugins) as hub:
        yield hub
