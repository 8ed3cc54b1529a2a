"""GraphQL over HTTP, server-sent events and WebSocket, as clients see it."""

from collections.abc import Iterator
from typing import Any

import pytest
from starlette.testclient import TestClient
from starlette.websockets import WebSocketDisconnect

from schema.app import create_app
from schema.context import Viewer
from schema.engine.database import Database
from schema.engine.engine import Engine

KEY = {"authorization": "Bearer sesame"}
GRAPHQL = "application/graphql-response+json"


async def who(secret: str) -> Viewer | None:
    return Viewer(name="web", scopes=frozenset({"orders:read"})) if secret == "sesame" else None


@pytest.fixture(scope="module")
def client(shop_url: str, reader: Engine) -> Iterator[TestClient]:
    app = create_app(
        reader, database=Database(shop_url, size=3), authenticate=who, allowed_origins=["https://shop.example"]
    )
    with TestClient(app) as client:
        yield client


def post(client: TestClient, body: Any, **headers: str) -> Any:
    return client.post("/graphql", json=body, headers={**KEY, **headers})


def test_a_query_is_answered(client: TestClient) -> None:
    response = post(client, {"query": "query ($id: ID) { order(id: $id) { number } }", "variables": {"id": "ord_1"}})

    assert response.status_code == 200
    assert response.headers["content-type"] == "application/json; charset=utf-8"
    assert response.headers["x-request-id"].startswith("req_")
    assert response.json() == {
        "data": {"order": {"number": "N1"}},
        "extensions": {"cost": {"rows": 1, "limit": 50_000}},
    }


@pytest.mark.parametrize(
    "headers", [{}, {"authorization": "Bearer wrong"}, {"authorization": ""}, {"x-api-key": "wrong"}]
)
def test_no_or_a_bad_key_is_401(client: TestClient, headers: dict[str, str]) -> None:
    response = client.post("/graphql", json={"query": "{ hello }"}, headers=headers)

    assert response.status_code == 401
    assert response.json()["errors"][0]["extensions"]["code"] == "UNAUTHENTICATED"


def test_a_key_may_come_in_its_own_header(client: TestClient) -> None:
    assert client.post("/graphql", json={"query": "{ hello }"}, headers={"x-api-key": "sesame"}).status_code == 200


@pytest.mark.parametrize(
    ("query", "plain", "honest"),
    [("{ hello }", 200, 200), ("{ nope }", 200, 400), ("{", 200, 400), ("{ broken }", 200, 200),
     ('mutation { orderClose(id: "ord_1") { userErrors { code } } }', 200, 403)],
)  # fmt: skip
def test_the_status_is_honest_where_the_client_understands_it(
    client: TestClient, query: str, plain: int, honest: int
) -> None:
    assert post(client, {"query": query}).status_code == plain
    response = post(client, {"query": query}, accept=GRAPHQL)
    assert response.status_code == honest
    assert response.headers["content-type"].startswith(GRAPHQL)


@pytest.mark.parametrize(
    "body",
    [1, "x", [], [{"query": "{ hello }"}], {}, {"query": 1}, {"query": ""}, {"query": "{ hello }", "variables": "x"},
     {"query": "{ hello }", "operationName": 1}, {"query": "{ hello }", "extensions": []}],
)  # fmt: skip
def test_a_request_of_another_shape_is_400(client: TestClient, body: Any) -> None:
    response = post(client, body)

    assert response.status_code == 400
    assert response.json()["errors"][0]["extensions"]["code"] == "BAD_REQUEST"


@pytest.mark.parametrize(
    ("content", "kind", "status"),
    [
        (b"{", "application/json", 400),
        (b"\xff\xfe", "application/json", 400),
        (b'{"query": "{ hello }"}', "text/plain", 415),
        (b'{"query": "{ hello }"}', "application/json; charset=latin-1", 415),
        (b"[" * 100_000, "application/json", 400),
        (b" " * 3_000_000, "application/json", 413),
    ],
)
def test_a_body_that_cannot_be_read_is_refused(client: TestClient, content: bytes, kind: str, status: int) -> None:
    response = client.post("/graphql", content=content, headers={**KEY, "content-type": kind})

    assert response.status_code == status


def test_a_body_without_a_length_is_cut_off(client: TestClient) -> None:
    def endless() -> Iterator[bytes]:
        for _ in range(100):
            yield b" " * 50_000

    response = client.post("/graphql", content=endless(), headers={**KEY, "content-type": "application/json"})

    assert response.status_code == 413


def test_a_get_may_query_and_has_an_etag_but_may_not_change(client: TestClient) -> None:
    found = client.get("/graphql", params={"query": "{ hello }", "variables": "{}"}, headers=KEY)
    again = client.get(
        "/graphql", params={"query": "{ hello }"}, headers={**KEY, "if-none-match": found.headers["etag"]}
    )
    change = client.get(
        "/graphql", params={"query": 'mutation { orderClose(id: "ord_1") { order { id } } }'}, headers=KEY
    )

    assert found.json()["data"] == {"hello": "hello web"}
    assert (again.status_code, again.content) == (304, b"")
    assert (change.status_code, change.headers["allow"]) == (405, "POST")


def test_other_methods_are_not_allowed(client: TestClient) -> None:
    assert client.delete("/graphql", headers=KEY).status_code == 405


def test_a_browser_gets_graphiql_from_our_own_files_without_a_key(client: TestClient) -> None:
    page = client.get("/graphql", headers={"accept": "text/html"})

    assert page.status_code == 200
    for path in (
        "graphiql.min.js",
        "graphiql.min.css",
        "react.production.min.js",
        "react-dom.production.min.js",
        "page.js",
    ):
        assert f"graphql/static/{path}" in page.text
        assert client.get(f"/graphql/static/{path}").status_code == 200
    assert "http" not in page.text.replace("http-equiv", "")


def test_health(client: TestClient) -> None:
    assert client.get("/healthz").json() == {"status": "ok"}


def test_pages_of_named_hosts_may_call(client: TestClient) -> None:
    asks = {"origin": "https://shop.example", "access-control-request-method": "POST"}

    assert client.options("/graphql", headers=asks).headers["access-control-allow-origin"] == "https://shop.example"
    assert client.options("/graphql", headers={**asks, "origin": "https://evil.example"}).status_code == 400


def test_a_subscription_streams_as_server_sent_events(client: TestClient) -> None:
    query = {"query": "subscription { ticks(count: 2) { number actions { allowed } } }"}
    response = post(client, query, accept="text/event-stream")

    assert response.headers["content-type"].startswith("text/event-stream")
    first, second, last = response.text.strip().split("\n\n")
    assert first.startswith('event: next\ndata: {"data":{"ticks":{"number":"N1","actions":[{"allowed":true}]}}')
    assert '"N2"' in second
    assert last.startswith("event: complete")


def test_a_subscription_over_plain_http_is_refused(client: TestClient) -> None:
    response = post(client, {"query": "subscription { ticks { id } }"})

    assert response.status_code == 405
    assert "cannot be sent this way" in response.json()["errors"][0]["message"]


def connected(client: TestClient) -> Any:
    return client.websocket_connect("/graphql", subprotocols=["graphql-transport-ws"])


def begun(socket: Any, secret: str = "sesame") -> None:
    socket.send_json({"type": "connection_init", "payload": {"Authorization": f"Bearer {secret}"}})
    assert socket.receive_json() == {"type": "connection_ack"}


def test_operations_over_websocket(client: TestClient) -> None:
    with connected(client) as socket:
        begun(socket)
        socket.send_json({"type": "ping"})
        assert socket.receive_json() == {"type": "pong"}
        socket.send_json(
            {"type": "subscribe", "id": "1", "payload": {"query": "subscription { ticks(count: 2) { number } }"}}
        )
        assert socket.receive_json()["payload"]["data"] == {"ticks": {"number": "N1"}}
        assert socket.receive_json()["payload"]["data"] == {"ticks": {"number": "N2"}}
        assert socket.receive_json() == {"type": "complete", "id": "1"}
        socket.send_json({"type": "subscribe", "id": "1", "payload": {"query": "{ hello }"}})
        assert socket.receive_json()["payload"]["data"] == {"hello": "hello web"}
        assert socket.receive_json() == {"type": "complete", "id": "1"}
        socket.send_json({"type": "subscribe", "id": "2", "payload": {"query": "{ nope }"}})
        refused = socket.receive_json()
        assert (refused["type"], refused["id"]) == ("error", "2")


@pytest.mark.parametrize(
    ("messages", "code"),
    [
        ([{"type": "subscribe", "id": "1", "payload": {"query": "{ hello }"}}], 4401),
        ([{"type": "connection_init"}], 4403),
        ([{"type": "connection_init", "payload": {"authorization": "Bearer wrong"}}], 4403),
        (["ack", {"type": "connection_init"}], 4429),
        (["ack", {"type": "what"}], 4400),
        (["ack", {"id": "1"}], 4400),
        (["ack", {"type": "subscribe", "id": "", "payload": {}}], 4400),
        (
            ["ack", *[{"type": "subscribe", "id": "1", "payload": {"query": '{ order(id: "ord_1") { slow } }'}}] * 2],
            4409,
        ),
    ],
)
def test_a_client_that_breaks_the_protocol_is_closed(client: TestClient, messages: list[Any], code: int) -> None:
    with connected(client) as socket:
        for message in messages:
            if message == "ack":
                begun(socket)
            else:
                socket.send_json(message)
        with pytest.raises(WebSocketDisconnect) as closed:
            socket.receive_json()

    assert closed.value.code == code


def test_text_that_is_no_json_closes_the_connection(client: TestClient) -> None:
    with connected(client) as socket:
        socket.send_text("{")
        with pytest.raises(WebSocketDisconnect) as closed:
            socket.receive_json()

    assert closed.value.code == 4400


def test_another_subprotocol_is_not_acceptable(client: TestClient) -> None:
    with (
        client.websocket_connect("/graphql", subprotocols=["graphql-ws"]) as socket,
        pytest.raises(WebSocketDisconnect) as closed,
    ):
        socket.receive_json()

    assert closed.value.code == 4406


def test_a_completed_operation_says_no_more(client: TestClient) -> None:
    with connected(client) as socket:
        begun(socket)
        socket.send_json({"type": "subscribe", "id": "1", "payload": {"query": '{ order(id: "ord_1") { slow } }'}})
        socket.send_json({"type": "complete", "id": "1"})
        socket.send_json({"type": "subscribe", "id": "1", "payload": {"query": "{ hello }"}})
        assert socket.receive_json()["payload"]["data"] == {"hello": "hello web"}
