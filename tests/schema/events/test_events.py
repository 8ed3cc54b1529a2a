"""Events: listed, filtered and followed."""

import asyncio
import threading
from collections.abc import Iterator
from contextlib import closing
from typing import Any

import orjson
import pytest
from sqlalchemy import text
from sqlalchemy.engine import Engine
from sqlalchemy.orm import Session

from core import epoch, migrate, outbox, verify
from tests.api import Api
from tests.builders import a_channel, an_item, an_order

LIST = """query ($filter: EventFilter, $first: Int, $after: String, $last: Int) {
  events(filter: $filter, first: $first, after: $after, last: $last) {
    nodes { name cursor } pageInfo { endCursor hasNextPage } } }"""
LIVE = "subscription ($after: String, $filter: EventFilter) { events(after: $after, filter: $filter) { name cursor } }"


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("schema.events.subscriptions._EVERY", 0.01)


def happen(session: Session, *names: str) -> None:
    for name in names:
        outbox.record(session, name, "settings", f"{name} happened.")
    session.commit()


class Feed:
    """What a client of the subscription hears, over a socket of its own."""

    def __init__(self, api: Api, **variables: Any) -> None:
        self.socket = api.client.websocket_connect("/graphql", subprotocols=["graphql-transport-ws"])
        self.socket.__enter__()
        self.socket.send_json({"type": "connection_init", "payload": {"authorization": f"Bearer {api.secret}"}})
        assert self.socket.receive_json()["type"] == "connection_ack"
        payload = {"query": LIVE, "variables": variables}
        self.socket.send_json({"id": "1", "type": "subscribe", "payload": payload})

    def next(self) -> dict[str, str]:
        message = self.socket.receive_json()
        assert message["type"] == "next", message
        event: dict[str, str] = message["payload"]["data"]["events"]
        return event

    def names(self, count: int) -> list[str]:
        return [self.next()["name"] for _ in range(count)]

    def close(self) -> None:
        self.socket.__exit__(None, None, None)


def settled(api: Api, count: int) -> list[dict[str, str]]:
    """The first events, as soon as nothing older can appear any more: other databases of the server count too."""
    for _ in range(200):
        nodes: list[dict[str, str]] = api(LIST, filter={"name": ["test.*"]})["events"]["nodes"]
        if len(nodes) >= count:
            return nodes
        threading.Event().wait(0.05)
    raise AssertionError("The events did not settle.")


def test_each_filter_finds_its_events(api: Api, session: Session) -> None:
    order = an_order(session, a_channel(session), {an_item(session): 1})
    outbox.record(session, "order.noted", f"ord_{order.id}", "Noted", order_id=order.id)
    happen(session, "stock.counted", "stock.lost")

    for wanted, found in (
        ({"name": ["stock.*"]}, ["stock.counted", "stock.lost"]),
        ({"name": ["stock.lost", "order.*"]}, ["order.noted", "stock.lost"]),
        ({"name": ["%"]}, []),
        ({"subject": f"ord_{order.id}"}, ["order.noted"]),
        ({"order": f"ord_{order.id}"}, ["order.noted"]),
        ({"actor": "nobody"}, []),
        ({"occurredAt": {"to": "2020-01-01T00:00:00Z"}}, []),
    ):
        assert [node["name"] for node in api(LIST, filter=wanted, last=50)["events"]["nodes"]] == found
    asked = '{ events(filter: {name: ["order.*"]}, last: 1) { nodes { node { id } order { number } } } }'
    assert api(asked)["events"]["nodes"] == [{"node": {"id": f"ord_{order.id}"}, "order": {"number": order.number}}]
    assert api.body(LIST, filter={"order": "itm_1"})["errors"][0]["extensions"]["code"] == "NOT_FOUND"


def test_the_cursor_of_an_event_is_good_for_the_list_too(api: Api, session: Session) -> None:
    happen(session, "test.one", "test.two", "test.three")
    first, second, _ = settled(api, 3)

    page = api(LIST, filter={"name": ["test.*"]}, first=1, after=first["cursor"])["events"]

    assert [node["name"] for node in page["nodes"]] == ["test.two"]
    assert page["pageInfo"]["endCursor"] == second["cursor"]
    for nonsense in ("x", "WyJ4Il0=", first["cursor"][:-4]):
        assert api.body(LIST, after=nonsense)["errors"][0]["extensions"]["code"] == "INVALID"


def test_a_live_client_hears_from_now_on(api: Api, session: Session, quick: None) -> None:
    happen(session, "test.before")
    with closing(Feed(api)) as feed:
        threading.Event().wait(0.3)
        happen(session, "test.one", "test.two")

        assert feed.names(2) == ["test.one", "test.two"]


def test_a_client_that_was_away_misses_nothing_and_hears_nothing_twice(
    api: Api, session: Session, engine: Engine, quick: None
) -> None:
    happen(session, "test.start")
    start = settled(api, 1)[0]["cursor"]
    with Session(engine) as slow, closing(Feed(api, after=start, filter={"name": ["test.*"]})) as feed:
        slow.execute(text("select pg_current_xact_id()"))  # it began first and will commit last
        for number in range(20):
            happen(session, f"test.quick_{number}")
        slow.info.clear()
        happen(slow, "test.slow")

        heard = feed.names(21)

    assert heard == ["test.slow", *(f"test.quick_{number}" for number in range(20))]
    again = [node["name"] for node in settled(api, 22)]
    assert again == ["test.start", *heard]


def test_a_list_read_forward_stops_where_something_may_yet_appear(api: Api, session: Session, engine: Engine) -> None:
    with Session(engine) as slow:
        slow.execute(text("select pg_current_xact_id()"))
        happen(session, "test.quick")

        assert api(LIST, filter={"name": ["test.*"]})["events"]["nodes"] == []
        assert len(api(LIST, filter={"name": ["test.*"]}, last=5)["events"]["nodes"]) == 1


def test_a_cursor_of_something_else_is_refused_live_too(api: Api) -> None:
    with closing(Feed(api, after="WyJ4Il0=")) as feed:
        assert feed.socket.receive_json()["type"] == "error"


def test_events_come_as_server_sent_events(api: Api, session: Session, quick: None) -> None:
    happen(session, "test.start", "test.one", "test.two")
    start = settled(api, 3)[0]["cursor"]
    assert api.client.portal is not None

    heard = api.client.portal.call(_streamed, api, {"after": start}, 2)

    assert heard == ["test.one", "test.two"]


async def _streamed(api: Api, variables: dict[str, Any], count: int) -> list[str]:
    """The first events of a stream, which is broken off then. The test client itself waits for a stream to end."""
    body = orjson.dumps({"query": LIVE, "variables": variables})
    headers = {
        "authorization": f"Bearer {api.secret}",
        "accept": "text/event-stream",
        "content-type": "application/json",
    }
    scope = {
        "type": "http",
        "http_version": "1.1",
        "method": "POST",
        "scheme": "http",
        "path": "/graphql",
        "query_string": b"",
        "headers": [(name.encode(), value.encode()) for name, value in headers.items()],
    }
    said = iter([{"type": "http.request", "body": body, "more_body": False}])
    enough, chunks = asyncio.Event(), bytearray()

    async def receive() -> Any:
        message = next(said, None)
        if message is None:
            await enough.wait()
        return message or {"type": "http.disconnect"}

    async def send(message: Any) -> None:
        chunks.extend(message.get("body", b""))
        if chunks.count(b"event: next") >= count:
            enough.set()

    await asyncio.wait_for(api.client.app(scope, receive, send), 10)
    events = [line[6:] for line in chunks.decode().splitlines() if line.startswith("data: {")]
    return [orjson.loads(event)["data"]["events"]["name"] for event in events[:count]]


@pytest.fixture
def of_another_postgresql(session: Session, engine: Engine) -> Iterator[None]:
    """One event, numbered by a PostgreSQL that had counted further than this one ever will."""
    happen(session, "test.before")
    session.execute(text("update events set transaction = '900000000000'"))
    session.commit()
    yield
    with engine.begin() as connection:
        epoch.keep(connection, 0)


def test_events_go_on_behind_those_of_a_dump_that_another_postgresql_wrote(
    api: Api, session: Session, engine: Engine, quick: None, of_another_postgresql: None
) -> None:
    assert migrate.pending(engine) == [migrate.EPOCH]
    assert [finding.check for finding in verify.run(engine)] == ["event_epoch"]

    migrate.upgrade(engine)

    assert migrate.pending(engine) == []
    cursor = settled(api, 1)[0]["cursor"]
    with closing(Feed(api, after=cursor)) as feed:
        happen(session, "test.after")
        assert feed.names(1) == ["test.after"]
    assert [node["name"] for node in settled(api, 2)] == ["test.before", "test.after"]
    assert verify.run(engine) == []


def test_a_live_client_hears_from_now_on_after_such_a_move_too(
    api: Api, session: Session, engine: Engine, quick: None, of_another_postgresql: None
) -> None:
    migrate.upgrade(engine)
    with closing(Feed(api)) as feed:
        threading.Event().wait(0.3)
        happen(session, "test.one")

        assert feed.names(1) == ["test.one"]
