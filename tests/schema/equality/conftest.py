"""The product's engine, and plain graphql-core, over one database with rows of every type."""

from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import anyio
import orjson
import pytest
from structlog.testing import capture_logs

from core import clock
from core.access.scopes import SCOPES
from core.config import Config
from core.db import connect
from core.hub import Hub, open_hub
from schema.context import Context, Viewer
from schema.engine.database import Database
from schema.engine.engine import Engine
from tests import database
from tests.schema.equality.plain import Plain, PlainContext
from tests.schema.equality.rows import NOON, fill
from tests.schema.equality.store import Store

ADMIN = Viewer(name="tests", scopes=frozenset(SCOPES))
OF_CHANNELS = Viewer(name="shop", scopes=frozenset(SCOPES) - {"admin"}, channels=(1, 2))
OF_PLACES = Viewer(
    name="3pl", scopes=frozenset({"orders:read", "stock:read", "catalog:read", "purchasing:read"}), locations=(2, 3)
)
VIEWERS = {"admin": ADMIN, "of channels": OF_CHANNELS, "of places": OF_PLACES}


@dataclass
class Both:
    """The engine and the plain executor, asked the same."""

    engine: Engine
    plain: Plain
    pool: Database
    hub: Hub
    admin: Viewer = ADMIN

    async def ask(self, query: str, variables: dict[str, Any] | None = None, viewer: Viewer = ADMIN) -> dict[str, Any]:
        """The engine's answer, as a client has it."""
        response = await self.engine.execute(query, Context(**self._given(viewer)), variables=variables)
        body: dict[str, Any] = orjson.loads(orjson.dumps(response.body()))
        body.pop("extensions", None)
        return body

    def expect(self, query: str, variables: dict[str, Any] | None = None, viewer: Viewer = ADMIN) -> dict[str, Any]:
        """What plain graphql-core answers."""
        context = PlainContext(**self._given(viewer), store=self.plain.store)
        expected: dict[str, Any] = orjson.loads(orjson.dumps(self.plain.ask(query, context, variables)))
        return expected

    def _given(self, viewer: Viewer) -> dict[str, Any]:
        threads = anyio.CapacityLimiter(4)
        return {
            "viewer": viewer,
            "database": self.pool,
            "threads": threads,
            "request_id": "req_test",
            "hub": self.hub,
        }


@pytest.fixture(scope="module")
def filled_url(server_url: str, worker_id: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    name = f"equality_{worker_id}"
    url = database.clone(server_url, name)
    engine = connect(url)
    fill(engine)
    engine.dispose()
    yield url
    database.drop(server_url, name)


@pytest.fixture(scope="module")
async def both(
    filled_url: str, product_engine: Engine, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[Both]:
    home: Path = tmp_path_factory.mktemp("home")
    (home / "plugins.toml").write_text('[integrations.forecast]\nplugin = "forecast"\n')
    hub = open_hub(Config(home=home, plugins_file=home / "plugins.toml", sample=False), filled_url)
    reading = connect(filled_url)
    store = Store(reading)
    pool = Database(filled_url, size=2)
    await pool.start()
    try:
        yield Both(product_engine, Plain(store), pool, hub)
    finally:
        await pool.stop()
        store.close()
        reading.dispose()
        hub.close()


@pytest.fixture(autouse=True)
def at_noon(monkeypatch: pytest.MonkeyPatch) -> None:
    """The same moment for both."""
    monkeypatch.setattr(clock, "now", lambda: NOON)


@pytest.fixture(autouse=True)
def logged() -> Iterator[list[Any]]:
    """What was logged, instead of printing it."""
    with capture_logs() as entries:
        yield entries


@pytest.fixture(scope="module")
def anyio_backend() -> str:
    return "asyncio"
