"""What resolvers answer with: which rows, never what of them. The engine reads what was asked for.

To mypy a reference is the object that it stands for, so a resolver is annotated with the type of the schema.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar, cast

from sqlalchemy.sql.elements import ColumnElement

from core.ids import decode
from schema.engine.finish import Node
from schema.engine.registry import Registry, TypeInfo, of, product
from schema.pagination import Connection, Slice

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Reference:
    """One row by its number."""

    info: TypeInfo
    number: int


@dataclass(frozen=True, slots=True)
class FoundReference:
    """The one row that meets the conditions, if any."""

    info: TypeInfo
    where: tuple[ColumnElement[bool], ...]


@dataclass(frozen=True, slots=True)
class ListReference:
    """All rows that meet the conditions, in order."""

    info: TypeInfo
    where: tuple[ColumnElement[bool], ...]
    order_by: tuple[Any, ...]


@dataclass(frozen=True, slots=True)
class PageReference:
    """One page of the rows that meet the conditions."""

    info: TypeInfo
    page: Slice
    where: tuple[ColumnElement[bool], ...]
    order_by: tuple[Any, ...]


AnyReference = Reference | FoundReference | ListReference | PageReference


def Ref(cls: type[T], number: int) -> T:  # noqa: N802  # reads as the thing it stands for
    """One object by its number; null (or an error where null is not allowed) when there is none, or none to see."""
    return cast("T", Reference(of(cls), number))


def Refs(cls: type[T], numbers: Iterable[int]) -> list[T]:  # noqa: N802  # reads as a type
    """Objects by number, in this order."""
    info = of(cls)
    return cast("list[T]", [Reference(info, number) for number in numbers])


def Find(cls: type[T], *where: ColumnElement[bool]) -> T | None:  # noqa: N802  # reads as a type
    """The first object that meets all conditions: `Find(Item, models.Item.sku == sku)`."""
    return cast("T", FoundReference(of(cls), where))


def All(cls: type[T], *where: ColumnElement[bool], order_by: Any) -> list[T]:  # noqa: N802  # reads as a type
    """A plain list, for what stays short: channels, accounts, integrations."""
    return cast("list[T]", ListReference(of(cls), where, _listed(order_by)))


def Page(  # noqa: N802  # reads as a type
    cls: type[T], page: Slice, where: Iterable[ColumnElement[bool]] = (), *, order_by: Any
) -> Connection[T]:
    """A connection: conditions joined by AND, a declared order (one expression or a tuple), and a page of it."""
    return cast("Connection[T]", PageReference(of(cls), page, tuple(where), _listed(order_by)))


def ref_of(identifier: str | None, registry: Registry = product) -> Node | None:
    """The object that an id names, whatever its type; None for what is no id of ours."""
    parts = decode(identifier) if identifier else None
    info = registry.prefixes.get(parts.prefix) if parts else None
    return cast("Node", Reference(info, parts.number)) if parts and info else None


def _listed(order_by: Any) -> tuple[Any, ...]:
    return tuple(order_by) if isinstance(order_by, Sequence) and not isinstance(order_by, str) else (order_by,)
