"""How a type says what other rows it leads to: one, the first of many, all of them, or page by page."""

from collections.abc import Callable, Sequence
from typing import Any

from sqlalchemy.sql.elements import ColumnElement

from schema.engine.kinds import Conditions, ConnectionField, RelationField


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


def _listed(order_by: Any) -> tuple[Any, ...]:
    return tuple(order_by) if isinstance(order_by, (tuple, list)) else (order_by,)
