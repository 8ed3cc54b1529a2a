"""A PostgreSQL that ends and begins again: callers hear a stable code meanwhile, and no web process is restarted."""

import time
from contextlib import ExitStack
from typing import Any

import orjson
import pytest
from starlette.testclient import TestClient
from starlette.websockets import WebSocketDisconnect

from core.db import connect
from core.servers import embedded_postgres
from schema.away import Away
from schema.context import Viewer
from schema.engine.database import Database
from schema.engine.engine import Engine
from tests.schema.engine.conftest import fill_shop
from tests.schema.http.shops import GRAPHQL, KEY, a_shop, who

ALL = "{ orders { totalCount } }"
SOME = '{ hello order(id: "ord_1") { number } }'
TICKS = "subscription { ticks(count: 2) { number } }"
FOUND = {"orders": {"totalCount": 12}}


def post(client: TestClient, query: str, **headers: str) -> Any:
    return client.post("/graphql", json={"query": query}, headers={**KEY, **headers})


def over_socket(client: TestClient, query: str) -> list[Any]:
    """What comes back over a WebSocket, up to its end."""
    with client.websocket_connect("/graphql", subprotocols=["graphql-transport-ws"]) as socket:
        socket.send_json({"type": "connection_init", "payload": KEY})
        assert socket.receive_json()["type"] == "connection_ack"
        socket.send_json({"type": "subscribe", "id": "1", "payload": {"query": query}})
        messages = []
        while (message := socket.receive_json())["type"] == "next":
            messages.append(message["payload"])
        assert message["type"] == "complete"
        return messages


def over_events(client: TestClient, query: str) -> list[Any]:
    """What comes back as server-sent events."""
    *events, last = post(client, query, accept="text/event-stream").text.strip().split("\n\n")
    assert last.startswith("event: complete")
    return [orjson.loads(event.partition("data: ")[2]) for event in events]


def codes(body: Any) -> list[str]:
    return [error["extensions"]["code"] for error in body["errors"]]


def test_a_database_that_is_away_is_told_by_its_code_until_it_is_back(
    tmp_path_factory: pytest.TempPathFactory, reader: Engine
) -> None:
    home = tmp_path_factory.mktemp("pg")
    with ExitStack() as stack:
        with embedded_postgres(home, durable=False) as url:
            fill_shop(url)
            pool = Database(url, size=3)
            client = stack.enter_context(a_shop(url, reader, database=pool))
            assert post(client, ALL).json()["data"] == FOUND
            assert client.portal is not None
            reading = client.portal.start_task_soon(pool.fetch, "select pg_sleep(60)", ())
            time.sleep(0.1)

        with pytest.raises(Away):
            reading.result(10)
        for media in ("application/json", GRAPHQL):
            away = post(client, ALL, accept=media)
            assert (away.status_code, away.headers["retry-after"], codes(away.json())) == (503, "1", ["UNAVAILABLE"])
            assert away.json()["errors"][0]["extensions"]["retryable"] is True
            assert "postgres" not in away.text.lower()
        partly = post(client, SOME)
        assert (partly.status_code, partly.headers["retry-after"], codes(partly.json())) == (200, "1", ["UNAVAILABLE"])
        assert partly.json()["data"] == {"hello": "hello sesame", "order": None}
        for over in (over_socket, over_events):
            assert [codes(body) for body in over(client, ALL)] == [["UNAVAILABLE"]]
            assert [codes(body) for body in over(client, TICKS)] == [["UNAVAILABLE"]] * 2

        with embedded_postgres(home, durable=False) as again:
            assert again == url
            assert post(client, ALL).json()["data"] == FOUND
            for over in (over_socket, over_events):
                assert [body["data"] for body in over(client, ALL)] == [FOUND]
                assert [body["data"]["ticks"]["number"] for body in over(client, TICKS)] == ["N1", "N2"]


def test_who_asks_cannot_be_known_while_the_database_is_away(shop_url: str, reader: Engine) -> None:
    """Keys are looked up over the core's own connections."""
    nowhere = connect("postgresql+psycopg://nobody@/nowhere?host=/nonexistent")

    async def looked_up(secret: str) -> Viewer | None:
        with nowhere.connect():
            return await who(secret)

    with a_shop(shop_url, reader, authenticate=looked_up) as client:
        for media in ("application/json", GRAPHQL, "text/event-stream"):
            away = post(client, ALL, accept=media)
            assert (away.status_code, away.headers["retry-after"], codes(away.json())) == (503, "1", ["UNAVAILABLE"])
        with client.websocket_connect("/graphql", subprotocols=["graphql-transport-ws"]) as socket:
            socket.send_json({"type": "connection_init", "payload": KEY})
            with pytest.raises(WebSocketDisconnect) as closed:
                socket.receive_json()
    assert closed.value.code == 1013
