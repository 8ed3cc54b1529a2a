"""How a type says where its fields live. The Strawberry schema and the SQL plan are both made from this.

The functions are typed as what the field answers with, so that mypy refuses a column of another type or
nullability. Nothing is compiled here: `schema.engine.finish` does that once, when all types are known.
"""

from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, TypeVar, cast, dataclass_transform, overload

from sqlalchemy.orm import InstrumentedAttribute
from sqlalchemy.sql.elements import ColumnElement

from schema.engine.registry import Registry, TypeInfo, of, product
from schema.scalars import Money

if TYPE_CHECKING:
    from schema.context import Context

T = TypeVar("T")
Conditions = Iterable[ColumnElement[bool]]
Visible = Callable[["Context"], Conditions]


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


def column(
    expression: InstrumentedAttribute[T] | ColumnElement[T],
    *,
    name: str | None = None,
    scope: str | None = None,
    description: str | None = None,
) -> T:
    """A column of the type's table, or any SQL expression over its row (a correlated scalar subquery too)."""
    return cast("T", ColumnField(expression=expression, name=name, scope=scope, description=description))


@overload
def money(
    minor: InstrumentedAttribute[int],
    currency: Any,
    *,
    name: str | None = None,
    scope: str | None = None,
    description: str | None = None,
) -> Money: ...
@overload
def money(
    minor: InstrumentedAttribute[int | None] | ColumnElement[Any],
    currency: Any,
    *,
    name: str | None = None,
    scope: str | None = None,
    description: str | None = None,
) -> Any: ...
def money(
    minor: Any, currency: Any, *, name: str | None = None, scope: str | None = None, description: str | None = None
) -> Any:
    """An amount in minor units beside its currency; null where either is."""
    return MoneyField(minor=minor, currency=currency, name=name, scope=scope, description=description)


def one(
    target: Any,
    *,
    on: ColumnElement[bool] | None = None,
    name: str | None = None,
    scope: str | None = None,
    description: str | None = None,
) -> Any:
    """The one row that `target` leads to: a relationship, or a foreign key column of this table.

    With `on`, `target` is the model and `on` the condition that joins it to this row.
    """
    return RelationField(target=target, single=True, on=on, name=name, scope=scope, description=description)


def first(
    target: Any,
    *,
    order_by: Any,
    where: Sequence[ColumnElement[bool]] = (),
    on: ColumnElement[bool] | None = None,
    name: str | None = None,
    scope: str | None = None,
    description: str | None = None,
) -> Any:
    """The first of many in the given order, such as the latest decision; null where there is none."""
    return RelationField(
        target=target,
        single=True,
        order_by=_listed(order_by),
        where=where,
        on=on,
        name=name,
        scope=scope,
        description=description,
    )


def many(
    target: Any,
    *,
    order_by: Any,
    where: Sequence[ColumnElement[bool]] = (),
    through: Any = None,
    on: ColumnElement[bool] | None = None,
    expect: int = 10,
    name: str | None = None,
    scope: str | None = None,
    description: str | None = None,
) -> Any:
    """A plain list of related rows: a relationship, or the column of the other table that names this row.

    `where` narrows it by conditions on the other table. `through` names the child in a link table, whose
    column naming this row is then `target`. `expect` is how many rows the cost of a query counts for it.
    """
    return RelationField(
        target=target,
        single=False,
        order_by=_listed(order_by),
        where=where,
        through=through,
        on=on,
        expect=expect,
        name=name,
        scope=scope,
        description=description,
    )


def connection(
    target: Any,
    *,
    order_by: Any,
    where: Sequence[ColumnElement[bool]] = (),
    through: Any = None,
    on: ColumnElement[bool] | None = None,
    default_first: int = 50,
    backward: bool = False,
    filter: Callable[..., Conditions] | None = None,
    name: str | None = None,
    scope: str | None = None,
    description: str | None = None,
) -> Any:
    """Related rows, page by page: `first` and `after`, with `backward` also `last` and `before`.

    The parameters of `filter` become arguments of the field; it answers with conditions on the other table.
    """
    return ConnectionField(
        target=target,
        single=False,
        order_by=_listed(order_by),
        where=where,
        through=through,
        on=on,
        default_first=default_first,
        backward=backward,
        filter=filter,
        name=name,
        scope=scope,
        description=description,
    )


def embedded(
    *,
    present: Any = None,
    name: str | None = None,
    scope: str | None = None,
    description: str | None = None,
    **columns: Any,
) -> Any:
    """An object without a table, from columns of this row: `embedded(city=models.Location.city, ...)`.

    It is null where the expression `present` is not true.
    """
    return EmbeddedField(columns=columns, present=present, name=name, scope=scope, description=description)


def from_json(
    expression: Any, *, name: str | None = None, scope: str | None = None, description: str | None = None
) -> Any:
    """An object, or a list of them, from a jsonb column; the keys are the Python names of the type's fields.

    Money is read from `<name>_minor` and `currency`, and a declared type from `<name>_id`.
    """
    return JsonField(expression=expression, name=name, scope=scope, description=description)


def same_row(
    *, present: Any = None, name: str | None = None, scope: str | None = None, description: str | None = None
) -> Any:
    """Another type over the same row; null where the expression `present` is not true."""
    return SameRowField(present=present, name=name, scope=scope, description=description)


F = TypeVar("F", bound=Callable[..., Any])


def computed(
    *, requires: Sequence[Any] = (), name: str | None = None, scope: str | None = None, description: str | None = None
) -> Callable[[F], F]:
    """A Python function over a batch of rows: `def f(rows: Sequence[Model], ctx: Context, **arguments) -> list[R]`.

    Write `@staticmethod` under it, for mypy: the function is of the batch, not of one object.

    It is called once per request for all rows that selected the field, with the columns of `requires` loaded,
    and may be async. It answers one value per row, in order; an exception in place of a value is that row's
    error. Values may be references (`Ref`, `Refs`), which cost one statement more for all rows together.
    """

    def declare(function: F) -> F:
        plain = function.__func__ if isinstance(function, staticmethod) else function
        return cast(
            "F", ComputedField(function=plain, requires=requires, name=name, scope=scope, description=description)
        )

    return declare


@dataclass_transform(
    kw_only_default=True, field_specifiers=(column, money, one, first, many, connection, embedded, from_json, same_row)
)
def node(
    model: Any,
    *,
    prefix: str | None = None,
    name: str | None = None,
    scope: str | None = None,
    visible: Visible | None = None,
    description: str | None = None,
    into: Registry = product,
) -> Callable[[type[T]], type[T]]:
    """Declare a type over a model's table. With `prefix` it has an id and implements Node.

    `scope` is needed to select anything of it. `visible` narrows its rows for the caller: what it hides reads as
    null, and is left out of lists.
    """

    def declare(cls: type[T]) -> type[T]:
        into.add(
            TypeInfo(
                cls=cls,
                name=name or cls.__name__,
                model=model,
                prefix=prefix,
                scope=scope,
                visible=visible,
                description=description or cls.__doc__,
                declared={key: value for key, value in vars(cls).items() if isinstance(value, Declared)},
            )
        )
        return cls

    return declare


def extend(
    cls: type,
    name: str,
    function: Callable[..., Sequence[Any] | Awaitable[Sequence[Any]]],
    *,
    requires: Sequence[Any] = (),
    scope: str | None = None,
) -> None:
    """Add a computed field to a declared type, before the schema is built: how plugins add fields."""
    declared = ComputedField(function=function, requires=requires, name=None, scope=scope, description=function.__doc__)
    of(cls).declared[name] = declared


def _listed(order_by: Any) -> tuple[Any, ...]:
    return tuple(order_by) if isinstance(order_by, (tuple, list)) else (order_by,)
