"""Which rows of a list: conditions, order, and the page between two cursors, as SQL with values apart."""

import hashlib
from collections.abc import Callable, Hashable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import Column, Table
from sqlalchemy.sql import functions, operators
from sqlalchemy.sql.elements import ColumnElement, UnaryExpression

from schema.engine.sql import Fragment, condition, expression, literal, render_all, type_name
from schema.pagination import Slice, decode_cursor, invalid

BindTo = Callable[[int], str]


@dataclass(frozen=True, eq=False, slots=True)
class SortKey:
    fragment: Fragment
    descending: bool
    nullable: bool
    type_name: str
    check: Callable[[str], object]


@dataclass(frozen=True, eq=False, slots=True)
class Order:
    """A total order of a table's rows; `tag` marks its cursors, so that another order refuses them."""

    keys: tuple[SortKey, ...]
    tag: str

    def sql(self, alias: str, *, backward: bool) -> str:
        return ", ".join(
            f"{key.fragment.render(alias)} {'desc' if key.descending != backward else 'asc'}" for key in self.keys
        )

    def columns(self, alias: str) -> list[str]:
        """What a row is sorted by."""
        return [key.fragment.render(alias) for key in self.keys]

    def cursor_sql(self, values: Sequence[str]) -> str:
        """The cursor of a row, from what it is sorted by."""
        texts = ", ".join(f"({value})::text" for value in values)
        packed = f"json_build_array({literal(self.tag)}, {texts})::text"
        return f"translate(encode(convert_to({packed}, 'UTF8'), 'base64'), E'\\n', '')"

    def read(self, cursor: str, argument: str) -> list[str | None]:
        """The values of a cursor of this order. Raises an error of the caller's for any other text."""
        try:
            tag, *values = decode_cursor(cursor)
            if tag != self.tag or len(values) != len(self.keys):
                raise ValueError("another order")  # noqa: TRY301  # told as the rest is
            for key, value in zip(self.keys, values, strict=True):
                if value is None and key.nullable:
                    continue
                if not isinstance(value, str) or "\0" in value:
                    raise ValueError("not a value")  # noqa: TRY301  # likewise
                key.check(value)
        except (ValueError, ArithmeticError):
            raise invalid(f"`{argument}` is no cursor of this list in this order.", argument) from None
        return values


_orders: dict[tuple[Any, ...], tuple[Order, Any]] = {}


def order(table: Table, order_by: Sequence[Any]) -> Order:
    """The declared sort keys, made total by the primary key. Kept: the same declaration is the same order."""
    known = (table, *(id(element) for element in order_by))
    if (found := _orders.get(known)) is None:
        keys = [_sort_key(element, table) for element in order_by]
        unique = next(iter(table.primary_key.columns))
        if not any(key.fragment.text.endswith(f".{unique.name}") for key in keys):
            keys.append(_sort_key(unique.desc() if keys and keys[-1].descending else unique, table))
        shape = "|".join(f"{key.fragment.text} {key.descending}" for key in keys)
        tag = hashlib.blake2b(f"{table.name}:{shape}".encode(), digest_size=4).hexdigest()
        found = _orders[known] = (Order(tuple(keys), tag), tuple(order_by))
    return found[0]


def _sort_key(element: Any, table: Table) -> SortKey:
    if hasattr(element, "__clause_element__"):
        element = element.__clause_element__()
    descending = False
    if isinstance(element, UnaryExpression) and element.modifier in {operators.desc_op, operators.asc_op}:
        descending = element.modifier is operators.desc_op
        element = element.element
    if isinstance(element, UnaryExpression):
        raise TypeError("A sort key is an expression, or its .desc(); nulls stand last in ascending order.")
    exact = isinstance(element, Column) and not element.nullable
    nullable = not exact and not isinstance(element, functions.coalesce)
    kind = element.type
    return SortKey(expression(element, table), descending, nullable, type_name(kind) or "text", _check(kind))


def _check(kind: Any) -> Callable[[str], object]:
    try:
        python = kind.python_type
    except NotImplementedError:
        return str
    checks: dict[type, Callable[[str], object]] = {
        int: _whole,
        datetime: _moment,
        date: date.fromisoformat,
        Decimal: Decimal,
        bool: {"true": True, "false": False}.__getitem__,
        float: float,
    }
    return checks.get(python, str)


def _whole(value: str) -> int:
    number = int(value)
    if not -(2**63) <= number < 2**63:
        raise ValueError("too large")
    return number


def _moment(value: str) -> object:
    return value if value in {"infinity", "-infinity"} else datetime.fromisoformat(value)


@dataclass(slots=True)
class Window:
    """Conditions, order and page of one list in one request. `shape` decides the SQL text; `values` are bound.

    The last of the values is the size of the page.
    """

    conditions: tuple[Fragment, ...]
    order: Order
    page: Slice
    values: list[Any]
    after: tuple[bool, ...] | None
    before: tuple[bool, ...] | None

    @property
    def shape(self) -> Hashable:
        return (self.conditions, self.order, self.page.backward, self.after, self.before)

    def size(self, bind: BindTo) -> str:
        """How many rows the page has, at most."""
        return f"{bind(len(self.values) - 1)}::int"

    def wheres(self, alias: str, bind: BindTo) -> list[str]:
        """The conditions that narrow the list, without its page."""
        return render_all(self.conditions, alias, bind)

    def bounds(self, alias: str, bind: BindTo) -> list[str]:
        """The conditions of the page: behind one cursor, before the other."""
        used = sum(len(fragment.binds) for fragment in self.conditions)
        parts = []
        for nulls, beyond in ((self.after, True), (self.before, False)):
            if nulls is not None:
                parts.append(_beyond(self.order, nulls, alias, bind, used, forward=beyond))
                used += len(nulls)
        return parts


def window(table: Table, page: Slice, where: Iterable[ColumnElement[Any]], order_by: Order) -> Window:
    """Values are those of the conditions, then those of the cursors, then the size of the page."""
    fragments: list[Fragment] = []
    values: list[Any] = []
    for element in where:
        fragment, bound = condition(element, table)
        fragments.append(fragment)
        values.extend(bound)
    ends: list[tuple[bool, ...] | None] = []
    for cursor, argument in ((page.after, "after"), (page.before, "before")):
        if cursor is None:
            ends.append(None)
            continue
        position = order_by.read(cursor, argument)
        ends.append(tuple(value is None for value in position))
        values.extend(position)
    values.append(page.size)
    return Window(tuple(fragments), order_by, page, values, ends[0], ends[1])


def _beyond(order: Order, nulls: tuple[bool, ...], alias: str, bind: BindTo, offset: int, *, forward: bool) -> str:
    """The rows strictly behind (or before) a position of the order; nulls are the greatest, as PostgreSQL sorts."""
    columns = [key.fragment.render(alias) for key in order.keys]
    binds = [f"{bind(offset + i)}::text::{key.type_name}" for i, key in enumerate(order.keys)]
    downs = [key.descending == forward for key in order.keys]
    if len(set(downs)) == 1 and not any(key.nullable for key in order.keys):
        return f"({', '.join(columns)}) {'<' if downs[0] else '>'} ({', '.join(binds)})"
    branches, equal = [], list[str]()
    for column, value, down, null, key in zip(columns, binds, downs, nulls, order.keys, strict=True):
        if null:
            further = f"{column} is not null" if down else "false"
        elif down:
            further = f"{column} < {value}"
        else:
            further = f"({column} > {value} or {column} is null)" if key.nullable else f"{column} > {value}"
        branches.append("(" + " and ".join([*equal, further]) + ")")
        # a bind whose value is null is still named, so that the text and the values keep in step
        equal.append(f"({column} is null and {value} is null)" if null else f"{column} = {value}")
    return " or ".join(branches)
