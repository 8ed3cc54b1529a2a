"""Each setting of the API has its effect on the application that a web process makes."""

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.engine import Engine
from sqlalchemy.orm import Session
from starlette.testclient import TestClient
from structlog.testing import capture_logs

from core.access import keys
from core.hub import Hub, open_hub
from schema.web import create_web
from tests.schema.http.shops import code

SECRET = "an-admin-key-for-tests"
KEY = {"authorization": f"Bearer {SECRET}"}


@contextmanager
def web(hub: Hub, database_url: str, **settings: Any) -> Iterator[TestClient]:
    with hub.transaction() as session:
        keys.ensure_admin(session, SECRET)
    configured = open_hub(hub.config.model_copy(update=settings), database_url)
    with TestClient(create_web(configured, database_url)) as client:
        yield client
    configured.close()


def post(client: TestClient, query: str, **more: Any) -> Any:
    return client.post("/graphql", json={"query": query, **more}, headers=KEY)


def test_the_limits_of_a_query_are_settings(hub: Hub, database_url: str, engine: Engine) -> None:
    with web(hub, database_url, query_cost=100, query_timeout=0.2, slow_query=0.1, introspection=False) as client:
        costly = post(client, "{ orders(first: 101) { nodes { number } } }")
        closed = post(client, "{ __schema { description } }")
        with Session(engine) as holder, capture_logs() as logged:
            holder.execute(text("lock table orders in access exclusive mode"))
            late = post(client, "query Late { orders(first: 1) { nodes { number } } }")

    assert code(costly) == "TOO_COSTLY"
    assert "100 are allowed" in costly.json()["errors"][0]["message"]
    assert "introspection has been disabled" in closed.json()["errors"][0]["message"]
    assert late.json()["errors"][0]["extensions"] == {"code": "TIMEOUT", "requestId": late.headers["x-request-id"]}
    (slow,) = [entry for entry in logged if entry["event"] == "graphql.slow"]
    assert (slow["operation"], slow["outcome"], slow["statements"]) == ("Late", "failed", 1)


def test_only_the_documents_of_a_folder_are_run_where_the_operator_says_so(
    hub: Hub, database_url: str, tmp_path: Path
) -> None:
    document = "query Who { viewer { name } }"
    (tmp_path / "Who.graphql").write_text(document)
    (tmp_path / "old.json").write_text('{"an-old-one": "{ viewer { shoeSize } }"}')
    with hub.transaction() as session:
        _, secret = keys.create(session, "storefront", ["orders:read"])
    storefront = {"authorization": f"Bearer {secret}"}
    with capture_logs() as logged, web(hub, database_url, persisted_documents="only", documents=tmp_path) as client:
        listed = {"documentId": hashlib.sha256(document.encode()).hexdigest()}
        known = client.post("/graphql", json=listed, headers=storefront)
        other = client.post("/graphql", json={"query": "{ viewer { scopes } }"}, headers=storefront)
        admin = post(client, "{ viewer { name } }")

    (warning,) = [entry for entry in logged if entry["event"] == "graphql.documents_unfit"]
    assert (warning["log_level"], warning["count"]) == ("warning", 1)
    assert warning["documents"] == {"an-old-one": "Cannot query field 'shoeSize' on type 'Viewer'."}
    assert known.json()["data"] == {"viewer": {"name": "storefront"}}
    assert code(other) == "DOCUMENT_NOT_ALLOWED"
    assert admin.json()["data"] == {"viewer": {"name": "admin"}}


@pytest.mark.parametrize(
    ("origins", "allowed"), [([], None), (["https://a.example"], "https://a.example"), (["*"], "*")]
)
def test_pages_of_other_hosts_call_only_where_they_are_named(
    hub: Hub, database_url: str, origins: list[str], allowed: str | None
) -> None:
    with web(hub, database_url, cors_origins=origins) as client:
        answer = client.get(
            "/graphql", params={"query": "{ __typename }"}, headers={**KEY, "origin": "https://a.example"}
        )

    assert answer.headers.get("access-control-allow-origin") == allowed
