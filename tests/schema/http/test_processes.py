"""Real web processes, looked at from outside: what is cancelled, dropped, and resumed elsewhere."""

import json
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import islice
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.engine import Engine
from sqlalchemy.orm import Session
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import connect

from core import outbox
from core.hub import Hub
from tests.schema.http.processes import Web, a_web_process

pytestmark = [pytest.mark.slow, pytest.mark.long]

LIVE = 'subscription ($after: String) { events(after: $after, filter: {name: ["test.*"]}) { name cursor } }'
READING = """
    select count(*) from pg_stat_activity
    where datname = current_database() and application_name = 'crossdock api' and state = 'active'"""


def eventually(condition: Callable[[], bool], *, seconds: float = 40) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "it did not happen in time"
        time.sleep(0.05)


def logged(web: Web, event: str, operation: str) -> list[dict[str, Any]]:
    lines = [line for line in web.log.read_text().splitlines() if line.startswith("{")]
    entries = [json.loads(line) for line in lines]
    return [entry for entry in entries if entry["event"] == event and entry.get("operation") == operation]


@contextmanager
def listening(web: Web, after: str | None) -> Iterator[Iterator[dict[str, str]]]:
    """Events as one process sends them, until it or the test ends."""
    address = web.address.replace("http", "ws")
    with connect(address, subprotocols=["graphql-transport-ws"], max_queue=None) as socket:  # type: ignore[list-item]
        socket.send(json.dumps({"type": "connection_init", "payload": {"authorization": f"Bearer {web.secret}"}}))
        socket.recv(10)
        asked = {"query": LIVE, "variables": {"after": after}}
        socket.send(json.dumps({"type": "subscribe", "id": "1", "payload": asked}))

        def heard() -> Iterator[dict[str, str]]:
            while True:
                yield json.loads(socket.recv(40))["payload"]["data"]["events"]

        yield heard()


class Writers:
    """Threads that write events in transactions that overlap, and commit in another order than they began."""

    COUNT, EACH = 4, 60

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        self.written: set[str] = set()
        self.threads = [threading.Thread(target=self._write, args=[number]) for number in range(self.COUNT)]

    def start(self) -> None:
        for thread in self.threads:
            thread.start()

    def join(self) -> None:
        for thread in self.threads:
            thread.join(60)

    def _write(self, writer: int) -> None:
        for number in range(self.EACH):
            name = f"test.w{writer}_{number}"
            with Session(self.engine) as session:
                session.execute(text("select pg_current_xact_id()"))
                time.sleep(0.01 * ((writer + number) % 4))
                outbox.record(session, name, "tests", "Something happened.")
                session.commit()
            self.written.add(name)


def test_a_client_resumes_at_whichever_process_and_after_a_crash_without_a_gap_or_a_repeat(
    hub: Hub, engine: Engine, tmp_path: Path
) -> None:
    writers, heard = Writers(engine), []
    total = Writers.COUNT * Writers.EACH
    with Session(engine) as session:
        outbox.record(session, "test.start", "tests", "It begins.")
        session.commit()
    with a_web_process(hub, tmp_path) as first, a_web_process(hub, tmp_path) as second:
        cursor = _first_cursor(first)
        writers.start()
        for web, count in ((first, 50), (second, 50), (first, 40), (second, total - 140)):
            with listening(web, cursor) as events:
                for event in islice(events, count):
                    heard.append(event["name"])
                    cursor = event["cursor"]
                if web is first and len(heard) > 50:
                    first.process.kill()
        writers.join()

    assert len(heard) == len(set(heard)) == total
    assert set(heard) == writers.written


def _first_cursor(web: Web) -> str:
    """Where the first event stands, as soon as nothing older can appear any more."""
    asked = {"query": '{ events(first: 1, filter: {name: ["test.*"]}) { nodes { cursor } } }'}
    found: list[str] = []

    def settled() -> bool:
        found.extend(node["cursor"] for node in web.post(asked)[1]["data"]["events"]["nodes"])
        return bool(found)

    eventually(settled)
    return found[0]


def test_a_caller_who_goes_away_takes_the_sql_along_and_one_who_vanishes_is_dropped(
    hub: Hub, engine: Engine, tmp_path: Path
) -> None:
    impatient = {"ws_ping_interval": 1, "ws_ping_timeout": 1}
    with a_web_process(hub, tmp_path, uvicorn=impatient, slow_query="0", query_timeout="60") as web:
        with Session(engine) as holder, Session(engine) as observer:
            holder.execute(text("lock table orders in access exclusive mode"))

            def reading() -> int:
                observer.rollback()
                found: int = observer.execute(text(READING)).scalar_one()
                return found

            caller = web.opened({"query": "query Held { orders(first: 1) { nodes { number } } }"})
            eventually(lambda: reading() == 1)
            caller.close()
            eventually(lambda: reading() == 0)
            eventually(lambda: bool(logged(web, "graphql.slow", "Held")))
        assert [entry["outcome"] for entry in logged(web, "graphql.slow", "Held")] == ["cancelled"]

        _vanish(web)
    assert "Traceback" not in web.log.read_text()


def _vanish(web: Web) -> None:
    """Open a socket as a client whose machine then says nothing any more, not even to pings, and see it closed."""
    with connect(web.address.replace("http", "ws"), subprotocols=["graphql-transport-ws"]) as socket:  # type: ignore[list-item]
        socket.send(json.dumps({"type": "connection_init", "payload": {"authorization": f"Bearer {web.secret}"}}))
        socket.recv(10)
        socket.protocol.send_frame = lambda *_: None  # type: ignore[method-assign]
        with pytest.raises(ConnectionClosed):
            socket.recv(40)
