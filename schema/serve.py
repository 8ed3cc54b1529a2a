"""What uvicorn runs: one web process, made from the settings in the environment."""

import socket
import sys
from contextlib import suppress
from typing import Any

import uvicorn
from starlette.types import ASGIApp
from uvicorn.supervisors import Multiprocess

from core import config, garbage, logs
from core.errors import SettingsError
from core.hub import Hub, open_hub
from schema.http.parameters import LONGEST_BODY
from schema.http.sse import SLOWEST
from schema.ops import CountRequests
from schema.web import create_web

_NOT_STARTED = 3
"""The exit status of a server that never was one, as uvicorn itself has it."""

_OUR_WAY: dict[str, Any] = {
    "log_config": None,
    "access_log": False,
    "server_header": False,
    "timeout_graceful_shutdown": 5,
    "ws_max_size": LONGEST_BODY,
    "ws_ping_interval": 20,  # a peer that vanished without a word is let go of within 40 seconds
    "ws_ping_timeout": 20,
}


def application() -> ASGIApp:
    """The application of one process among several. Raises SettingsError where the environment lacks a server."""
    garbage.wait()
    settings = config.read()
    logs.configure(settings)
    if settings.database_url is None or settings.redis_url is None:
        raise SettingsError("Set CROSSDOCK_DATABASE_URL and CROSSDOCK_REDIS_URL, or run `crossdock serve`.")
    hub = open_hub(settings, settings.database_url, redis_url=settings.redis_url, application="crossdock web")
    return application_over(hub, settings.database_url)


def application_over(hub: Hub, database_url: str) -> ASGIApp:
    """The application of this process, over a hub that is open."""
    application = CountRequests(create_web(hub, database_url))
    garbage.begin()
    return application


def run(application: ASGIApp | None = None, *, workers: int = 1, **where: Any) -> None:
    """Serve until a signal says stop: this application, or one made in each of so many processes.

    `where` is uvicorn's: host and port, or fd; and what differs from our way.
    """
    settings = uvicorn.Config(
        application or "schema.serve:application",
        factory=application is None,
        workers=workers,
        **(_OUR_WAY | where),
    )
    server, listening = uvicorn.Server(settings), settings.bind_socket()
    _drop_who_stands_still(listening)
    with suppress(KeyboardInterrupt):  # Ctrl-C, after everything has ended in good order
        if workers > 1:
            Multiprocess(settings, sockets=[listening]).run()
            return
        server.run(sockets=[listening])
    if not server.started:
        sys.exit(_NOT_STARTED)


def _drop_who_stands_still(listening: socket.socket) -> None:
    """Let the kernel end a connection whose other end takes no byte for a while; each connection inherits it."""
    with suppress(AttributeError, OSError):  # not on every system, and only for TCP
        listening.setsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, int(SLOWEST * 1000))
