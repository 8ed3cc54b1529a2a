"""What is in the database, read by one plain SELECT for each column, relation and condition; sorted in Python.

Stock SQLAlchemy over psycopg: nothing here knows the read engine's planner, compiler or driver.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import psycopg
from psycopg.types.string import TextLoader
from sqlalchemy import Table, select
from sqlalchemy.engine import Engine
from sqlalchemy.orm import InstrumentedAttribute, RelationshipProperty, aliased

from schema.engine.kinds import RelationField
from schema.engine.registry import TypeInfo
from tests.schema.equality.loaded import greatest_null


class Row(tuple[Any, ...]):  # noqa: SLOT001  # each result has names of its own
    """By attribute, by name or by position."""

    names: Sequence[str]

    def __getitem__(self, key: Any) -> Any:
        return tuple.__getitem__(self, self.names.index(key) if isinstance(key, str) else key)

    def __getattr__(self, name: str) -> Any:
        return self[name]


def _row_maker(cursor: Any) -> Any:
    names = [column.name for column in cursor.description or ()]

    def make(values: Sequence[Any]) -> Row:
        row = Row(values)
        row.names = names
        return row

    return make


class Store:
    def __init__(self, engine: Engine) -> None:
        self.connection = engine.connect()
        url = engine.url.set(drivername="postgresql").render_as_string(hide_password=False)
        self.raw = psycopg.connect(url, autocommit=True, row_factory=_row_maker, options="-c timezone=UTC")
        self.raw.adapters.register_loader("jsonb", TextLoader)
        self._values: dict[Any, tuple[Any, dict[Any, Any]]] = {}
        self._children: dict[int, tuple[Any, dict[Any, list[Any]]]] = {}
        self._places: dict[Any, tuple[Any, dict[Any, int]]] = {}

    def close(self) -> None:
        self.connection.close()
        self.raw.close()

    def select(self, query: Any, values: Mapping[str, Any]) -> list[Any]:
        """Rows as drivers give them: enums and JSON as text."""
        compiled = query.compile(dialect=self.connection.dialect)
        expanded = compiled.construct_expanded_state(values)
        prepare = {**compiled._bind_processors, **expanded.processors}  # as its own execution prepares values
        given = {
            name: prepare[name](value) if name in prepare and value is not None else value
            for name, value in expanded.parameters.items()
        }
        return self.raw.execute(expanded.statement, given).fetchall()

    def values(self, info: TypeInfo, expression: Any) -> dict[Any, Any]:
        """An expression's value for each row, by its key."""
        known = (info.table.name, id(expression))
        if known not in self._values:
            rows = self.connection.execute(select(_key(info), expression).select_from(info.table)).all()
            self._values[known] = expression, {row[0]: row[1] for row in rows}
        return self._values[known][1]

    def matching(self, info: TypeInfo, where: Iterable[Any]) -> set[Any]:
        """The keys of the rows that meet all conditions."""
        return set(self.connection.execute(select(_key(info)).where(*where)).scalars())

    def places(self, info: TypeInfo, order_by: Sequence[Any]) -> dict[Any, int]:
        """The place of each row in an order made total by the key, which runs as the last of its parts does."""
        known = (info.table.name, *map(id, order_by))
        if known not in self._places:
            rows = sorted(self.values(info, _key(info)), reverse=bool(order_by) and _down(order_by[-1]))
            for element in reversed(order_by):
                values = self.values(info, element.element if _down(element) else element)
                rows.sort(key=lambda row, of=values: greatest_null(of[row]), reverse=_down(element))  # type: ignore[misc]
            self._places[known] = tuple(order_by), {number: place for place, number in enumerate(rows)}
        return self._places[known][1]

    def children(self, info: TypeInfo, declared: RelationField, target: TypeInfo) -> dict[Any, list[Any]]:
        """The keys of the related rows, for each row that has any."""
        if id(declared) not in self._children:
            found: dict[Any, list[Any]] = {}
            for parent, child in self.connection.execute(_pairs(info, declared, target)).all():
                found.setdefault(parent, []).append(child)
            self._children[id(declared)] = declared, found
        return self._children[id(declared)][1]


def _down(element: Any) -> bool:
    return str(element).endswith(" DESC")


def _pairs(info: TypeInfo, declared: RelationField, target: TypeInfo) -> Any:
    """Every parent beside every child that the declaration joins to it."""
    to = declared.target
    if declared.on is not None:
        return select(_key(info), _key(target)).join_from(info.table, target.table, declared.on)
    if isinstance(to, InstrumentedAttribute) and isinstance(to.property, RelationshipProperty):
        child = aliased(target.model)
        return select(_key(info), getattr(child, target.key)).select_from(info.model).join(to.of_type(child))
    column = to.property.columns[0]
    if declared.through is not None:
        return select(column, declared.through.property.columns[0])
    if declared.single and column.table is info.table:
        return select(_key(info), column).where(column.is_not(None))
    return select(column, _key(target)).where(column.is_not(None))


def _key(info: TypeInfo) -> Any:
    table: Table = info.table
    return table.c[info.key]
