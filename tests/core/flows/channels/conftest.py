"""A hub with one integration of Bazaar, whose shop is open."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from starlette.applications import Starlette
from starlette.testclient import TestClient

from core.config import Config
from core.hub import Hub
from schema.web import routes
from tests.api import api as api
from tests.api import product_engine as product_engine
from tests.core.flows.channels.sandbox import Shop, open_shop
from tests.hubs import a_hub

PUBLIC = "https://hub.example.com"


@pytest.fixture
def shop() -> Iterator[Shop]:
    with open_shop() as shop:
        yield shop


@pytest.fixture
def secret_file(config: Config) -> Path:
    path = config.plugins_file.with_name("client-secret")
    path.write_text("first")
    return path


@pytest.fixture
def hub(config: Config, database_url: str, shop: Shop, secret_file: Path) -> Iterator[Hub]:
    config = config.model_copy(update={"public_url": PUBLIC})
    config.plugins_file.write_text(
        f'[integrations.main-store]\nplugin = "bazaar"\nurl = "{shop.url}"\n'
        f'client_secret = {{ file = "{secret_file}" }}\n'
    )
    with a_hub(config, database_url, bazaar="tests.core.flows.channels.bazaar") as hub:
        yield hub


@pytest.fixture
def web(hub: Hub) -> Iterator[TestClient]:
    app = Starlette(routes=routes(hub))
    app.state.hub = hub
    with TestClient(app) as client:
        yield client
