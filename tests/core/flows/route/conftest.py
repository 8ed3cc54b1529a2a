"""A hub that routes, with a carrier whose prices it knows."""

import pytest

from core.config import Config
from tests.core.flows.fulfilling import configured


@pytest.fixture
def config(config: Config) -> Config:
    return configured(config, '[integrations.post]\nplugin = "table_rate"\n')
