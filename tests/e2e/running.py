"""A whole hub as `crossdock up` runs it, in a home of its own, for tests that look at it from outside."""

import contextlib
import http.client
import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from core.servers.process import bound_command

KEY = "an-admin-key-for-tests"
PLUGINS = """
[integrations.routing]
plugin = "routing"

[integrations.warehouse]
plugin = "warehouse"

[integrations.files]
plugin = "csv_orders"
"""
_CROSSDOCK = [sys.executable, "-m", "core.cli"]


class Unreachable(Exception):
    """Nobody answered, or the answer was lost: whether it happened is unknown."""


class Running:
    """Its processes, its API and its commands."""

    def __init__(self, home: Path, port: int) -> None:
        self.home = home
        self.port = port
        self.environment = os.environ | {
            "CROSSDOCK_HOME": str(home),
            "CROSSDOCK_PORT": str(port),
            "CROSSDOCK_ADMIN_KEY": KEY,
            "CROSSDOCK_PLUGINS_FILE": str(home.parent / "plugins.toml"),
            "CROSSDOCK_SAMPLE": "0",
            "CROSSDOCK_WORKER_THREADS": "4",
            "CROSSDOCK_LOG_LEVEL": "warning",
        }

    @contextmanager
    def up(self) -> Iterator["subprocess.Popen[bytes]"]:
        """Run all of it; the block begins when it is ready."""
        with (self.home.parent / "up.log").open("ab") as log:
            command = bound_command([*_CROSSDOCK, "up"])
            with subprocess.Popen(command, env=self.environment, stdout=log, stderr=log) as process:
                try:
                    eventually(self.ready)
                    yield process
                finally:
                    process.send_signal(signal.SIGTERM)
                    process.wait(20)

    def command(self, *arguments: str) -> "subprocess.CompletedProcess[str]":
        """Another command on the same home."""
        return subprocess.run(
            [*_CROSSDOCK, *arguments], env=self.environment, capture_output=True, text=True, timeout=90, check=False
        )

    def ready(self) -> bool:
        with contextlib.suppress(Unreachable):
            return self._request("GET", "/readyz")[0] == http.HTTPStatus.OK
        return False

    def ask(self, query: str, **variables: Any) -> Any:
        """The data of an answer. Raises Unreachable where there is none."""
        status, answer = self._request("POST", "/graphql", {"query": query, "variables": variables})
        if status != http.HTTPStatus.OK or "errors" in answer:
            raise Unreachable(str(answer))
        return answer["data"]

    def insist(self, query: str, **variables: Any) -> Any:
        """Ask, as a careful client does, until an answer comes."""
        deadline = time.monotonic() + 40
        while True:
            try:
                return self.ask(query, **variables)
            except Unreachable:
                if time.monotonic() > deadline:
                    raise
                time.sleep(0.1)

    def kill(self, parent: int, part: str) -> bool:
        """SIGKILL one of the hub's processes, by a part of its command line; whether there was one."""
        for pid in _descendants(parent):
            if part in _command(pid):
                os.kill(pid, signal.SIGKILL)
                return True
        return False

    def _request(self, method: str, path: str, body: Any = None) -> tuple[int, Any]:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=20)
        headers = {"Authorization": f"Bearer {KEY}", "Content-Type": "application/json"}
        try:
            connection.request(method, path, json.dumps(body) if body else None, headers)
            answer = connection.getresponse()
            return answer.status, json.loads(answer.read())
        except (OSError, http.client.HTTPException, ValueError) as error:
            raise Unreachable(str(error)) from error
        finally:
            connection.close()


@contextmanager
def a_home(folder: Path) -> Iterator[Running]:
    """A home with a plugins.toml, and a port that was free a moment ago."""
    (folder / "plugins.toml").write_text(PLUGINS, encoding="utf-8")
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    yield Running(folder / "home", port)


def eventually(condition: Callable[[], bool], *, seconds: float = 45) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "it did not happen in time"
        time.sleep(0.1)


def _descendants(parent: int) -> Iterator[int]:
    with contextlib.suppress(OSError):  # one that ended meanwhile has none
        for child in Path(f"/proc/{parent}/task/{parent}/children").read_text(encoding="ascii").split():
            yield int(child)
            yield from _descendants(int(child))


def _command(pid: int) -> str:
    with contextlib.suppress(OSError):
        return Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
    return ""
