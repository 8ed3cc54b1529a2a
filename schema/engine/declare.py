"""How a type says where its fields live. The Strawberry schema and the SQL plan are both made from this.

The functions are typed as what the field answers with, so that mypy refuses a column of another type or
nullability. Nothing is compiled here: `schema.engine.finish` does that once, when all types are known.
"""

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any, TypedDict, TypeVar, Unpack, cast, dataclass_transform, overload

from sqlalchemy.orm import InstrumentedAttribute
from sqlalchemy.sql.elements import ColumnElement

from schema.engine.kinds import (
    ColumnField,
    ComputedField,
    Conditions,
    Declared,
    EmbeddedField,
    JsonField,
    MoneyField,
    SameRowField,
)
from schema.engine.registry import Registry, TypeInfo, product
from schema.engine.related import connection, first, many, one
from schema.scalars import Money

if TYPE_CHECKING:
    from schema.context import Context

T = TypeVar("T")
S = TypeVar("S", bound=str)
Expression = InstrumentedAttribute[T] | ColumnElement[T]
Visible = Callable[["Context"], Conditions]


class Options(TypedDict, total=False):
    """What any field may say of itself."""

    name: str | None
    scope: str | None
    description: str | None


@overload
def column(expression: Expression[T], **options: Unpack[Options]) -> T: ...
@overload
def column(expression: Expression[str], *, shown_as: type[S], **options: Unpack[Options]) -> S: ...
@overload
def column(expression: Expression[str | None], *, shown_as: type[S], **options: Unpack[Options]) -> S | None: ...
@overload
def column(expression: Expression[list[str]], *, shown_as: type[S], **options: Unpack[Options]) -> list[S]: ...
def column(expression: Expression[Any], *, shown_as: type[str] | None = None, **options: Unpack[Options]) -> Any:
    """A column of the type's table, or any SQL expression over its row (a correlated scalar subquery too).

    `shown_as` tells mypy what its text is called in the schema: an id, or an enum of text.
    """
    return ColumnField(expression=expression, **options)


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
    *,
    requires: Sequence[Any] = (),
    rows: str | None = None,
    name: str | None = None,
    scope: str | None = None,
    description: str | None = None,
) -> Callable[[F], F]:
    """A Python function over a batch of rows: `def f(rows: Sequence[Model], ctx: Context, **arguments) -> list[R]`.

    Write `@staticmethod` under it, for mypy: the function is of the batch, not of one object.

    It is called once per request for all rows that selected the field, with the columns of `requires` loaded,
    and may be async. It answers one value per row, in order; an exception in place of a value is that row's
    error. Values may be references (`Ref`, `Refs`), which cost one statement more for all rows together.

    `rows` names the argument, an Int, that says how many objects it answers with: they cost what rows cost.
    """

    def declare(function: F) -> F:
        plain = function.__func__ if isinstance(function, staticmethod) else function
        declared = ComputedField(
            function=plain, requires=requires, rows=rows, name=name, scope=scope, description=description
        )
        return cast("F", declared)

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
