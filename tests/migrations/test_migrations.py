"""The migrations: they lead to the tables of the models, and back."""

from collections.abc import Iterator

import pytest
from alembic import command
from sqlalchemy import inspect
from sqlalchemy.engine import Engine

from core import migrate
from core.db import connect
from tests import database


@pytest.fixture
def empty(server_url: str, worker_id: str) -> Iterator[Engine]:
    """An engine on a database with nothing in it."""
    name = f"migrations_{worker_id}"
    engine = connect(database.create(server_url, name))
    yield engine
    engine.dispose()
    database.drop(server_url, name)


def test_migrations_lead_to_the_tables_of_the_models(empty: Engine) -> None:
    migrate.upgrade(empty)

    with empty.connect() as connection:
        command.check(migrate.configuration(connection))  # raises where models and tables differ
    assert migrate.pending(empty) == []


def test_migrations_can_be_taken_back_and_applied_again(empty: Engine) -> None:
    migrate.upgrade(empty)
    migrate.downgrade(empty, "base")
    assert set(inspect(empty).get_table_names()) <= {"alembic_version"}

    migrate.upgrade(empty)
    assert migrate.pending(empty) == []
