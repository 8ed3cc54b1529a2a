"""One template database a run, with migrations applied; a clone for each worker, put back after each test."""

import psycopg
from psycopg import sql
from sqlalchemy import make_url

from core import migrate
from core.db import connect

TEMPLATE = "crossdock_template"

_COLUMNS = """
    select t.relname, array_agg(a.attname order by a.attnum)
    from pg_class t join pg_attribute a on a.attrelid = t.oid
    where t.relnamespace = 'public'::regnamespace and t.relkind = 'r' and t.relname <> 'alembic_version'
      and a.attnum > 0 and not a.attisdropped and a.attgenerated = ''
    group by t.relname order by t.relname
"""
"""The tables of the product and what can be written to each: all but generated columns."""


def clone(server_url: str, name: str) -> str:
    """The URL of a new database with all tables and the rows that every hub starts with."""
    with psycopg.connect(server_url, autocommit=True) as connection:
        connection.execute("select pg_advisory_lock(1)")  # workers start together; the first builds
        known = connection.execute("select 1 from pg_database where datname = %s", [TEMPLATE]).fetchone()
        if known is None:
            connection.execute(f"drop database if exists {TEMPLATE}_new with (force)")
            _create(connection, f"{TEMPLATE}_new", "template0")
            build(_named(server_url, f"{TEMPLATE}_new"))
            connection.execute(f"alter database {TEMPLATE}_new rename to {TEMPLATE}")
        _create(connection, name, TEMPLATE)
    return _named(server_url, name)


def create(server_url: str, name: str) -> str:
    """The URL of a new, empty database."""
    with psycopg.connect(server_url, autocommit=True) as connection:
        _create(connection, name, "template0")
    return _named(server_url, name)


def drop(server_url: str, name: str) -> None:
    """Remove a database, and whoever is still connected to it."""
    with psycopg.connect(server_url, autocommit=True) as connection:
        connection.execute(sql.SQL("drop database {} with (force)").format(sql.Identifier(name)))


class Clone:
    """A database with all tables, and a connection that puts it back: one that is kept remembers its plans."""

    def __init__(self, server_url: str, name: str) -> None:
        self.url = clone(server_url, name)
        self._connection: psycopg.Connection | None = None

    def reset(self) -> None:
        """The rows of the template, and no others; ids start again."""
        try:
            self._connected().execute("select seed.reset()")
        except psycopg.OperationalError:
            if not self._connected().closed:
                raise
            self.close()  # the test ended every connection
            self._connected().execute("select seed.reset()")

    def close(self) -> None:
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    def _connected(self) -> psycopg.Connection:
        if self._connection is None:
            self._connection = psycopg.connect(self.url, autocommit=True, options="-c lock_timeout=5s")
        return self._connection


def build(url: str) -> None:
    """Make all tables, and remember the rows that are there from the start."""
    engine = connect(url)
    try:
        migrate.upgrade(engine)
    finally:
        engine.dispose()
    with psycopg.connect(url) as connection:
        _remember(connection)


def _remember(connection: psycopg.Connection) -> None:
    """Keep a copy of all rows in a schema of its own, with one function that puts them back.

    Triggers are off while it runs: ledgers refuse to forget.
    """
    connection.execute("create schema seed")
    steps: list[sql.Composable] = [sql.SQL("set local session_replication_role = replica")]
    tables = connection.execute(_COLUMNS).fetchall()
    for table, _ in tables:
        steps.append(sql.SQL("delete from public.{0}").format(sql.Identifier(table)))
    for table, columns in tables:
        name, listed = sql.Identifier(table), sql.SQL(", ").join(map(sql.Identifier, columns))
        kept = sql.SQL("create table seed.{0} as select {1} from public.{0}").format(name, listed)
        if connection.execute(kept).rowcount:
            steps.append(
                sql.SQL("insert into public.{0} ({1}) overriding system value select {1} from seed.{0}").format(
                    name, listed
                )
            )
    sequences = connection.execute(
        "select sequencename, coalesce(last_value, start_value), last_value is not null "
        "from pg_sequences where schemaname = 'public'"
    ).fetchall()
    for name, value, called in sequences:
        steps.append(
            sql.SQL("perform setval({}, {}, {})").format(
                sql.Literal(f'public."{name}"'), sql.Literal(value), sql.Literal(called)
            )
        )
    body = sql.SQL("begin {}; end").format(sql.SQL("; ").join(steps)).as_string(connection)
    connection.execute(
        sql.SQL("create function seed.reset() returns void language plpgsql as {}").format(sql.Literal(body))
    )


def _create(connection: psycopg.Connection, name: str, template: str) -> None:
    statement = "create database {} template {} strategy file_copy"
    connection.execute(sql.SQL(statement).format(sql.Identifier(name), sql.Identifier(template)))


def _named(url: str, database: str) -> str:
    return make_url(url).set(database=database).render_as_string(hide_password=False)
