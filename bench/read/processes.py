"""The processes that take part, each in its own, so that its CPU time can be told from the others'."""

import json
import os
import pickle
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psycopg

from bench.read.engine import Statement
from bench.read.load import Load
from core.servers.process import bound_command


@dataclass(frozen=True, slots=True)
class Served:
    """A web server: its socket and its process."""

    socket: Path
    pid: int


@contextmanager
def serving(application: str, home: Path, environment: dict[str, str]) -> Iterator[Served]:
    """One uvicorn process on a unix socket, until the end of the block."""
    socket = home / f"{application.split(':', maxsplit=1)[0].rpartition('.')[2]}.sock"
    command = [sys.executable, "-m", "uvicorn", application, "--factory", "--uds", str(socket)]
    quiet = ["--no-access-log", "--log-level", "warning"]
    process = subprocess.Popen(bound_command([*command, *quiet]), env=environment)  # ends with us, however we end
    try:
        for _ in range(300):
            if socket.exists():
                break
            if process.poll() is not None:
                sys.exit(f"{application} ended before it was ready; its output above says why.")
            time.sleep(0.1)
        yield Served(socket, process.pid)
    finally:
        process.terminate()
        process.wait(timeout=15)
        socket.unlink(missing_ok=True)


@contextmanager
def bare(database: str, home: Path, requests: Sequence[Sequence[Statement]]) -> Iterator["Bare"]:
    """The driver alone, ready to send the statements of these requests."""
    path = home / "statements.pickle"
    path.write_bytes(pickle.dumps(requests))
    command = [sys.executable, "-m", "bench.read.bare", database, str(path)]
    process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    try:
        yield Bare(process)
    finally:
        process.stdin.close()  # type: ignore[union-attr]
        process.wait(timeout=15)


@dataclass(frozen=True, slots=True)
class Bare:
    """A process of `bench.read.bare`."""

    process: "subprocess.Popen[str]"

    def load(self, clients: int, seconds: float) -> Load:
        """Let it ask for that long; the CPU time is its own."""
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.process.stdin.write(f"{clients} {seconds}\n")
        self.process.stdin.flush()
        return Load(**json.loads(self.process.stdout.readline()))


def postmaster(database: str) -> int:
    """The process of PostgreSQL that all its others descend from."""
    with psycopg.connect(database) as connection:
        found = connection.execute("select pg_read_file('postmaster.pid', 0, 20)").fetchone()
    assert found is not None
    return int(found[0].split()[0])


def environment(home: Path, database: str, broker: str) -> dict[str, str]:
    """Settings of both servers."""
    return {
        **os.environ,
        "CROSSDOCK_DATABASE_URL": database,
        "CROSSDOCK_REDIS_URL": broker,
        "CROSSDOCK_HOME": str(home / "hub"),
        "CROSSDOCK_PLUGINS_FILE": str(home / "plugins.toml"),
        "CROSSDOCK_LOG_LEVEL": "warning",
        "CROSSDOCK_SAMPLE": "0",
    }
