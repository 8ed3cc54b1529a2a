"""Planned data that still needs Python: computed fields, and nulls where none may be.

Follows the specification's value completion, with the executor's own bookkeeping of errors.
"""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from inspect import isawaitable
from typing import TYPE_CHECKING, Any

from graphql import GraphQLError, GraphQLObjectType, GraphQLOutputType, is_leaf_type, is_list_type, is_non_null_type
from graphql.execution.collect_fields import FieldDetails
from graphql.execution.values import get_argument_values
from graphql.pyutils import Path
from strawberry.types.arguments import convert_arguments

from schema.engine.plan import Selected, Selection
from schema.engine.specs import Computed

if TYPE_CHECKING:
    from schema.engine.executor import ReadExecutor
    from schema.engine.read import Prepared


class Row:
    """The columns that a computed field asked for, by the names of the model's attributes."""

    def __init__(self, values: dict[str, Any]) -> None:
        self.__dict__.update(values)

    def __getattr__(self, name: str) -> Any:
        raise AttributeError(f"{name} is not among the columns that this field requires")


@dataclass(eq=False, slots=True)
class Pending:
    """A computed field of one row: where its value goes, and the columns it came with."""

    holder: dict[str, Any]
    selected: Selected
    parent: GraphQLObjectType
    path: Path
    value: Any = None


class Done:
    """A value that graphql-core has completed."""

    __slots__ = ("value",)

    def __init__(self, value: Any) -> None:
        self.value = value


async def answers(
    executor: "ReadExecutor",
    prepared: "Prepared",
    kind: GraphQLOutputType,
    details: list[FieldDetails],
    paths: Sequence[Path],
    data: Sequence[Any],
) -> list[Any]:
    """The completed value for each place, or the exception that it failed with."""
    plan, failures = prepared.plan, prepared.failures
    if plan.computed or failures:
        pending: list[Pending] = []
        for path, value in zip(paths, data, strict=True):
            _gather(plan.selection, value, path, pending, failures)
        await _compute(executor, pending)
    completed: list[Any] = []
    for path, value in zip(paths, data, strict=True):
        try:
            completed.append(_complete(executor, kind, details, plan.selection, value, path))
        except Exception as problem:  # noqa: BLE001  # the error of the field that asked
            completed.append(problem)
    return completed


def _gather(
    selection: Selection, value: Any, path: Path, pending: list[Pending], failures: Mapping[int, Exception]
) -> None:
    """Find every computed field, and put the errors of wrong arguments where their fields stand."""
    if isinstance(value, list):
        for index, item in enumerate(value):
            _gather(selection, item, path.add_key(index, None), pending, failures)
    elif isinstance(value, dict):
        for field in selection.fields:
            below = path.add_key(field.key, selection.type.name)
            if field.site is not None and field.site in failures:
                value[field.column] = failures[field.site]
            elif isinstance(field.spec, Computed):
                pending.append(Pending(value, field, selection.type, below))
            elif field.children is not None:
                _gather(field.children, value[field.column], below, pending, failures)


async def _compute(executor: "ReadExecutor", pending: list[Pending]) -> None:
    """Call each function once for all its rows, then let graphql-core complete what they answered."""
    groups: dict[Any, list[Pending]] = {}
    inputs: dict[Any, dict[str, Any]] = {}
    for one in pending:
        try:
            given = _arguments(executor, one.selected)
        except Exception as problem:  # noqa: BLE001  # the error of this field alone
            one.holder[one.selected.column] = problem
            continue
        key = (id(one.selected.spec), repr(given))
        groups.setdefault(key, []).append(one)
        inputs[key] = given
    await asyncio.gather(*(_settle(executor, group, inputs[key]) for key, group in groups.items()))


async def _settle(executor: "ReadExecutor", group: list[Pending], given: dict[str, Any]) -> None:
    await _call(executor, group, given)
    waiting: list[tuple[Pending, Any]] = []
    for one in group:
        value = _begin(executor, one)
        if executor.is_awaitable(value):
            waiting.append((one, value))
        else:
            one.holder[one.selected.column] = value
    values = await asyncio.gather(*(value for _, value in waiting), return_exceptions=True)
    for (one, _), value in zip(waiting, values, strict=True):
        if isinstance(value, BaseException) and not isinstance(value, Exception):
            raise value
        one.holder[one.selected.column] = value if isinstance(value, Exception) else Done(value)


def _arguments(executor: "ReadExecutor", selected: Selected) -> dict[str, Any]:
    if not selected.definition.args:
        return {}
    given = get_argument_values(selected.definition, selected.details[0].node, executor.variable_values)
    declared = selected.definition.extensions["strawberry-definition"].arguments
    converter = executor.schema._strawberry_schema  # type: ignore[attr-defined]  # noqa: SLF001  # as Strawberry kept it
    return convert_arguments(given, declared, converter.schema_converter.scalar_registry, converter.config)


async def _call(executor: "ReadExecutor", group: list[Pending], given: dict[str, Any]) -> None:
    spec = group[0].selected.spec
    assert isinstance(spec, Computed)
    rows = [_row(spec, one.holder[one.selected.column]) for one in group]
    try:
        with executor.context_value.gathering.under_way():
            values = spec.declared.function(rows, executor.context_value, **given)
            if isawaitable(values):
                values = await values
        values = list(values)
    except Exception as problem:  # noqa: BLE001  # it is the error of each row's field
        values = [problem] * len(rows)
    if len(values) != len(rows):
        name = spec.declared.function.__qualname__
        values = [RuntimeError(f"{name} answered {len(values)} values for {len(rows)} rows")] * len(rows)
    for one, value in zip(group, values, strict=True):
        one.value = value


def _row(spec: Computed, values: list[Any]) -> Row:
    return Row(
        {
            name: load(value) if load is not None and value is not None else value
            for name, load, value in zip(spec.names, spec.loaders, values, strict=True)
        }
    )


def _begin(executor: "ReadExecutor", one: Pending) -> Any:
    selected = one.selected
    nodes = [detail.node for detail in selected.details]
    info = executor.build_resolve_info(selected.definition, nodes, one.parent, one.path)
    try:
        value = executor.complete_value(selected.definition.type, selected.details, info, one.path, one.value, None)
    except Exception as problem:  # noqa: BLE001  # raised where the field is completed
        return problem
    return value if executor.is_awaitable(value) else Done(value)


def _complete(
    executor: "ReadExecutor",
    kind: Any,
    details: list[FieldDetails],
    selection: Selection | None,
    value: Any,
    path: Path,
    name: str = "",
) -> Any:
    if isinstance(value, Done):
        return value.value
    if isinstance(value, Exception):
        raise value
    if is_non_null_type(kind):
        completed = _complete(executor, kind.of_type, details, selection, value, path, name)
        if completed is None:
            raise TypeError(f"Cannot return null for non-nullable field {name}.")
        return completed
    if value is None or value == "\0":
        return None
    if is_list_type(kind):
        return [
            _protected(executor, kind.of_type, details, selection, item, path.add_key(index, None), name)
            for index, item in enumerate(value)
        ]
    if is_leaf_type(kind):
        if isinstance(value, str) and value.startswith("\0"):
            raise GraphQLError(f"Int cannot represent non 32-bit signed integer value: {value[1:]}")
        return value
    assert selection is not None
    typename = selection.type.name
    return {
        field.key: _protected(
            executor,
            field.definition.type,
            field.details,
            field.children,
            value[field.column],
            path.add_key(field.key, typename),
            f"{typename}.{field.name}",
        )
        for field in selection.fields
    }


def _protected(
    executor: "ReadExecutor",
    kind: Any,
    details: list[FieldDetails],
    selection: Selection | None,
    value: Any,
    path: Path,
    name: str,
) -> Any:
    """A value, or null with its error noted; the error itself where null is not allowed."""
    try:
        return _complete(executor, kind, details, selection, value, path, name)
    except Exception as problem:  # noqa: BLE001  # located and noted by the executor
        executor.handle_field_error(problem, kind, details, path)
        return None
