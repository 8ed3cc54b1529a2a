"""The command line, as people use it: real processes, real servers, sentences instead of tracebacks."""

import logging
import os
import signal
import socket
import stat
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple

import pytest
import structlog
from sqlalchemy import select
from sqlalchemy.orm import Session

from core import cli
from core.access import admin, keys
from core.access.models import ApiKey
from core.config import Config
from core.integrations.models import HealthStatus, Integration, Plugin
from core.jobs.registry import QUEUES
from tests import database

pytestmark = pytest.mark.slow


class Done(NamedTuple):
    """How a command ended, and what it said."""

    code: int
    out: str
    err: str


Run = Callable[..., Done]


@pytest.fixture
def environment(database_url: str, redis_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What a shell would hold; no private server is needed."""
    monkeypatch.setenv("CROSSDOCK_DATABASE_URL", database_url)
    monkeypatch.setenv("CROSSDOCK_REDIS_URL", redis_url)
    monkeypatch.setenv("CROSSDOCK_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("COLUMNS", "200")


@pytest.fixture
def crossdock(environment: None, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Iterator[Run]:
    """Run a command in this process, to its end; logging and signals are put back."""

    def run(*arguments: str, **more: str) -> Done:
        capsys.readouterr()
        with monkeypatch.context() as patch:
            patch.setattr(sys, "argv", ["crossdock", *arguments])
            for name in ("CROSSDOCK_DATABASE_URL", "CROSSDOCK_REDIS_URL"):
                patch.setenv(name, os.environ[name])  # commands set them for the processes that they start
            for name, value in more.items():
                patch.setenv(name, value)
            with pytest.raises(SystemExit) as ended:
                cli.main()
        said = capsys.readouterr()
        return Done(int(ended.value.code or 0), said.out, said.err)

    handlers, level, term = logging.root.handlers[:], logging.root.level, signal.getsignal(signal.SIGTERM)
    yield run
    logging.root.handlers[:] = handlers
    logging.root.setLevel(level)
    signal.signal(signal.SIGTERM, term)
    structlog.reset_defaults()


@pytest.fixture
def taken_port() -> Iterator[int]:
    with socket.socket() as server:
        server.bind(("127.0.0.1", 0))
        server.listen()
        yield server.getsockname()[1]


def refused(done: Done) -> str:
    """The one sentence of a command that failed."""
    assert done.code == 1, done.err
    (sentence,) = done.err.strip().splitlines()
    return sentence


def test_help_names_every_command(crossdock: Run) -> None:
    shown = crossdock("--help").out
    for command in (
        "up",
        "serve",
        "worker",
        "scheduler",
        "sandbox",
        "migrate",
        "import",
        "verify",
        "plugins",
        "key",
        "schema",
    ):
        assert f" {command} " in shown


def test_a_key_is_created_listed_and_revoked(crossdock: Run, session: Session) -> None:
    created = crossdock("key", "create", "storefront", "--scope", "orders:read", "--days", "30")
    secret = created.out.strip()
    key = keys.authenticate(session, secret)
    assert key is not None
    assert (key.name, key.scopes) == ("storefront", ["orders:read"])
    session.rollback()

    listed = crossdock("key", "list").out
    assert "storefront" in listed
    assert secret not in listed

    assert crossdock("key", "revoke", f"key_{key.id}").code == 0
    session.expire_all()
    assert keys.authenticate(session, secret) is None
    assert "There is no key" in refused(crossdock("key", "revoke", "key_999"))


def test_a_scope_that_does_not_exist_is_one_sentence(crossdock: Run) -> None:
    assert "There is no scope 'orders:eat'" in refused(crossdock("key", "create", "x", "--scope", "orders:eat"))


def test_a_database_that_does_not_answer_is_one_sentence(crossdock: Run) -> None:
    nowhere = "postgresql://nobody@127.0.0.1:1/none"
    assert "The database does not answer" in refused(crossdock("key", "list", CROSSDOCK_DATABASE_URL=nowhere))


def test_processes_refuse_a_database_that_lacks_migrations(crossdock: Run, server_url: str) -> None:
    empty = database.create(server_url, f"empty_{os.getpid()}")
    try:
        assert "run `crossdock migrate`" in refused(crossdock("worker", CROSSDOCK_DATABASE_URL=empty))
        assert "Applied" in crossdock("migrate", CROSSDOCK_DATABASE_URL=empty).out
        assert "up to date" in crossdock("migrate", CROSSDOCK_DATABASE_URL=empty).out
    finally:
        database.drop(server_url, f"empty_{os.getpid()}")


def test_a_taken_port_is_one_sentence(crossdock: Run, taken_port: int) -> None:
    sentence = f"Port {taken_port} is taken: end what uses it, or set CROSSDOCK_PORT to another."
    assert refused(crossdock("up", CROSSDOCK_PORT=str(taken_port))) == sentence
    sentence = f"Port {taken_port} is taken: end what uses it, or set --port to another."
    assert refused(crossdock("sandbox", "--port", str(taken_port))) == sentence
    assert "or set CROSSDOCK_SANDBOX_PORT to another" in refused(
        crossdock("sandbox", CROSSDOCK_SANDBOX_PORT=str(taken_port))
    )


def test_a_home_that_cannot_be_made_is_one_sentence(crossdock: Run, tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    home = str(tmp_path / "file" / "home")
    sentence = refused(crossdock("key", "list", CROSSDOCK_HOME=home, CROSSDOCK_DATABASE_URL=""))
    assert "cannot be used" in sentence
    assert "CROSSDOCK_HOME" in sentence


def test_a_broken_plugins_file_names_the_line(crossdock: Run, tmp_path: Path) -> None:
    path = tmp_path / "plugins.toml"
    path.write_text('[integrations.a]\nplugin = "routing\n', encoding="utf-8")
    assert "plugins.toml, line 2" in refused(crossdock("plugins", CROSSDOCK_PLUGINS_FILE=str(path)))


def test_plugins_that_were_refused_are_listed_with_their_mend(crossdock: Run, tmp_path: Path) -> None:
    path = tmp_path / "plugins.toml"
    path.write_text('[integrations.a]\nplugin = "rooting"\n', encoding="utf-8")
    done = crossdock("plugins", CROSSDOCK_PLUGINS_FILE=str(path))
    assert done.code == 1
    assert "wants the plugin 'rooting', which is not installed" in done.out
    assert "Install it, or name one of" in done.out


def test_integrations_that_are_not_well_are_listed_with_their_mend(
    crossdock: Run, session: Session, tmp_path: Path
) -> None:
    session.add(Plugin(name="table_rate", version="1", api_version="1.0"))
    session.flush()
    made = {"plugin_name": "table_rate", "enabled": True}
    session.add(Integration(key="post", health=HealthStatus.DOWN, health_message="It is shut. Open it.", **made))
    session.add(Integration(key="van", health=HealthStatus.OK, **made))
    session.commit()
    path = tmp_path / "plugins.toml"
    path.write_text("", encoding="utf-8")

    done = crossdock("plugins", CROSSDOCK_PLUGINS_FILE=str(path))

    assert "integration post is down: It is shut. Open it." in done.out
    assert "post, van" in done.out
    assert "van is" not in done.out


def test_an_unknown_queue_is_one_sentence(crossdock: Run) -> None:
    assert refused(crossdock("worker", "--queue", "sweets")).endswith(f"there are {', '.join(QUEUES)}.")


def test_a_worker_ends_well_when_asked_to(environment: None) -> None:
    command = [sys.executable, "-m", "core.cli", "worker"]
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True) as worker:
        assert worker.stderr is not None
        assert any("worker ready" in line for line in worker.stderr)
        worker.send_signal(signal.SIGINT)
        began = time.monotonic()
        assert worker.wait(15) == 0
        assert time.monotonic() - began < 10
        assert "Traceback" not in worker.stderr.read()


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_ctrl_c_in_mid_command_is_one_word_and_130(number: signal.Signals) -> None:
    script = """
import time
from core.cli.app import new_app

app = new_app()

@app.command()
def wait() -> None:
    print("waiting", flush=True)
    time.sleep(60)

app.callback()(lambda: None)
app(["wait"])
"""
    command = [sys.executable, "-c", script]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as waiting:
        assert waiting.stdout is not None
        assert waiting.stderr is not None
        assert waiting.stdout.readline() == "waiting\n"
        waiting.send_signal(number)
        assert waiting.wait(15) == 130
        assert waiting.stderr.read() == "Stopped.\n"


def test_the_admin_key_is_made_once_and_is_its_owners_alone(tmp_path: Path) -> None:
    config = Config(home=tmp_path / "home")
    secret = admin.secret_of(config)
    assert secret == admin.secret_of(config)
    assert stat.S_IMODE((tmp_path / "home" / "admin-key").stat().st_mode) == 0o600
    given = Config.model_validate({"home": tmp_path, "admin_key": "a-key-of-my-own-choice"})
    assert admin.secret_of(given) == "a-key-of-my-own-choice"


def test_the_admin_key_has_every_right(session: Session) -> None:
    first = keys.ensure_admin(session, "a-key-of-my-own-choice")
    again = keys.ensure_admin(session, "a-key-of-my-own-choice")
    assert first.id == again.id
    assert session.scalars(select(ApiKey.scopes)).all() == [["admin"]]
