"""Streams that stay open: their key is looked at again, and a reader that stands still is dropped."""

import asyncio
import socket
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import orjson
import pytest
from starlette.testclient import TestClient
from starlette.websockets import WebSocketDisconnect

from schema import serve
from schema.context import Viewer
from schema.engine.engine import Engine
from schema.http import sse, standing, websocket
from schema.http.parameters import LONGEST_BODY
from tests.api import Api
from tests.schema.http.shops import KEY, a_shop

MANY = "subscription { ticks(count: 1000000) { number } }"


@dataclass
class Keys:
    """Who is known; a test takes a key back, or gives it other rights."""

    scopes: dict[str, frozenset[str]] = field(default_factory=lambda: {"sesame": frozenset({"orders:read"})})

    async def who(self, secret: str) -> Viewer | None:
        scopes = self.scopes.get(secret)
        return None if scopes is None else Viewer(name=secret, scopes=scopes)


@pytest.fixture
def keys() -> Keys:
    return Keys()


@pytest.fixture
def client(shop_url: str, reader: Engine, keys: Keys, monkeypatch: pytest.MonkeyPatch) -> Iterator[TestClient]:
    monkeypatch.setattr(standing, "EVERY", 0.05)
    with a_shop(shop_url, reader, authenticate=keys.who) as client:
        yield client


def read_to_its_end(socket: Any) -> None:
    while True:
        socket.receive_json()


@pytest.mark.parametrize("left", [None, frozenset({"stock:read"})], ids=["revoked", "of other rights"])
def test_a_socket_whose_key_lapses_is_closed(client: TestClient, keys: Keys, left: frozenset[str] | None) -> None:
    with client.websocket_connect("/graphql", subprotocols=["graphql-transport-ws"]) as socket:
        socket.send_json({"type": "connection_init", "payload": KEY})
        socket.receive_json()
        socket.send_json({"type": "subscribe", "id": "1", "payload": {"query": MANY}})
        assert socket.receive_json()["type"] == "next"

        keys.scopes.pop("sesame")
        if left is not None:
            keys.scopes["sesame"] = left

        with pytest.raises(WebSocketDisconnect) as closed:
            read_to_its_end(socket)
    assert (closed.value.code, closed.value.reason) == (4403, "The API key is no longer valid")


def test_an_event_stream_whose_key_lapses_ends_and_says_so(client: TestClient, keys: Keys) -> None:
    async def revoke_soon() -> None:
        await asyncio.sleep(0.2)
        keys.scopes.clear()

    assert client.portal is not None
    client.portal.start_task_soon(revoke_soon)
    answer = client.post("/graphql", json={"query": MANY}, headers={**KEY, "accept": "text/event-stream"})

    *_, said, last = answer.text.strip().split("\n\n")
    assert orjson.loads(said.partition("data: ")[2])["errors"][0]["extensions"]["code"] == "UNAUTHENTICATED"
    assert last.startswith("event: complete")


def test_a_bad_cursor_ends_a_stream_with_its_error(api: Api) -> None:
    asked = {"query": 'subscription { events(after: "WyJ4Il0=") { name } }'}
    headers = {"authorization": f"Bearer {api.secret}"}
    with api.client.websocket_connect("/graphql", subprotocols=["graphql-transport-ws"]) as socket:
        socket.send_json({"type": "connection_init", "payload": headers})
        socket.receive_json()
        socket.send_json({"type": "subscribe", "id": "1", "payload": asked})
        message = socket.receive_json()
    streamed = api.client.post("/graphql", json=asked, headers={**headers, "accept": "text/event-stream"}).text

    assert (message["type"], message["payload"][0]["extensions"]["code"]) == ("error", "INVALID")
    assert '"code":"INVALID"' in streamed
    assert "INTERNAL" not in streamed


def closing(client: TestClient, *texts: str) -> int:
    """The code with which a socket is closed on which these messages came."""
    with client.websocket_connect("/graphql", subprotocols=["graphql-transport-ws"]) as socket:
        for text in texts:
            socket.send_text(text)
        with pytest.raises(WebSocketDisconnect) as closed:
            read_to_its_end(socket)
    return closed.value.code


def test_a_socket_that_is_opened_and_says_nothing_is_closed(
    client: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(websocket, "PATIENCE", 0.05)

    assert closing(client) == 4408


def test_a_socket_may_have_so_many_operations_and_no_message_larger_than_a_body(client: TestClient) -> None:
    begin = orjson.dumps({"type": "connection_init", "payload": KEY}).decode()
    asked = {"type": "subscribe", "payload": {"query": '{ order(id: "ord_1") { slow } }'}}
    operations = [orjson.dumps({**asked, "id": str(number)}).decode() for number in range(websocket.MOST + 1)]

    assert closing(client, begin, *operations) == 4429
    assert closing(client, begin, " " * (LONGEST_BODY + 1)) == 4400


class Stuck:
    """A caller at the other end of ASGI who asks, and then takes so many messages and no more."""

    def __init__(self, *asks: Any, takes: int) -> None:
        self.asks = list(asks)
        self.takes = takes
        self.taken: list[Any] = []

    async def receive(self) -> Any:
        if self.asks:
            return self.asks.pop(0)
        return await asyncio.Event().wait()

    async def send(self, message: Any) -> None:
        if len(self.taken) >= self.takes:
            await asyncio.Event().wait()
        self.taken.append(message)


def called(client: TestClient, caller: Stuck, **scope: Any) -> None:
    """Let the application serve this caller to its end."""
    whole = {"path": "/graphql", "query_string": b"", "headers": [], **scope}

    async def served() -> None:
        async with asyncio.timeout(10):
            await client.app(whole, caller.receive, caller.send)

    assert client.portal is not None
    client.portal.call(served)


def test_a_socket_that_is_not_read_is_dropped(client: TestClient, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(websocket, "SLOWEST", 0.1)
    monkeypatch.setattr(websocket, "_FAREWELL", 0.1)
    messages: list[Any] = [
        {"type": "connection_init", "payload": KEY},
        {"type": "subscribe", "id": "1", "payload": {"query": MANY}},
        {"type": "subscribe", "id": "2", "payload": {"query": MANY}},
    ]
    texts = [{"type": "websocket.receive", "text": orjson.dumps(message).decode()} for message in messages]
    caller = Stuck({"type": "websocket.connect"}, *texts, takes=12)

    called(client, caller, type="websocket", scheme="ws", subprotocols=["graphql-transport-ws"])

    assert len(caller.taken) == 12


def test_an_event_stream_that_is_not_read_is_dropped(client: TestClient, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sse, "SLOWEST", 0.1)
    body = orjson.dumps({"query": MANY})
    caller = Stuck({"type": "http.request", "body": body, "more_body": False}, takes=12)
    given = {**KEY, "accept": "text/event-stream", "content-type": "application/json"}
    headers = [(name.encode(), value.encode()) for name, value in given.items()]

    called(client, caller, type="http", http_version="1.1", method="POST", scheme="http", headers=headers)

    assert len(caller.taken) == 12


@pytest.mark.skipif(not hasattr(socket, "TCP_USER_TIMEOUT"), reason="this system has no such limit")
def test_the_kernel_drops_connections_whose_other_end_takes_nothing() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        serve._drop_who_stands_still(listening)
        with socket.create_connection(listening.getsockname()):
            accepted, _ = listening.accept()
            with accepted:
                limit = accepted.getsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT)

    assert limit == sse.SLOWEST * 1000
