"""The product's own API over HTTP in this process; a conftest that imports the fixtures offers them to its tests."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from starlette.testclient import TestClient

from core.access import keys
from core.hub import Hub
from schema import domains
from schema.app import create_app
from schema.authentication import viewer_of
from schema.build import build_engine
from schema.context import Viewer
from schema.engine.database import Database
from schema.engine.engine import Engine
from schema.web import routes


class Api:
    """Asks as the holder of a key: `api(query, id=...)` answers with `data`."""

    def __init__(self, client: TestClient, secret: str, statements: list[str] | None = None) -> None:
        self.client = client
        self.secret = secret
        self.statements = [] if statements is None else statements
        """The text of each statement of a read so far."""

    def __call__(self, query: str, /, **variables: Any) -> dict[str, Any]:
        body = self.body(query, **variables)
        assert "errors" not in body, body["errors"]
        data: dict[str, Any] = body["data"]
        return data

    def body(self, query: str, /, **variables: Any) -> dict[str, Any]:
        """All of the answer, errors too."""
        headers = {"authorization": f"Bearer {self.secret}"}
        response = self.client.post("/graphql", json={"query": query, "variables": variables}, headers=headers)
        answer: dict[str, Any] = response.json()
        return answer

    def done(self, query: str, /, **variables: Any) -> dict[str, Any]:
        """The payload of a document with one mutation that must succeed."""
        (payload,) = self(query, **variables).values()
        assert payload["userErrors"] == [], payload["userErrors"]
        found: dict[str, Any] = payload
        return found

    def refused(self, query: str, /, **variables: Any) -> list[tuple[str, list[str] | None]]:
        """Code and path of each userError of a document with one mutation; it must select both."""
        (payload,) = self(query, **variables).values()
        return [(error["code"], error["path"]) for error in payload["userErrors"]]

    def holding(self, secret: str) -> "Api":
        """The same API for the holder of another key."""
        return Api(self.client, secret, self.statements)


@pytest.fixture(scope="session")
def product_engine() -> Engine:
    domains.load()
    return build_engine()


@pytest.fixture
def api(hub: Hub, product_engine: Engine, database_url: str) -> Iterator[Api]:
    """As an administrator asks."""
    assert hub.config.admin_key is not None
    secret = hub.config.admin_key.get_secret_value()
    with hub.transaction() as session:
        keys.ensure_admin(session, secret)
    with serving(hub, product_engine, database_url, secret) as api:
        yield api


@contextmanager
def serving(hub: Hub, engine: Engine, database_url: str, secret: str) -> Iterator[Api]:
    """The API of a hub, asked by the holder of a key."""

    async def authenticate(given: str) -> Viewer | None:
        with hub.transaction() as session:
            key = keys.authenticate(session, given)
            return viewer_of(session, key) if key is not None else None

    statements: list[str] = []
    database = Database(database_url, size=2)
    database.watchers.append(statements.append)
    app = create_app(engine, database=database, authenticate=authenticate, hub=hub, routes=routes(hub), threads=2)
    with TestClient(app) as client:
        yield Api(client, secret, statements)
