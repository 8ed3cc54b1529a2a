"""A hub that three stores can reach."""

import socket
from collections.abc import Iterator

import pytest
from starlette.applications import Starlette

from bench.ingest.played import PUBLIC, Played, played
from core.config import Config
from core.hub import Hub
from schema.web import routes
from tests.acceptance import courier
from tests.acceptance.stores.mall import WARES, Mall
from tests.api import Api
from tests.plugins.stores import served


@pytest.fixture
def plugins_toml() -> str:
    return '[integrations.routing]\nplugin = "routing"\n\n[integrations.swift]\nplugin = "courier"\n'


@pytest.fixture
def foreign_plugins() -> dict[str, str]:
    return {"courier": courier.__name__}


@pytest.fixture
def config(config: Config) -> Config:
    return config.model_copy(update={"public_url": PUBLIC})


@pytest.fixture
def stores() -> Iterator[Played]:
    with played(WARES) as stores:
        yield stores


@pytest.fixture
def mall(stores: Played, hub: Hub, api: Api) -> Iterator[Mall]:
    app = Starlette(routes=routes(hub))
    app.state.hub = hub
    with socket.create_server(("127.0.0.1", 0)) as place, served(place, app):
        stores.box.hub = place.getsockname()[1]
        yield Mall(stores, hub, api, stores.box.hub)
