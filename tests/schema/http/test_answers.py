"""What surrounds an answer: its tag, compression, request id, and which pages and people may read what."""

import asyncio
from collections.abc import Iterator
from typing import Any

import pytest
from starlette.requests import Request
from starlette.testclient import TestClient

from schema.build import build_engine
from schema.context import Viewer
from schema.engine.engine import Engine
from schema.http.parameters import BadRequest, read
from tests.schema.engine.shop import shop
from tests.schema.http.shops import KEY, a_shop, code

LONG = "{ orders(first: 12) { nodes { id number status channel { name } lines { nodes { sku quantity } } } } }"


@pytest.fixture(scope="module")
def client(shop_url: str, reader: Engine) -> Iterator[TestClient]:
    with a_shop(shop_url, reader, allowed_origins=["https://shop.example"]) as client:
        yield client


def get(client: TestClient, query: str, **headers: str) -> Any:
    return client.get("/graphql", params={"query": query}, headers={**KEY, **headers})


def test_a_long_answer_is_compressed_and_a_short_one_is_not(client: TestClient) -> None:
    plain = get(client, LONG, **{"accept-encoding": "identity"})
    packed = get(client, LONG, **{"accept-encoding": "gzip"})

    assert packed.headers["content-encoding"] == "gzip"
    assert packed.json() == plain.json()
    assert int(packed.headers["content-length"]) < len(plain.content) / 2
    assert "content-encoding" not in plain.headers
    assert "content-encoding" not in get(client, "{ hello }", **{"accept-encoding": "gzip"}).headers
    assert {"authorization", "accept", "accept-encoding"} <= set(packed.headers["vary"].lower().split(", "))


def test_the_tag_is_that_of_the_answer_however_it_is_compressed(client: TestClient) -> None:
    plain = get(client, LONG, **{"accept-encoding": "identity"})
    tag = plain.headers["etag"]

    assert tag.startswith('W/"')
    assert get(client, LONG, **{"accept-encoding": "gzip"}).headers["etag"] == tag
    for known in (tag, tag.removeprefix("W/"), f'"other", {tag}', "*"):
        answer = get(client, LONG, **{"accept-encoding": "gzip", "if-none-match": known})
        assert (answer.status_code, answer.content, answer.headers["etag"]) == (304, b"", tag), known
        assert "content-encoding" not in answer.headers
    assert get(client, LONG, **{"if-none-match": '"other"'}).status_code == 200


def test_an_answer_with_errors_has_no_tag(client: TestClient) -> None:
    assert "etag" not in get(client, "{ broken }").headers


def test_a_stream_is_not_compressed(client: TestClient) -> None:
    query = "subscription { ticks(count: 12) { id number status channel { name } lines { nodes { sku } } } }"
    answer = get(client, query, accept="text/event-stream", **{"accept-encoding": "gzip"})

    assert len(answer.content) > 1400
    assert "content-encoding" not in answer.headers


def test_a_change_cannot_be_asked_for_by_get_in_a_stream_either(client: TestClient) -> None:
    answer = get(client, 'mutation { orderClose(id: "ord_1") { order { id } } }', accept="text/event-stream")

    assert "cannot be sent this way" in answer.text


def test_a_stream_has_its_request_id_too(client: TestClient) -> None:
    answer = get(client, "{ hello }", accept="text/event-stream", **{"x-request-id": "proxy-7f3a2c"})

    assert answer.headers["x-request-id"] == "proxy-7f3a2c"


def test_another_method_is_told_which_there_are_before_it_is_asked_for_a_key(client: TestClient) -> None:
    answer = client.put("/graphql", json={"query": "{ hello }"})

    assert (answer.status_code, answer.headers["allow"]) == (405, "GET, POST")


def test_a_request_keeps_the_id_that_a_proxy_gave_it(client: TestClient) -> None:
    own = get(client, "{ hello }", **{"x-request-id": "proxy-7f3a2c"})
    refused = get(client, "", **{"x-request-id": "proxy-7f3a2c"})
    odd = get(client, "{ hello }", **{"x-request-id": 'x" or 1=1'})

    assert own.headers["x-request-id"] == "proxy-7f3a2c"
    assert refused.json()["errors"][0]["extensions"] == {"code": "BAD_REQUEST", "requestId": "proxy-7f3a2c"}
    assert odd.headers["x-request-id"].startswith("req_")


def test_a_page_of_a_named_host_may_read_tags_and_request_ids(client: TestClient) -> None:
    answer = get(client, "{ hello }", origin="https://shop.example")
    other = get(client, "{ hello }", origin="https://evil.example")

    assert answer.headers["access-control-allow-origin"] == "https://shop.example"
    assert answer.headers["access-control-expose-headers"] == "x-request-id, etag"
    assert "access-control-allow-origin" not in other.headers


def test_the_schema_is_told_only_where_the_operator_wants_it(client: TestClient, shop_url: str) -> None:
    asked = {"query": "{ __schema { queryType { name } } }"}
    assert client.post("/graphql", json=asked, headers=KEY).json()["data"] == {
        "__schema": {"queryType": {"name": "Query"}}
    }
    with a_shop(shop_url, build_engine(shop, introspection=False)) as closed:
        refused = closed.post("/graphql", json=asked, headers=KEY).json()
        assert {error["extensions"]["code"] for error in refused["errors"]} == {"INVALID"}
        assert "data" not in refused
        assert closed.post("/graphql", json={"query": "{ __typename }"}, headers=KEY).json()["data"]


class TestWhatBreaksOnOurSide:
    """Whatever broke, and on whichever way it was asked: a code and the request id, and nothing of what it was."""

    SECRET = "relation secret_table does not exist at /srv/hub/core.py line 7"

    @pytest.fixture
    def broken(self, shop_url: str, reader: Engine) -> Iterator[TestClient]:
        async def fails(secret: str) -> Viewer | None:
            await asyncio.sleep(0)
            raise RuntimeError(self.SECRET)

        with a_shop(shop_url, reader, authenticate=fails) as client:
            yield client

    def told(self, answer: Any) -> None:
        assert (answer.status_code, code(answer)) == (500, "INTERNAL")
        assert answer.json()["errors"][0]["extensions"]["requestId"] == answer.headers["x-request-id"]
        assert "secret_table" not in answer.text

    def test_over_http(self, broken: TestClient) -> None:
        self.told(broken.post("/graphql", json={"query": "{ hello }"}, headers=KEY))
        self.told(broken.get("/graphql", params={"query": "{ hello }"}, headers=KEY))

    def test_over_server_sent_events(self, broken: TestClient) -> None:
        self.told(broken.post("/graphql", json={"query": "{ hello }"}, headers={**KEY, "accept": "text/event-stream"}))

    def test_over_websocket(self, broken: TestClient) -> None:
        with broken.websocket_connect("/graphql", subprotocols=["graphql-transport-ws"]) as socket:
            socket.send_json({"type": "connection_init", "payload": KEY})
            assert socket.receive() == {"type": "websocket.close", "code": 1011, "reason": "Internal error"}


@pytest.mark.anyio
async def test_a_caller_who_goes_away_in_the_middle_of_a_body_is_nobodys_mistake() -> None:
    parts = iter([{"type": "http.request", "body": b'{"query": ', "more_body": True}, {"type": "http.disconnect"}])

    async def receive() -> Any:
        return next(parts)

    request = Request({"type": "http", "method": "POST", "headers": []}, receive)
    with pytest.raises(BadRequest) as refused:
        await read(request, {"content-type": "application/json"})

    assert refused.value.status == 499
