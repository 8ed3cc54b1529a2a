"""The HTTP face over the test shop, set up as a test asks."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from starlette.testclient import TestClient

from schema.app import create_app
from schema.context import Viewer
from schema.engine.database import Database
from schema.engine.engine import Engine

SECRETS = {"sesame": {"orders:read"}, "boss": {"orders:read", "admin"}}
KEY = {"authorization": "Bearer sesame"}
BOSS = {"authorization": "Bearer boss"}
GRAPHQL = "application/graphql-response+json"


async def who(secret: str) -> Viewer | None:
    return Viewer(name=secret, scopes=frozenset(SECRETS[secret])) if secret in SECRETS else None


@contextmanager
def a_shop(url: str, engine: Engine, **options: Any) -> Iterator[TestClient]:
    options.setdefault("authenticate", who)
    app = create_app(engine, database=options.pop("database", None) or Database(url, size=3), **options)
    with TestClient(app) as client:
        yield client


def code(response: Any) -> str:
    """The code of the one error of an answer."""
    (error,) = response.json()["errors"]
    found: str = error["extensions"]["code"]
    return found
