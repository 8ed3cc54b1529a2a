"""Every row of the database as a plain object, for filters and orders that are said again in Python."""

from enum import Enum
from types import SimpleNamespace
from typing import Any

from sqlalchemy import select
from sqlalchemy.engine import Connection, RowMapping

from core.models import metadata
from tests.schema.equality.rows import NOON

Row = SimpleNamespace


class Shop:
    """All tables, each read once, whole, when it is first asked for."""

    def __init__(self, connection: Connection) -> None:
        self.now = NOON
        self._connection = connection
        self._tables: dict[str, list[Row]] = {}

    def all(self, table: str) -> list[Row]:
        if table not in self._tables:
            found = self._connection.execute(select(metadata.tables[table])).mappings()
            self._tables[table] = [_row(values) for values in found]
        return self._tables[table]

    def of(self, table: str, **wanted: Any) -> list[Row]:
        """The rows whose columns have these values."""
        return [row for row in self.all(table) if all(getattr(row, key) == value for key, value in wanted.items())]

    def one(self, table: str, number: int | None) -> Row | None:
        return next((row for row in self.all(table) if row.id == number), None)

    def settled(self) -> set[int]:
        """The numbers of the events before which none can appear any more."""
        found = self._connection.exec_driver_sql("select id from events where transaction < hub_horizon()")
        return set(found.scalars())


def _row(values: RowMapping) -> Row:
    return Row(**{str(name): word(value) for name, value in values.items()})


def word(value: Any) -> Any:
    """The name of a member of an enum; of several, their names; anything else as it is."""
    if isinstance(value, list):
        return [word(one) for one in value]
    return value.name if isinstance(value, Enum) else value


def greatest_null(value: Any) -> tuple[bool, Any]:
    """A key to sort by: null stands behind everything, as PostgreSQL has it."""
    return (value is None, 0 if value is None else word(value))
