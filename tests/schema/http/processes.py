"""Web processes as production runs them, for tests that look at them from outside."""

import http.client
import json
import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from core.access import keys
from core.config import PREFIX, Config
from core.hub import Hub

_RUN = """
import json, sys
from schema.serve import run
run(**json.loads(sys.argv[1]))
"""


@dataclass(frozen=True, slots=True)
class Web:
    """One web process: where it listens, and who may ask it."""

    port: int
    secret: str
    process: "subprocess.Popen[bytes]"
    log: Path

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.port}/graphql"

    def post(self, body: Any, **headers: str) -> tuple[int, Any]:
        """Status and decoded JSON of an answer."""
        with self.opened(body, **headers) as connection, http.client.HTTPResponse(connection) as answer:
            answer.begin()
            return answer.status, json.loads(answer.read())

    def opened(self, body: Any, **headers: str) -> socket.socket:
        """A socket over which a request has been sent, and whose answer nobody has read yet."""
        content = json.dumps(body).encode()
        fields = {
            "host": "127.0.0.1",
            "authorization": f"Bearer {self.secret}",
            "content-type": "application/json",
            "content-length": str(len(content)),
            "connection": "close",
            **headers,
        }
        head = "".join(f"{name}: {value}\r\n" for name, value in fields.items())
        connection = socket.create_connection(("127.0.0.1", self.port), timeout=20)
        connection.sendall(b"POST /graphql HTTP/1.1\r\n" + head.encode() + b"\r\n" + content)
        return connection


@contextmanager
def a_web_process(hub: Hub, folder: Path, *, uvicorn: Any = None, **settings: str) -> Iterator[Web]:
    """A process over this hub's database; the block begins when it answers. `settings` are more of its own."""
    config = hub.config
    assert config.admin_key is not None
    secret = config.admin_key.get_secret_value()
    with hub.transaction() as session:
        keys.ensure_admin(session, secret)
    given = _environment(config) | {PREFIX + name.upper(): value for name, value in settings.items()}
    with socket.create_server(("127.0.0.1", 0)) as listening:
        port = listening.getsockname()[1]
        log = folder / f"web-{port}.log"
        where = {"fd": listening.fileno(), **(uvicorn or {})}
        command = [sys.executable, "-c", _RUN, json.dumps(where)]
        with (
            log.open("wb") as written,
            subprocess.Popen(
                command, env=os.environ | given, stdout=written, stderr=written, pass_fds=[listening.fileno()]
            ) as process,
        ):
            listening.close()
            web = Web(port, secret, process, log)
            try:
                _until_it_answers(web)
                yield web
            finally:
                process.terminate()
                process.wait(20)


def _environment(config: Config) -> dict[str, str]:
    return {
        f"{PREFIX}DATABASE_URL": str(config.database_url),
        f"{PREFIX}REDIS_URL": str(config.redis_url),
        f"{PREFIX}HOME": str(config.home),
        f"{PREFIX}PLUGINS_FILE": str(config.plugins_file),
        f"{PREFIX}DATABASE_POOL": "4",
        f"{PREFIX}LOG_FORMAT": "json",
    }


def _until_it_answers(web: Web, *, seconds: float = 40) -> None:
    deadline = time.monotonic() + seconds
    while True:
        with suppress(OSError, ValueError, http.client.HTTPException):
            if web.post({"query": "{ __typename }"})[0] == http.HTTPStatus.OK:
                return
        assert web.process.poll() is None, web.log.read_text()
        assert time.monotonic() < deadline, web.log.read_text()
        time.sleep(0.1)
