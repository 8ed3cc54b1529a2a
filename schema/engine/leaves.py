"""SQL that shows a value as the API does: times in UTC with Z, decimals and money as exact strings."""

import datetime as dt
import decimal
from collections.abc import Callable, Mapping
from typing import Any

from graphql import GraphQLEnumType, GraphQLOutputType, get_named_type, is_list_type, is_non_null_type
from sqlalchemy import Column, Integer, SmallInteger
from sqlalchemy.sql import operators
from sqlalchemy.sql.elements import BinaryExpression, BindParameter, Grouping
from sqlalchemy.sql.functions import FunctionElement
from sqlalchemy.types import Date, DateTime, Enum, Numeric, String, TypeEngine

from crossdock.money import EXPONENTS
from schema.engine.render import NULL
from schema.engine.sql import literal

SMALLEST, LARGEST = -(2**31), 2**31 - 1


def listed(kind: GraphQLOutputType) -> bool:
    return is_list_type(kind.of_type if is_non_null_type(kind) else kind)


def moment(expression: str) -> str:
    return f"(replace(({expression} at time zone 'UTC')::text, ' ', 'T') || 'Z')"


def shown(expression: str, stored: TypeEngine[Any], kind: GraphQLOutputType, *, sure: bool = False) -> str:
    """An expression of a stored type as the JSON of a leaf of the schema. `sure`: an Int that cannot overflow."""
    named = get_named_type(kind)
    if listed(kind):
        return expression
    if isinstance(named, GraphQLEnumType):
        return _enum(expression, stored, named)
    if named.name == "DateTime":
        return moment(expression)
    if named.name == "Int":
        return expression if sure else _int(expression)
    textual = isinstance(stored, (String, Enum))
    if named.name in {"Decimal", "ID"} or (named.name == "String" and not textual):
        return f"({expression})::text"
    return expression


def fits_int(element: Any) -> bool:
    """Whether the database's own type keeps an expression within GraphQL's 32 bits.

    True of 32-bit columns, and of what PostgreSQL computes from such alone: it would rather fail than widen them.
    """
    inner = _plain_expression(element)
    if isinstance(inner, Column):
        return isinstance(inner.type, (Integer, SmallInteger)) and not _is_big(inner.type)
    if isinstance(inner, BindParameter):
        return type(inner.value) is int and SMALLEST <= inner.value <= LARGEST
    parts = _parts(inner, _ARITHMETIC, {"greatest", "least", "coalesce"})
    return bool(parts) and all(fits_int(part) for part in parts)


def never_null(element: Any) -> bool:
    """Whether an expression is sure to give a value: of columns that are never null, and of arithmetic with them."""
    inner = _plain_expression(element)
    if isinstance(inner, Column):
        return not inner.nullable
    if isinstance(inner, BindParameter):
        return inner.value is not None
    if (parts := _parts(inner, _ARITHMETIC, set())) or not isinstance(inner, FunctionElement):
        return bool(parts) and all(never_null(part) for part in parts)
    # greatest and least pass over nulls too
    return any(never_null(part) for part in _parts(inner, set(), {"greatest", "least", "coalesce"}))


_ARITHMETIC = {operators.add, operators.sub, operators.mul}


def _plain_expression(element: Any) -> Any:
    inner = element.__clause_element__() if hasattr(element, "__clause_element__") else element
    return _plain_expression(inner.element) if isinstance(inner, Grouping) else inner


def _parts(inner: Any, between: set[Any], functions: set[str]) -> list[Any]:
    """The operands of these operators and functions; nothing of any other expression."""
    if isinstance(inner, BinaryExpression) and inner.operator in between:
        return [inner.left, inner.right]
    if isinstance(inner, FunctionElement) and getattr(inner, "name", "").lower() in functions:
        return list(inner.clauses)
    return []


def _is_big(kind: TypeEngine[Any]) -> bool:
    return kind.__visit_name__.upper().startswith("BIG")


def _int(expression: str) -> str:
    """Beyond 32 bits the specification wants an error: the number is marked, and completed in Python."""
    marked = f"('{NULL[:-1]}' || v.x || '\"')::json"
    return (
        f"(select case when v.x between {SMALLEST} and {LARGEST} then to_json(v.x::int) else {marked} end"
        f" from (select {expression} as x offset 0) v where v.x is not null)"
    )


def stored_members(stored: TypeEngine[Any]) -> dict[str, Any]:
    """What the database holds for each member of an enum column."""
    if not isinstance(stored, Enum) or stored.enum_class is None:
        return {}
    chosen = stored.values_callable
    members = list(stored.enum_class.__members__.values())
    names = chosen(stored.enum_class) if chosen else [member.name for member in members]
    return dict(zip(names, members, strict=True))


def _enum(expression: str, stored: TypeEngine[Any], named: GraphQLEnumType) -> str:
    """The stored text, translated only where the schema calls a member otherwise."""
    shown_as = {_plain(value.value): name for name, value in named.values.items()}
    known = stored_members(stored) or {str(value): value for value in shown_as}
    pairs = {text: shown_as.get(_plain(member), text) for text, member in known.items()}
    if all(text == name for text, name in pairs.items()):
        return f"({expression})::text"
    cases = " ".join(f"when {literal(text)} then {literal(name)}" for text, name in pairs.items())
    return f"(case ({expression})::text {cases} end)"


def _plain(value: Any) -> Any:
    return getattr(value, "value", value)


def amount(minor: str, currency: str) -> str:
    """Minor units at the currency's own exponent, exact."""
    branches = []
    for exponent in sorted(set(EXPONENTS.values()) - {2}):
        codes = ", ".join(literal(code) for code, places in EXPONENTS.items() if places == exponent)
        value = f"({minor})::text" if exponent == 0 else f"({minor} * {10**-exponent:.{exponent}f})::text"
        branches.append(f"when {currency} in ({codes}) then {value}")
    return f"(case {' '.join(branches)} else ({minor} * 0.01)::text end)"


def loader(stored: TypeEngine[Any]) -> tuple[str, Callable[[Any], Any] | None]:
    """How a column reaches a computed field: a cast for the SQL, and what makes it a Python value again."""
    if isinstance(stored, Enum):
        members: Mapping[str, Any] = stored_members(stored)
        return "::text", members.__getitem__ if members else None
    if isinstance(stored, DateTime):
        return "", lambda text: dt.datetime.fromisoformat(text).astimezone(dt.UTC)
    if isinstance(stored, Date):
        return "", dt.date.fromisoformat
    if isinstance(stored, Numeric):
        return "::text", decimal.Decimal
    return "", None
