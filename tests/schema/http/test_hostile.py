"""Five thousand requests meant to hurt: each gets a specified error, soon, in little memory, and learns nothing."""

import asyncio
import gc
import json
import re
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from starlette.applications import Starlette
from structlog.testing import capture_logs

from core import garbage
from core.hub import Hub
from schema.app import create_app
from schema.context import Viewer
from schema.engine.database import Database
from schema.engine.engine import Engine
from tests.schema.http.hostile import Hostile, Source

pytestmark = [pytest.mark.anyio, pytest.mark.slow, pytest.mark.long]

COUNT, SEED = 5_000, 20101201
STATUSES = {200, 304, 400, 405, 413, 415}
CODES = {
    "BAD_REQUEST", "INVALID", "NOT_FOUND", "TOO_LARGE", "TOO_COSTLY",
    "PERSISTED_QUERY_NOT_FOUND", "PERSISTED_QUERY_NOT_SUPPORTED",
}  # fmt: skip
INSIDES = re.compile(
    r"Traceback|\.py\b|asyncpg|psycopg|postgres|sqlalchemy|strawberry|graphql-core|<class|object at 0x"
    r"|\bselect\b .* \bfrom\b|relation \"|syntax error at or near",
    re.IGNORECASE,
)
LONGEST = 2.0
"""Seconds of processor time that no single request may take."""
MOST_MEMORY = 200 * 1024
"""KiB by which the process may grow, caches of documents included."""


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


async def everybody(_secret: str) -> Viewer:
    return Viewer(name="hostile", scopes=frozenset({"admin"}))


@pytest.fixture
def collected_as_in_production() -> Iterator[None]:
    """Garbage is looked for as a web process does it: what was made before the first request is left alone.

    Else a look through all that the other tests of this process hold would be put down to whichever request it meets.
    """
    usual = gc.get_threshold()
    gc.collect()
    garbage.begin()
    yield
    gc.unfreeze()
    gc.set_threshold(*usual)


@pytest.mark.usefixtures("collected_as_in_production")
async def test_hostile_requests_get_a_specified_error_in_bounded_time_and_memory(
    hub: Hub, product_engine: Engine, database_url: str
) -> None:
    database = Database(database_url, size=2)
    app = create_app(product_engine, database=database, authenticate=everybody, hub=hub, threads=2)
    kinds: Counter[str] = Counter()
    async with app.router.lifespan_context(app):
        await asked(app, Hostile("warm", [b'{"query": "{ orders { nodes { id } } }"}']))
        forget_peak()
        before = peak()
        with capture_logs() as logged:
            for request in Source(SEED).requests(COUNT):
                began = time.process_time()
                status, body = await asked(app, request)
                assert time.process_time() - began < LONGEST, request.kind
                refused = judge(request, status, body)
                kinds[request.kind] += refused
        grown = peak() - before
        status, body = await asked(app, Hostile("last", [b'{"query": "{ __typename }"}']))

    assert (status, body["data"]) == (200, {"__typename": "Query"})
    assert [entry for entry in logged if entry["log_level"] in {"error", "critical"}] == []
    assert grown < MOST_MEMORY
    assert set(kinds) == set(Source(SEED).kinds)  # every kind of them was refused at least once
    assert kinds.total() > COUNT * 0.8


def judge(request: Hostile, status: int, body: Any) -> bool:
    """Whether it was refused. Fails where it was not answered as specified."""
    told = json.dumps(body)
    assert status in STATUSES, (request, status)
    assert not INSIDES.search(told), told
    assert len(told) < 50_000, request.kind
    errors = body.get("errors", [])
    assert errors or body.get("data"), body
    for error in errors:
        assert error["extensions"]["code"] in CODES, (request, error)
        assert len(error["message"]) < 1_100, error
    return bool(errors)


async def asked(app: Starlette, request: Hostile) -> tuple[int, Any]:
    """Status and content of the answer to one request, given to the application without a server between."""
    headers = {"x-api-key": "any", **request.headers}
    scope = {
        "type": "http",
        "http_version": "1.1",
        "method": request.method,
        "scheme": "http",
        "path": "/graphql",
        "query_string": request.query_string.encode(),
        "headers": [(name.encode(), value.encode("latin-1")) for name, value in headers.items()],
    }
    parts = iter([*request.body, b""])
    answered: list[Any] = []

    async def receive() -> Any:
        part = next(parts, None)
        if part is None:
            return await asyncio.Event().wait()  # the caller stays for the answer
        return {"type": "http.request", "body": part, "more_body": part != b""}

    async def send(message: Any) -> None:
        answered.append(message)

    await app(scope, receive, send)
    content = b"".join(message.get("body", b"") for message in answered[1:])
    start = dict(answered[0]["headers"])
    if start.get(b"content-type", b"").startswith(b"text/event-stream"):
        content = content.partition(b"data: ")[2].partition(b"\n\n")[0]
    if start.get(b"content-type", b"").startswith(b"text/plain"):  # a method that the address does not have
        content = b'{"errors": [{"message": "", "extensions": {"code": "BAD_REQUEST"}}]}'
    return answered[0]["status"], json.loads(content)


def forget_peak() -> None:
    Path("/proc/self/clear_refs").write_text("5", encoding="ascii")


def peak() -> int:
    """The most memory held since the peak was forgotten, in KiB."""
    status = Path("/proc/self/status").read_text(encoding="ascii")
    return int(re.search(r"VmHWM:\s+(\d+)", status)[1])  # type: ignore[index]
