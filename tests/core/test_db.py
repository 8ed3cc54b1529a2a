"""Connections: what they keep while nobody uses them."""

import pytest
from sqlalchemy import text
from sqlalchemy.engine import Engine

from core import db

_OFTEN = 7
"""Times after which the driver has prepared a statement, and PostgreSQL keeps it."""


def ask_often(engine: Engine, statement: str) -> None:
    for _ in range(_OFTEN):
        with db.transaction(engine) as session:
            session.execute(text(statement))


def prepared(engine: Engine) -> list[str]:
    with db.transaction(engine) as session:
        return list(session.scalars(text("select statement from pg_prepared_statements")))


def test_statements_stay_prepared_on_a_connection_that_has_rested(
    database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(db, "_RESTED_SECONDS", 0.0)
    engine = db.connect(database_url, pool_size=1)
    try:
        ask_often(engine, "select 'asked often'")

        assert "select 'asked often'" in prepared(engine)
    finally:
        engine.dispose()


def test_one_after_the_other_uses_the_connection_that_has_the_statements(database_url: str) -> None:
    engine = db.connect(database_url, pool_size=3)
    try:
        opened = [engine.connect() for _ in range(3)]
        for connection in opened:
            connection.close()
        ask_often(engine, "select 'asked often'")

        assert "select 'asked often'" in prepared(engine)
    finally:
        engine.dispose()
