"""Commands work on the running hub of their home, or start its servers for as long as they run."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from core import garbage
from core.cli.app import settings
from core.config import Config, variable
from core.errors import SettingsError
from core.servers import Servers, join_or_start

if TYPE_CHECKING:
    from core.hub import Hub


@contextmanager
def servers_of(config: Config) -> Iterator[Servers]:
    """The servers, named in the environment as well, so that processes started from here use the same."""
    with join_or_start(config) as servers:
        os.environ[variable("database_url")] = servers.database_url
        os.environ[variable("redis_url")] = servers.redis_url
        yield servers


@contextmanager
def joined(application: str, *, plugins: bool = True) -> "Iterator[tuple[Hub, Servers]]":
    """A hub with its tables up to date. Raises SettingsError where a database of the operator's own is behind."""
    from core.hub import open_hub
    from core.integrations.mirror import mirror

    config = settings()
    with servers_of(config) as servers:
        bring_up_to_date(config, servers)
        hub = open_hub(
            config,
            servers.database_url,
            redis_url=servers.redis_url,
            application=f"crossdock {application}",
            plugins=plugins,
        )
        try:
            if plugins:
                with hub.transaction() as session:
                    mirror(session, hub.registry)
            garbage.begin()
            yield hub, servers
        finally:
            hub.close()


def bring_up_to_date(config: Config, servers: Servers, *, asked: bool = False) -> bool:
    """Apply missing migrations; whether there were no tables before. An operator's own database wants to be `asked`.

    Raises SettingsError where it is not.
    """
    from sqlalchemy import inspect

    from core import db
    from core import migrate as migrations

    engine = db.connect(servers.database_url, pool_size=1, application="crossdock migrate")
    try:
        missing = migrations.pending(engine)
        if missing and config.database_url is not None and not asked:
            needed = ", ".join(missing)
            raise SettingsError(f"The database lacks what this release needs ({needed}): run `crossdock migrate`.")
        with engine.connect() as connection:
            fresh = not inspect(connection).has_table("orders")
        if missing:
            migrations.upgrade(engine)
        return fresh
    finally:
        engine.dispose()
