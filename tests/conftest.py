"""Real servers for every test that asks for them: one PostgreSQL a run, one Valkey a worker.

Nothing needs to run beforehand. A test that asks for none of these fixtures touches no server.
"""

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager
from pathlib import Path

import pytest
import redis
import structlog
from pydantic import SecretStr
from sqlalchemy.engine import Engine
from sqlalchemy.orm import Session

from core.config import PREFIX, Config
from core.db import connect
from core.hub import Hub, open_hub
from core.servers import embedded_postgres, embedded_valkey
from tests import database

SERVER = pytest.StashKey[str]()
STACK = pytest.StashKey[ExitStack]()


def pytest_configure(config: pytest.Config) -> None:
    """Start PostgreSQL once, in the process that hands out the tests. Settings of the shell do not count."""
    for name in [name for name in os.environ if name.startswith(PREFIX)]:
        del os.environ[name]
    _log_plainly()
    if hasattr(config, "workerinput"):
        config.stash[SERVER] = config.workerinput["postgres"]
    elif not config.option.collectonly and not config.option.help:
        config.stash[STACK] = stack = ExitStack()
        home = stack.enter_context(_short_lived_folder())
        config.stash[SERVER] = stack.enter_context(embedded_postgres(home, durable=False))


@pytest.hookimpl(optionalhook=True)
def pytest_configure_node(node: object) -> None:
    """Tell a worker of pytest-xdist where PostgreSQL is."""
    node.workerinput["postgres"] = node.config.stash[SERVER]  # type: ignore[attr-defined]


def pytest_unconfigure(config: pytest.Config) -> None:
    """Stop what this process started."""
    if STACK in config.stash:
        config.stash[STACK].close()


def _log_plainly() -> None:
    """Structlog's own way shows every value of a traceback, which takes minutes where one of them is the schema."""
    plain = structlog.dev.ConsoleRenderer(colors=False, exception_formatter=structlog.dev.plain_traceback)
    structlog.configure(processors=[structlog.contextvars.merge_contextvars, structlog.processors.add_log_level, plain])


@contextmanager
def _short_lived_folder() -> Iterator[Path]:
    path = Path(tempfile.mkdtemp(prefix="crossdock-test-"))
    try:
        yield path
    finally:
        shutil.rmtree(path, ignore_errors=True)


@pytest.fixture(scope="session")
def server_url(pytestconfig: pytest.Config) -> str:
    """A PostgreSQL server, for tests that need a database of their own; see `tests.database`."""
    return pytestconfig.stash[SERVER]


@pytest.fixture(scope="session")
def clone(server_url: str) -> Iterator[database.Clone]:
    """The database of this worker."""
    with closing(database.Clone(server_url, f"test_{os.environ.get('PYTEST_XDIST_WORKER', 'main')}")) as clone:
        yield clone


@pytest.fixture(scope="session")
def _clone_engine(clone: database.Clone) -> Iterator[Engine]:
    engine = connect(clone.url)
    yield engine
    engine.dispose()


@pytest.fixture
def database_url(clone: database.Clone) -> Iterator[str]:
    """A database with all tables and the rows that every hub starts with; put back after the test."""
    yield clone.url
    clone.reset()


@pytest.fixture
def engine(database_url: str, _clone_engine: Engine) -> Engine:
    """An engine on `database_url`, as the hub makes it."""
    return _clone_engine


@pytest.fixture
def session(engine: Engine) -> Iterator[Session]:
    """A session that may commit; what it left open is rolled back."""
    with Session(engine, expire_on_commit=False) as session:
        yield session


@pytest.fixture(scope="session")
def _valkey_url() -> Iterator[str]:
    with _short_lived_folder() as home, embedded_valkey(home, durable=False) as url:
        yield url


@pytest.fixture
def redis_url(_valkey_url: str) -> Iterator[str]:
    """A Valkey with nothing in it."""
    yield _valkey_url
    with redis.Redis.from_url(_valkey_url) as client:
        client.flushall()


@pytest.fixture
def config(database_url: str, redis_url: str, tmp_path: Path) -> Config:
    """The settings of a hub on these servers, with a home and a plugins.toml of its own, yet to be written."""
    return Config(
        database_url=database_url,
        redis_url=redis_url,
        home=tmp_path / "home",
        plugins_file=tmp_path / "plugins.toml",
        admin_key=SecretStr("an-admin-key-for-tests"),
        sample=False,
    )


@pytest.fixture
def hub(config: Config, database_url: str) -> Iterator[Hub]:
    """A hub as every process makes it, with the integrations of `config.plugins_file`; it wakes no workers."""
    hub = open_hub(config, database_url)
    yield hub
    hub.close()
