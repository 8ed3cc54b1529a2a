"""SQLAlchemy expressions turned into fragments of SQL text, once; after that only their values change.

A fragment names the row it speaks of by a marker, so that one compilation serves every alias a plan gives
that row. Values are never part of the text: they are collected beside it, in the order of the binds.
"""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from sqlalchemy import ARRAY, String, Table, select
from sqlalchemy.dialects.postgresql import asyncpg
from sqlalchemy.dialects.postgresql.base import PGCompiler
from sqlalchemy.sql.compiler import OPERATORS
from sqlalchemy.sql.elements import BindParameter, ColumnElement
from sqlalchemy.types import JSON, Enum, NullType, TypeEngine

PARENT, CHILD, LINK = "\x02", "\x03", "\x05"
"""Markers of the row a fragment is about, of the row a relation leads to, and of the row of a link table."""
_ITSELF = -1
"""Among the roles of tables: a table is related to itself, and the columns annotated as remote are the child's."""
_BIND = re.compile("\x04(\\d+)\x04")

dialect = asyncpg.dialect()


@dataclass(frozen=True, eq=False, slots=True)
class Bind:
    """One value of a fragment: which bind parameter of the expression gives it, and how it is prepared."""

    position: int
    prepare: Callable[[Any], Any] | None
    many: bool

    def value(self, parameter: BindParameter[Any]) -> Any:
        return self.prepared(parameter.effective_value)

    def prepared(self, value: Any) -> Any:
        if self.many:
            return [self._one(item) for item in value or ()]
        return self._one(value)

    def _one(self, value: Any) -> Any:
        return value if self.prepare is None or value is None else self.prepare(value)


@dataclass(frozen=True, eq=False, slots=True)
class Fragment:
    """SQL text with markers for rows and binds. Compared by identity: the same shape is the same fragment."""

    text: str
    binds: tuple[Bind, ...] = ()

    def render(self, parent: str, bind: Callable[[int], str] | None = None, *, child: str = "", link: str = "") -> str:
        """The text with its aliases; `bind(i)` gives the placeholder of the i-th value."""
        text = self.text.replace(PARENT, parent).replace(CHILD, child).replace(LINK, link)
        return text if bind is None else _BIND.sub(lambda match: bind(int(match[1])), text)


def render_all(fragments: Iterable[Fragment], parent: str, bind: Callable[[int], str]) -> list[str]:
    """Fragments of one row, whose values come one after the other."""
    texts, used = [], 0
    for fragment in fragments:
        texts.append(fragment.render(parent, _counted_from(used, bind)))
        used += len(fragment.binds)
    return texts


def _counted_from(first: int, bind: Callable[[int], str]) -> Callable[[int], str]:
    return lambda place: bind(first + place)


class _Compiler(PGCompiler):
    """Renders columns of the given tables with markers, lists as arrays, and collects the binds it meets."""

    def __init__(self, statement: Any, roles: Mapping[int, str], *, literal: bool) -> None:
        self.roles = roles
        self.parameters: list[BindParameter[Any]] = []
        super().__init__(dialect, statement, compile_kwargs={"literal_binds": True} if literal else {})

    def visit_column(self, column: Any, *args: Any, **options: Any) -> str:
        role = self.roles.get(hash(column.table)) if column.table is not None else None
        if role == PARENT and _ITSELF in self.roles and column._annotations.get("remote"):  # noqa: SLF001  # said nowhere else
            role = CHILD
        if role is None:
            return super().visit_column(column, *args, **options)
        return f"{role}.{self.preparer.quote(column.name)}"

    def visit_bindparam(self, bindparam: Any, *args: Any, **options: Any) -> str:
        if options.get("literal_binds") or options.get("literal_execute"):
            return str(super().visit_bindparam(bindparam, *args, **options))  # type: ignore[no-untyped-call]  # untyped there
        return self._bind(bindparam, many=False)

    def visit_in_op_binary(self, binary: Any, operator: Any, **options: Any) -> str:
        return self._membership(binary, operator, "= ANY", **options)

    def visit_not_in_op_binary(self, binary: Any, operator: Any, **options: Any) -> str:
        return self._membership(binary, operator, "<> ALL", **options)

    def _membership(self, binary: Any, operator: Any, test: str, **options: Any) -> str:
        if not isinstance(binary.right, BindParameter) or options.get("literal_binds"):
            return f"({self._generate_generic_binary(binary, OPERATORS[operator], **options)})"
        left = self.process(binary.left, **options)
        return f"{left} {test} ({self._bind(binary.right, many=True)})"

    def _bind(self, parameter: BindParameter[Any], *, many: bool) -> str:
        self.parameters.append(parameter)
        kind = type_name(parameter.type)
        cast = f"::{kind}{'[]' if many else ''}" if kind else ""
        return f"\x04{len(self.parameters) - 1}\x04{cast}"


def type_name(kind: TypeEngine[Any]) -> str:
    """A PostgreSQL type to cast a bind to; text without its length, which a cast would cut silently."""
    if isinstance(kind, NullType):
        return ""
    if isinstance(kind, (String, Enum)):
        return "text"
    if isinstance(kind, JSON):
        return "jsonb"
    if isinstance(kind, ARRAY):
        return type_name(kind.item_type) + "[]"
    return str(dialect.type_compiler_instance.process(kind))


def quoted(name: str) -> str:
    """An identifier of SQL."""
    return '"' + name.replace('"', '""') + '"'


def literal(text: str) -> str:
    """A string of SQL. Only for names that we wrote, never for a caller's values."""
    return "'" + text.replace("'", "''") + "'"


def expression(element: Any, table: Table | None, *, roles: Mapping[int, str] | None = None) -> Fragment:
    """Compile an expression over a table's row, constants included. It may hold correlated subqueries."""
    compiler = _compile(element, table, roles or {}, literal=True)
    return Fragment(_column_of(compiler))


def relation(element: Any, parent: Table, child: Table, link: Table | None = None) -> Fragment:
    """Compile the condition that joins a parent's row to a child's row."""
    roles = {hash(child): CHILD, hash(parent): PARENT}
    if link is not None:
        roles[hash(link)] = LINK
    if child is parent:
        roles[_ITSELF] = CHILD
    return Fragment(_column_of(_compile(element, None, roles, literal=True)))


_compiled: dict[Any, tuple[Fragment, tuple[int, ...]]] = {}


def condition(element: ColumnElement[Any], table: Table) -> tuple[Fragment, list[Any]]:
    """A condition or sort key with values: its fragment, the same for every value, and the values."""
    key = element._generate_cache_key()  # noqa: SLF001  # SQLAlchemy's own statement cache stands on it
    found = _compiled.get((key.key, table)) if key is not None else None
    if found is None:
        compiler = _compile(element, table, {}, literal=False)
        parameters = compiler.parameters
        known = {parameter.key: i for i, parameter in enumerate(key.bindparams)} if key is not None else {}
        binds = tuple(
            Bind(known.get(parameter.key, i), _preparer(parameter.type), many=bool(parameter.expanding))
            for i, parameter in enumerate(parameters)
        )
        found = (Fragment(_column_of(compiler), binds), ())
        if key is None:
            return found[0], [bind.value(parameter) for bind, parameter in zip(binds, parameters, strict=True)]
        if len(_compiled) > 10_000:  # noqa: PLR2004  # shapes are few; a leak of them would be a bug worth bounding
            _compiled.clear()
        _compiled[key.key, table] = found
    assert key is not None
    fragment = found[0]
    return fragment, [bind.value(key.bindparams[bind.position]) for bind in fragment.binds]


_statements: dict[Any, tuple[str, tuple[Bind, ...]]] = {}


def statement(element: Any) -> tuple[str, list[Any]]:
    """A whole SELECT as asyncpg takes it: text with numbered placeholders, and the values. Compiled once per shape."""
    key = element._generate_cache_key()  # noqa: SLF001  # as in `condition`
    found = _statements.get(key.key) if key is not None else None
    if found is not None:
        return found[0], [bind.value(key.bindparams[bind.position]) for bind in found[1]]
    compiler = _Compiler(element, {}, literal=False)
    text = _numbered(compiler.string)
    places = {parameter.key: place for place, parameter in enumerate(key.bindparams)} if key is not None else {}
    binds = tuple(
        Bind(places.get(parameter.key, -1), _preparer(parameter.type), many=bool(parameter.expanding))
        for parameter in compiler.parameters
    )
    if key is not None and all(bind.position >= 0 for bind in binds):
        if len(_statements) > 10_000:  # noqa: PLR2004  # as in `condition`
            _statements.clear()
        _statements[key.key] = (text, binds)
    return text, [bind.value(parameter) for bind, parameter in zip(binds, compiler.parameters, strict=True)]


class Prepared:
    """A SELECT that is built and compiled once, and asked with other values each time.

    It names them: `Order.id.in_(bindparam("orders", expanding=True))` is asked as `ctx.select(it, orders=[1, 2])`.
    """

    def __init__(self, query: Any) -> None:
        self.query = query

    def __call__(self, **values: Any) -> tuple[str, list[Any]]:
        """The text as asyncpg takes it, and its values in order. Raises KeyError for one that is not given."""
        text, binds = self._compiled
        return text, [
            bind.prepared(values[parameter.key]) if parameter.required else bind.value(parameter)
            for parameter, bind in binds
        ]

    @cached_property
    def _compiled(self) -> tuple[str, list[tuple[BindParameter[Any], Bind]]]:
        compiler = _Compiler(self.query, {}, literal=False)
        binds = [
            (parameter, Bind(place, _preparer(parameter.type), many=bool(parameter.expanding)))
            for place, parameter in enumerate(compiler.parameters)
        ]
        return _numbered(compiler.string), binds


def _numbered(text: str) -> str:
    return _BIND.sub(lambda match: f"${int(match[1]) + 1}", text)


def _compile(element: Any, table: Table | None, roles: Mapping[int, str], *, literal: bool) -> _Compiler:
    query = select(element.label("_x_"))
    if table is not None:
        query = query.select_from(table)
        roles = {hash(table): PARENT, **roles}
    return _Compiler(query, roles, literal=literal)


def _column_of(compiler: _Compiler) -> str:
    text = compiler.string
    return text[len("SELECT ") : text.rindex(" AS _x_")].strip()


def _preparer(kind: TypeEngine[Any]) -> Callable[[Any], Any] | None:
    return kind.dialect_impl(dialect).bind_processor(dialect)


def conjunction(parts: Sequence[str]) -> str:
    return " and ".join(f"({part})" for part in parts) or "true"


def row(query: str) -> str:
    """The one row of a query as a JSON object; null where there is none. No response key can be called `$`."""
    return f'(select row_to_json("$") from ({query}) "$")'


def rows(query: str) -> str:
    """All rows of a query as a JSON array, in their order."""
    return f"""(select coalesce(json_agg(row_to_json("$")), '[]') from ({query}) "$")"""
