"""One set of private servers per home: the first command starts them, others join."""

import fcntl
import json
import os
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import IO, Protocol

from core.servers.errors import ServerError
from core.servers.folders import private_folder, unusable
from core.servers.postgres import embedded_postgres
from core.servers.valkey import embedded_valkey

_PATIENCE_SECONDS = 90
"""How long the owner may take to start: a crashed database replays its log first."""


class ServerSettings(Protocol):
    """The settings that say which servers are wanted. A URL replaces the private server."""

    @property
    def home(self) -> Path: ...
    @property
    def database_url(self) -> str | None: ...
    @property
    def redis_url(self) -> str | None: ...


@dataclass(frozen=True)
class Servers:
    """Where the database and the broker are."""

    database_url: str
    redis_url: str
    joined: bool = False
    """Whether another command runs the private servers, and ends them when it ends."""
    owner_pid: int | None = None
    """That command's pid, or this one's; None where both servers are somebody else's."""


@contextmanager
def join_or_start(settings: ServerSettings, *, durable: bool = True) -> Iterator[Servers]:
    """Yield the servers to use: those of the settings, those running in this home, or new private ones.

    Started servers stop at the end; joined ones go on. Call it from the main thread. Raises ServerError.
    """
    if settings.database_url and settings.redis_url:
        yield Servers(settings.database_url, settings.redis_url)
        return

    home = private_folder(settings.home.absolute())
    with _open_lock(home) as lock:
        running = _lock_or_find(lock, home)
        if running:
            yield _preferring(settings, running)
            return
        with ExitStack() as stack:
            started = Servers(
                settings.database_url or stack.enter_context(embedded_postgres(home, durable=durable)),
                settings.redis_url or stack.enter_context(embedded_valkey(home, durable=durable)),
                owner_pid=os.getpid(),
            )
            stack.callback(_runtime_file(home).unlink, missing_ok=True)
            _announce(started, home)
            yield started


def database_at_work(settings: ServerSettings) -> str | None:
    """The database that a hub of these settings works on at the moment; None where none may run. Starts nothing."""
    if settings.database_url:
        return settings.database_url
    running = _running(settings.home.absolute())
    return running.database_url if running is not None else None


def _open_lock(home: Path) -> IO[bytes]:
    try:
        return (home / "lock").open("ab")
    except OSError as error:
        raise unusable(home, error) from error


def _lock_or_find(lock: IO[bytes], home: Path) -> Servers | None:
    """None when the home is now ours, else the servers that its owner runs."""
    deadline = time.monotonic() + _PATIENCE_SECONDS
    while True:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            if running := _running(home):
                return running
        else:
            _runtime_file(home).unlink(missing_ok=True)  # of an owner that was killed
            return None
        if time.monotonic() > deadline:
            raise ServerError(f"Another command has been starting or stopping servers in {home} for too long; end it.")
        time.sleep(0.02)


def _running(home: Path) -> Servers | None:
    """What the owner announced, if that owner is alive."""
    try:
        announced = json.loads(_runtime_file(home).read_text())
        os.kill(announced["owner_pid"], 0)
        return Servers(**announced | {"joined": True})
    except (FileNotFoundError, ProcessLookupError):
        return None


def _preferring(settings: ServerSettings, running: Servers) -> Servers:
    """The running servers, save those that the settings name."""
    return Servers(
        settings.database_url or running.database_url,
        settings.redis_url or running.redis_url,
        joined=True,
        owner_pid=running.owner_pid,
    )


def _announce(servers: Servers, home: Path) -> None:
    """Write the runtime file in one step, so that nobody reads half of it."""
    target = _runtime_file(home)
    unfinished = target.with_suffix(".new")
    unfinished.touch(mode=0o600)  # URLs may hold passwords
    unfinished.write_text(json.dumps(asdict(servers)))
    unfinished.replace(target)


def _runtime_file(home: Path) -> Path:
    return home / "servers.json"
