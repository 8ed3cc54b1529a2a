"""A worker's signs of life, by the database's clock, so that hosts need not agree on the time."""

import os
import secrets
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress

import structlog
from sqlalchemy import text
from sqlalchemy.engine import Engine
from sqlalchemy.exc import DBAPIError

log = structlog.get_logger(__name__)

BEAT_SECONDS: float = 2
SILENT_SECONDS: float = 10
"""A worker silent for this long is gone: another runs its jobs."""

_BEAT = text(
    """
    insert into workers (name, seen_at) values (:name, clock_timestamp())
    on conflict (name) do update set seen_at = clock_timestamp()
    """
)
_LEAVE = text("delete from workers where name = :name")


@contextmanager
def alive(engine: Engine, role: str = "worker") -> Iterator[str]:
    """Be a worker: yields a name that no other has, and shows signs of life under it until the end."""
    name = f"{role}:{socket.gethostname()}:{os.getpid()}:{secrets.token_hex(3)}"
    _beat(engine, name)
    ended = threading.Event()
    beating = threading.Thread(target=_keep_beating, args=(engine, name, ended), name="heartbeat", daemon=True)
    beating.start()
    try:
        yield name
    finally:
        ended.set()
        beating.join(BEAT_SECONDS)
        with suppress(DBAPIError), engine.begin() as connection:
            connection.execute(_LEAVE, {"name": name})


def _keep_beating(engine: Engine, name: str, ended: threading.Event) -> None:
    while not ended.wait(BEAT_SECONDS):
        try:
            _beat(engine, name)
        except DBAPIError as error:
            log.warning("heartbeat missed", error=str(error.orig))


def _beat(engine: Engine, name: str) -> None:
    with engine.begin() as connection:
        connection.execute(_BEAT, {"name": name})
