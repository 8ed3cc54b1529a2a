"""The kinds of field that a type can declare, as plain data: what `declare` and `related` make, and `compile` reads."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy.sql.elements import ColumnElement

Conditions = Iterable[ColumnElement[bool]]


@dataclass(kw_only=True)
class Declared:
    """One declared field. `scope` is needed to select it, beside what its type asks for."""

    name: str | None = None
    scope: str | None = None
    description: str | None = None


@dataclass(kw_only=True)
class ColumnField(Declared):
    expression: Any


@dataclass(kw_only=True)
class MoneyField(Declared):
    minor: Any
    currency: Any


@dataclass(kw_only=True)
class RelationField(Declared):
    """`through` is the column of a link table that names the child; `target` is then its column naming the parent."""

    target: Any
    single: bool
    order_by: Sequence[Any] = ()
    where: Sequence[ColumnElement[bool]] = ()
    through: Any = None
    on: Any = None
    expect: int = 10


@dataclass(kw_only=True)
class ConnectionField(RelationField):
    default_first: int = 50
    backward: bool = False
    filter: Callable[..., Conditions] | None = None


@dataclass(kw_only=True)
class EmbeddedField(Declared):
    columns: Mapping[str, Any]
    present: Any = None


@dataclass(kw_only=True)
class JsonField(Declared):
    expression: Any


@dataclass(kw_only=True)
class SameRowField(Declared):
    present: Any = None


@dataclass(kw_only=True)
class ComputedField(Declared):
    function: Callable[..., Any]
    requires: Sequence[Any] = field(default_factory=tuple)
    rows: str | None = None
    """The argument, an Int, that says how many objects it answers with for one row."""
