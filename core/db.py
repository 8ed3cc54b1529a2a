"""The database: declarative base, engine, transactions, and rows written in bulk."""

import enum
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime
from decimal import Decimal
from typing import Annotated, Any

import orjson
import psycopg
from sqlalchemy import (
    BigInteger,
    DateTime,
    Enum,
    Identity,
    Integer,
    MetaData,
    Numeric,
    String,
    Text,
    create_engine,
    event,
    text,
)
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.engine import Engine
from sqlalchemy.exc import DisconnectionError
from sqlalchemy.orm import DeclarativeBase, InstrumentedAttribute, Mapped, Session, mapped_column, relationship

from core import metrics

type_map: dict[Any, Any] = {
    int: Integer,
    str: Text,
    datetime: DateTime(timezone=True),
    Decimal: Numeric,
    list[str]: ARRAY(Text),
    dict[str, Any]: JSONB,
    list[dict[str, Any]]: JSONB,
    enum.Enum: Enum(enum.Enum, native_enum=False, create_constraint=False, length=32),
}

Id = Annotated[int, mapped_column(BigInteger, Identity(always=False), primary_key=True)]
BigInt = Annotated[int, mapped_column(BigInteger)]
"""A key of another table, or a count that may pass two thousand million."""
Minor = Annotated[int, mapped_column(BigInteger)]
"""An amount in minor units (pence, yen, thousandths of a dinar) of the currency that stands beside it."""
Currency = Annotated[str, mapped_column(String(3))]
"""ISO 4217."""


class Base(DeclarativeBase):
    """Base of every table. Constraints are named, so that migrations can speak of them."""

    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "fk": "fk_%(table_name)s_%(column_0_name)s",
            "pk": "pk_%(table_name)s",
        }
    )
    type_annotation_map = type_map


def related(*args: Any, **options: Any) -> Any:
    """A relation for reading, used by the read engine to know how two tables join. Services never walk it."""
    return relationship(*args, viewonly=True, lazy="raise", **options)


def connect(url: str, *, pool_size: int = 10, application: str = "crossdock") -> Engine:
    """An engine on psycopg 3. Sessions use UTC, and a statement that waits over 30 s is given up."""
    engine = create_engine(
        url.replace("postgres://", "postgresql://", 1),
        pool_size=pool_size,
        max_overflow=pool_size,
        pool_use_lifo=True,  # the last one used again, so that few connections hold the plans, and the rest may rest
        json_serializer=lambda value: orjson.dumps(value).decode(),
        json_deserializer=orjson.loads,
        connect_args={
            "application_name": application,
            "options": "-c timezone=UTC -c jit=off -c lock_timeout=30s -c idle_in_transaction_session_timeout=300s",
        },
    )
    event.listen(engine, "before_cursor_execute", lambda *_: metrics.sql_sent())
    event.listen(engine, "checkin", _note_rest)
    event.listen(engine, "checkout", _still_there)
    return engine


_RESTED_SECONDS = 1.0


def _note_rest(_connection: Any, record: Any) -> None:
    record.info["resting_since"] = time.monotonic()


def _still_there(connection: Any, record: Any, _proxy: Any) -> None:
    """Ask a connection that has rested whether it lives, before it is used; one just used is not worth a round trip."""
    since = record.info.get("resting_since")
    if since is None or time.monotonic() - since < _RESTED_SECONDS:
        return
    try:
        connection.execute("select")
        connection.commit()  # a rollback would have psycopg forget all statements that it has prepared
    except psycopg.Error as error:
        raise DisconnectionError from error


@contextmanager
def transaction(engine: Engine) -> Iterator[Session]:
    """One unit of work: committed whole, or nothing. Jobs enqueued in it are handed over after the commit."""
    with Session(engine, expire_on_commit=False) as session, session.begin():
        yield session


def next_ids(session: Session, model: type[Base], count: int) -> list[int]:
    """Reserve `count` ids of a table, so that rows can name each other before they are written. One statement."""
    return next_ids_of(session, {model: count})[model]


def next_ids_of(session: Session, counts: Mapping[type[Base], int]) -> dict[type[Base], list[int]]:
    """As `next_ids`, for several tables at once."""
    tables = {model.__tablename__: model for model, count in counts.items() if count}
    found: dict[type[Base], list[int]] = {model: [] for model in counts}
    if tables:
        wanted = {"tables": list(tables), "counts": [counts[model] for model in tables.values()]}
        for name, numbers in session.execute(_NEXT_IDS, wanted):
            found[tables[name]] = numbers
    return found


# The sequence is looked up once a table: that takes longer than an id.
_NEXT_IDS = text(
    """
    select name, array(select nextval(sequence) from generate_series(1, count))
    from (
        select name, count, cast(pg_get_serial_sequence(name, 'id') as regclass) as sequence
        from unnest(cast(:tables as text[]), cast(:counts as int[])) as wanted(name, count) offset 0
    ) counted
    """
)


def insert_rows(
    session: Session, model: type[Base], columns: Sequence[InstrumentedAttribute[Any]], rows: Iterable[Sequence[Any]]
) -> None:
    """Write rows with COPY: one order's as well as a thousand's. Values stand in the order of `columns`.

    Columns left out take the default of the *table* (`server_default`), not of the model.
    """
    names = [column.key for column in columns]
    listed = ", ".join(f'"{model.__mapper__.columns[name].name}"' for name in names)
    session.flush()
    metrics.sql_sent()
    driver = session.connection().connection.driver_connection
    assert driver is not None
    with driver.cursor().copy(f'copy "{model.__tablename__}" ({listed}) from stdin') as copy:
        for row in rows:
            copy.write_row([value if type(value) in _PLAIN else _plain(value) for value in row])


_PLAIN = frozenset({bool, int, str, datetime, Decimal, type(None)})
"""Types that COPY takes as they are, which nearly all values of a million rows have."""


def _plain(value: Any) -> Any:
    if isinstance(value, enum.Enum):
        return value.value
    if isinstance(value, dict) or (isinstance(value, list) and value and isinstance(value[0], dict)):
        return orjson.dumps(value).decode()
    return value


__all__ = [
    "Base",
    "BigInt",
    "Currency",
    "Id",
    "Mapped",
    "Minor",
    "connect",
    "insert_rows",
    "mapped_column",
    "next_ids",
    "next_ids_of",
    "related",
    "transaction",
]
