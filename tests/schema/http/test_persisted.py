"""Documents named instead of sent: by the hash that Apollo's clients send, or by the id of a list."""

import hashlib
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient

from core.errors import SettingsError
from schema.engine.engine import Engine
from schema.http import manifest, persisted
from schema.http.persisted import PersistedDocuments
from tests.schema.http.shops import BOSS, GRAPHQL, KEY, a_shop, code

HELLO = "{ hello }"
LISTED = "query Listed($id: ID) { order(id: $id) { number } }"


def digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def hashed(text: str, **more: Any) -> dict[str, Any]:
    return {"extensions": {"persistedQuery": {"version": 1, "sha256Hash": digest(text)}}, **more}


@pytest.fixture
def auto(shop_url: str, reader: Engine) -> Iterator[TestClient]:
    with a_shop(shop_url, reader) as client:
        yield client


@pytest.fixture
def only(shop_url: str, reader: Engine) -> Iterator[TestClient]:
    listed = PersistedDocuments("only", {"listed-1": LISTED, digest(LISTED): LISTED})
    with a_shop(shop_url, reader, persisted=listed) as client:
        yield client


def post(client: TestClient, body: Any, headers: dict[str, str] = KEY) -> Any:
    return client.post("/graphql", json=body, headers=headers)


def test_a_hash_works_once_its_text_has_come_with_it(auto: TestClient) -> None:
    unknown = post(auto, hashed(HELLO))
    assert (unknown.status_code, code(unknown)) == (200, "PERSISTED_QUERY_NOT_FOUND")
    assert unknown.json()["errors"][0]["message"] == "PersistedQueryNotFound"
    assert unknown.headers["cache-control"] == "no-store"

    assert post(auto, hashed(HELLO, query=HELLO)).json()["data"] == {"hello": "hello sesame"}

    assert post(auto, hashed(HELLO)).json()["data"] == {"hello": "hello sesame"}
    assert post(auto, {"documentId": f"sha256:{digest(HELLO)}"}).json()["data"] == {"hello": "hello sesame"}


def test_a_hash_may_be_asked_for_by_get_and_its_answer_kept(auto: TestClient) -> None:
    post(auto, hashed(HELLO, query=HELLO))
    address = {"extensions": json.dumps(hashed(HELLO)["extensions"])}

    found = auto.get("/graphql", params=address, headers=KEY)
    again = auto.get("/graphql", params=address, headers={**KEY, "if-none-match": found.headers["etag"]})

    assert found.json()["data"] == {"hello": "hello sesame"}
    assert again.status_code == 304


def test_the_status_of_an_unknown_hash_is_honest_where_the_client_understands_it(auto: TestClient) -> None:
    assert post(auto, hashed(HELLO), {**KEY, "accept": GRAPHQL}).status_code == 400


@pytest.mark.parametrize(
    "asked",
    [
        hashed(HELLO, query="{ broken }"),
        {"extensions": {"persistedQuery": 1}},
        {"extensions": {"persistedQuery": {"version": 2, "sha256Hash": digest(HELLO)}}},
        {"extensions": {"persistedQuery": {"version": 1, "sha256Hash": 7}}},
        {"documentId": 7},
        {"documentId": "x", "query": HELLO},
        {"documentId": "x", **hashed(HELLO)},
    ],
)
def test_a_hash_that_is_none_or_of_another_text_is_refused(auto: TestClient, asked: Any) -> None:
    refused = post(auto, asked)

    assert (refused.status_code, code(refused)) == (400, "BAD_REQUEST")
    assert code(post(auto, hashed(HELLO))) == "PERSISTED_QUERY_NOT_FOUND"


def test_only_the_last_used_documents_stay(auto: TestClient, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(persisted, "MOST_KEPT", 30)
    first, second, third = (f"{{ {name}: hello }}" for name in "abc")
    for text in (first, second):
        post(auto, hashed(text, query=text))
    post(auto, hashed(first))
    post(auto, hashed(third, query=third))

    assert "data" in post(auto, hashed(first)).json()
    assert code(post(auto, hashed(second))) == "PERSISTED_QUERY_NOT_FOUND"


def test_switched_off_clients_are_told_to_send_the_text(shop_url: str, reader: Engine) -> None:
    with a_shop(shop_url, reader, persisted=PersistedDocuments("off")) as client:
        assert code(post(client, hashed(HELLO, query=HELLO))) == "PERSISTED_QUERY_NOT_SUPPORTED"
        assert "data" in post(client, {"query": HELLO}).json()


def test_only_documents_of_the_list_are_run(only: TestClient) -> None:
    variables = {"id": "ord_1"}
    for asked in (
        {"documentId": "listed-1"},
        {"documentId": f"sha256:{digest(LISTED)}"},
        hashed(LISTED),
        hashed(LISTED, query=LISTED),
        {"query": LISTED},
    ):
        answer = post(only, {**asked, "variables": variables})
        assert answer.json()["data"] == {"order": {"number": "N1"}}, asked
    for refused, reason in (
        ({"query": HELLO}, "DOCUMENT_NOT_ALLOWED"),
        (hashed(HELLO, query=HELLO), "DOCUMENT_NOT_ALLOWED"),
        (hashed(HELLO), "PERSISTED_QUERY_NOT_FOUND"),
        ({"documentId": "other"}, "PERSISTED_QUERY_NOT_FOUND"),
    ):
        assert code(post(only, refused)) == reason


def test_an_admin_key_is_free_of_the_list(only: TestClient) -> None:
    assert post(only, {"query": HELLO}, BOSS).json()["data"] == {"hello": "hello boss"}
    assert post(only, hashed(HELLO, query=HELLO), BOSS).json()["data"] == {"hello": "hello boss"}
    assert code(post(only, hashed(HELLO))) == "PERSISTED_QUERY_NOT_FOUND"  # and has taught it to nobody


def test_the_list_holds_for_every_transport(only: TestClient) -> None:
    streamed = post(only, {"query": HELLO}, {**KEY, "accept": "text/event-stream"})
    assert code(streamed) == "DOCUMENT_NOT_ALLOWED"

    with only.websocket_connect("/graphql", subprotocols=["graphql-transport-ws"]) as socket:
        socket.send_json({"type": "connection_init", "payload": KEY})
        socket.receive_json()
        socket.send_json({"type": "subscribe", "id": "1", "payload": {"query": HELLO}})
        assert socket.receive_json()["payload"][0]["extensions"]["code"] == "DOCUMENT_NOT_ALLOWED"
        asked = {"documentId": "listed-1", "variables": {"id": "ord_1"}}
        socket.send_json({"type": "subscribe", "id": "1", "payload": asked})
        assert socket.receive_json()["payload"]["data"] == {"order": {"number": "N1"}}


def test_lists_are_read_as_build_tools_write_them(tmp_path: Path) -> None:
    plain = {"a1": "query A { hello }"}
    apollo = {
        "format": "apollo-persisted-query-manifest",
        "version": 1,
        "operations": [{"id": "b1", "name": "B", "type": "query", "body": "query B { hello }"}],
    }
    (tmp_path / "deep").mkdir()
    (tmp_path / "codegen-or-relay.json").write_text(json.dumps(plain))
    (tmp_path / "deep" / "apollo.json").write_text(json.dumps(apollo))
    (tmp_path / "deep" / "C.graphql").write_text("query C { hello }")
    (tmp_path / "README.md").write_text("not a document")

    everything = manifest.read(tmp_path)

    assert everything == plain | {"b1": "query B { hello }", digest("query C { hello }"): "query C { hello }"}
    assert manifest.read(tmp_path / "codegen-or-relay.json") == plain


@pytest.mark.parametrize("content", ["{", "[]", "1", '{"a": 1}', '{"format": "apollo-persisted-query-manifest"}'])
def test_a_list_that_cannot_be_read_is_told(tmp_path: Path, content: str) -> None:
    (tmp_path / "bad.json").write_text(content)

    with pytest.raises(SettingsError, match="is no manifest of documents"):
        manifest.read(tmp_path)


def test_a_list_that_says_nothing_or_two_things_is_told(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="no documents in"):
        manifest.read(tmp_path)
    with pytest.raises(SettingsError, match="cannot be read"):
        manifest.read(tmp_path / "missing.json")
    (tmp_path / "one.json").write_text('{"a": "{ hello }"}')
    (tmp_path / "two.json").write_text('{"a": "{ broken }"}')
    with pytest.raises(SettingsError, match="have the id a"):
        manifest.read(tmp_path)
