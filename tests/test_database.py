"""The fixtures of the suite itself: what one test writes, the next does not see."""

import psycopg
import redis
from sqlalchemy import select, text
from sqlalchemy.engine import Engine
from sqlalchemy.orm import Session

from core.catalog.models import Channel
from core.config import Config
from core.db import transaction
from core.hub import Hub
from core.models import metadata
from core.settings.models import Settings
from tests import database


def rows(session: Session) -> dict[str, int]:
    """The number of rows of each table that has any."""
    counted = {
        table.name: session.scalar(text(f"select count(*) from {table.name}")) for table in metadata.sorted_tables
    }
    return {name: count for name, count in counted.items() if count}


def test_a_reset_brings_back_the_first_rows_and_no_others(clone: database.Clone, engine: Engine) -> None:
    with transaction(engine) as session:
        first = rows(session)
        session.add(Channel(key="second", name="Second", currency="EUR"))
        session.execute(text("delete from ledger_accounts"))
        session.execute(text("update settings set name = 'Changed'"))

    clone.reset()

    with transaction(engine) as session:
        assert rows(session) == first
        assert session.scalar(select(Settings.name)) == "Crossdock"
        session.add(third := Channel(key="third", name="Third", currency="EUR"))
        session.flush()
        assert third.id == first["channels"] + 1


def test_a_reset_finds_a_way_back_where_every_connection_was_ended(clone: database.Clone, engine: Engine) -> None:
    clone.reset()
    with transaction(engine) as session:
        session.execute(text("update settings set name = 'Changed'"))
        session.execute(
            text(
                "select pg_terminate_backend(pid) from pg_stat_activity"
                " where datname = current_database() and pid <> pg_backend_pid()"
            )
        )

    clone.reset()
    engine.dispose()  # its connections were ended too

    with transaction(engine) as session:
        assert session.scalar(select(Settings.name)) == "Crossdock"


def test_a_clone_is_a_database_of_its_own(server_url: str, engine: Engine, worker_id: str) -> None:
    url = database.clone(server_url, f"other_{worker_id}")
    with psycopg.connect(url) as connection:
        connection.execute("delete from settings")

    with transaction(engine) as session:
        assert session.scalar(select(Settings.name)) == "Crossdock"
    database.drop(server_url, f"other_{worker_id}")


def test_the_settings_of_a_hub_name_the_servers_of_the_test(config: Config, database_url: str, redis_url: str) -> None:
    assert (config.database_url, config.redis_url) == (database_url, redis_url)
    with redis.Redis.from_url(redis_url) as client:
        assert client.dbsize() == 0
        client.set("left", "behind")


def test_a_broker_is_empty_at_the_start(redis_url: str) -> None:
    with redis.Redis.from_url(redis_url) as client:
        assert client.dbsize() == 0
        client.set("left", "behind")


def test_a_hub_works_on_the_database_of_the_test(hub: Hub, session: Session) -> None:
    with hub.transaction() as theirs:
        theirs.execute(text("update settings set name = 'Changed'"))

    assert session.scalar(select(Settings.name)) == "Changed"
