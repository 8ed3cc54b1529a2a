"""References read: the plan is found or made, its SQL found or written, and the rows become the response."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import orjson
from graphql import GraphQLError, GraphQLObjectType, GraphQLOutputType, VariableNode, is_non_null_type
from graphql.execution.values import get_argument_values
from graphql.pyutils import Path

from schema.engine import complete, plan
from schema.engine.connections import connection_sql
from schema.engine.plan import Plan, Selected
from schema.engine.references import FoundReference, ListReference, PageReference
from schema.engine.registry import TypeInfo
from schema.engine.render import Renderer, Site, Slot
from schema.engine.specs import ToPage, connection_specs
from schema.engine.sql import Fragment, condition, conjunction, quoted, row, rows
from schema.engine.window import Order, Window, order, window
from schema.pagination import COUNTED, Slice, invalid

if TYPE_CHECKING:
    from schema.engine.executor import ReadExecutor, Wanted

MARK = "\\u0000"
ROOT = "root"
LARGEST_COUNT = 1_000_000
MOST_PLANS, MOST_STATEMENTS = 200, 200
"""Kept for one document."""


@dataclass(frozen=True, slots=True)
class Statement:
    text: str
    sources: tuple[tuple[Slot, int], ...]


@dataclass(slots=True)
class Prepared:
    """A plan with this request's arguments: its shape chooses the SQL, its values fill the placeholders."""

    plan: Plan
    sites: list[Site]
    restrictions: dict[TypeInfo, list[Fragment]]
    values: dict[Slot, list[Any]]

    @property
    def shape(self) -> tuple[Any, ...]:
        return (
            tuple(site.shape if isinstance(site, Window) else site for site in self.sites),
            tuple(tuple(fragments) for fragments in self.restrictions.values()),
        )


async def many(
    executor: "ReadExecutor",
    info: TypeInfo,
    object_type: GraphQLObjectType,
    details: list[Any],
    wanted: "Sequence[Wanted]",
) -> list[Any]:
    """Rows by number, in the order wanted; None for one that is not there, an exception for one that failed."""
    prepared = _prepare(executor, info, object_type, details, info.specs)
    numbers = sorted({one.number for one in wanted})
    single = len(numbers) == 1  # said as such, or PostgreSQL expects many rows, and plans anew each time
    prepared.values[ROOT] = numbers if single else [numbers]

    def write(to: Renderer) -> str:
        alias, given = to.alias(), to.bind(ROOT)(0)
        key, table = f"{alias}.{quoted(info.key)}", f"{quoted(info.table.name)} {alias}"
        chosen = f"{key} = {given}::bigint" if single else f"{key} = any({given}::bigint[])"
        shown = row(f"select {to.columns(prepared.plan.selection, alias)}")
        return f"select {key}, {shown}::text from {table} where {conjunction([chosen, *to.visible(info, alias)])}"

    found = dict(await _fetch(executor, prepared, single, write))
    texts = [found.get(one.number) for one in wanted]
    return await _answer(executor, prepared.plan, object_type, details, [one.path for one in wanted], texts)


async def one(
    executor: "ReadExecutor",
    return_type: GraphQLOutputType,
    object_type: GraphQLObjectType,
    details: list[Any],
    path: Path,
    reference: FoundReference | ListReference | PageReference,
) -> Any:
    """What one reference by conditions stands for: an object, a list or a page."""
    info = reference.info
    paged = isinstance(reference, PageReference)
    specs = connection_specs(info) if paged else info.specs
    prepared = _prepare(executor, info, object_type, details, specs)
    shape, write = _page(prepared, reference) if isinstance(reference, PageReference) else _rows(prepared, reference)
    found = await _fetch(executor, prepared, shape, write)
    text = found[0][0] if found else None
    kind: Any = return_type.of_type if is_non_null_type(return_type) else return_type
    if not isinstance(reference, ListReference):
        kind = object_type
    [value] = await _answer(executor, prepared.plan, kind, details, [path], [text])
    if isinstance(value, Exception):
        raise value
    return value


def _page(prepared: Prepared, reference: PageReference) -> tuple[Any, Callable[[Renderer], str]]:
    info = reference.info
    ordered = order(info.table, reference.order_by)
    paged = window(info.table, reference.page, reference.where, ordered)
    prepared.values[ROOT] = paged.values

    def source(to: Renderer) -> Callable[[str], str]:
        return lambda alias: f"{quoted(info.table.name)} {alias} where {conjunction(to.visible(info, alias))}"

    def write(to: Renderer) -> str:
        return f"select {connection_sql(to, prepared.plan.selection, paged, to.bind(ROOT), source(to))}::text"

    return paged.shape, write


def _rows(prepared: Prepared, reference: FoundReference | ListReference) -> tuple[Any, Callable[[Renderer], str]]:
    info = reference.info
    fragments, values = _conditions(info, reference.where)
    prepared.values[ROOT] = values
    ordered: Order | None = order(info.table, reference.order_by) if isinstance(reference, ListReference) else None

    def write(to: Renderer) -> str:
        alias = to.alias()
        columns = to.columns(prepared.plan.selection, alias)
        wheres = [*_numbered(fragments, alias, to.bind(ROOT)), *to.visible(info, alias)]
        found = f"select {columns} from {quoted(info.table.name)} {alias} where {conjunction(wheres)}"
        if ordered is None:
            return f"select {row(found + ' limit 1')}::text"
        found += f" order by {ordered.sql(alias, backward=False)}"
        return f"select {rows(found)}::text"

    return (tuple(fragments), ordered), write


def _conditions(info: TypeInfo, where: Any) -> tuple[list[Fragment], list[Any]]:
    fragments, values = [], []
    for element in where:
        fragment, bound = condition(element, info.table)
        fragments.append(fragment)
        values.extend(bound)
    return fragments, values


def _numbered(fragments: Sequence[Fragment], alias: str, bind: Callable[[int], str]) -> list[str]:
    parts, offset = [], 0
    for fragment in fragments:
        parts.append(fragment.render(alias, lambda i, start=offset: bind(start + i)))  # type: ignore[misc]
        offset += len(fragment.binds)
    return parts


def _prepare(
    executor: "ReadExecutor", info: TypeInfo, object_type: GraphQLObjectType, details: list[Any], specs: Any
) -> Prepared:
    key = (*(id(one.node) for one in details), object_type.name, executor.directives)
    found = executor.plans.get(key)
    if found is None:
        if len(executor.plans) >= MOST_PLANS:
            executor.plans.clear()  # a caller may try every value of the variables in @include
        found = executor.plans[key] = plan.make(executor, object_type, details, specs, info)
    prepared = Prepared(found, [], {}, {})
    for selected in found.sites:
        site = selected.always if selected.always is not None else _site(executor, selected)
        prepared.sites.append(site)
        if isinstance(site, Window):
            prepared.values[selected.site] = site.values
    for target in found.restricted:
        assert target.visible is not None
        fragments, values = _conditions(target, target.visible(executor.context_value))
        prepared.restrictions[target] = fragments
        prepared.values[target.name] = values
    return prepared


def arguments(executor: "ReadExecutor", selected: Selected) -> dict[str, Any]:
    return get_argument_values(selected.definition, selected.details[0].node, executor.variable_values)


def _site(executor: "ReadExecutor", selected: Selected) -> Site:
    """What a field's own arguments ask for. What no variable can change is kept with the plan."""
    given, spec = arguments(executor, selected), selected.spec
    try:
        site = _window(spec, given) if isinstance(spec, ToPage) else _limit(given)
    except GraphQLError as problem:
        raise GraphQLError(
            problem.message, [one.node for one in selected.details], extensions=problem.extensions
        ) from None
    filtered = isinstance(spec, ToPage) and spec.declared.filter is not None  # it may look at more than its arguments
    if not filtered and not any(
        isinstance(one.value, VariableNode) for one in selected.details[0].node.arguments or ()
    ):
        selected.always = site
    return site


def _limit(given: dict[str, Any]) -> int:
    limit: int = COUNTED if given.get("limit") is None else given["limit"]
    if not 0 <= limit <= LARGEST_COUNT:
        raise invalid(f"`limit` must be between 0 and {LARGEST_COUNT}.", "limit")
    return limit


def _window(spec: ToPage, given: dict[str, Any]) -> Window:
    first, last = given.pop("first", None), given.pop("last", None)
    if first is None and last is None:
        first = spec.declared.default_first
    page = Slice(first=first, after=given.pop("after", None), last=last, before=given.pop("before", None))
    where = spec.declared.filter(**given) if spec.declared.filter is not None else ()
    assert spec.order is not None
    return window(spec.target.table, page, where, spec.order)


async def _fetch(
    executor: "ReadExecutor", prepared: Prepared, root: Any, write: Callable[[Renderer], str]
) -> list[Any]:
    key = (root, *prepared.shape)
    statement: Statement | None = prepared.plan.statements.get(key)
    if statement is None:
        if len(prepared.plan.statements) >= MOST_STATEMENTS:
            prepared.plan.statements.clear()
        renderer = Renderer(prepared.sites, prepared.restrictions)
        statement = Statement(write(renderer), tuple(renderer.sources))
        prepared.plan.statements[key] = statement
    values = [prepared.values[slot][index] for slot, index in statement.sources]
    context = executor.context_value
    with context.gathering.under_way():
        found: list[Any] = await context.database.fetch(statement.text, values)
    return found


async def _answer(
    executor: "ReadExecutor",
    made: Plan,
    kind: GraphQLOutputType,
    details: list[Any],
    paths: Sequence[Path],
    texts: Sequence[str | None],
) -> list[Any]:
    """The database's bytes as they are, where nothing is left to do; else completed in Python."""
    if made.pure and not any(text is not None and MARK in text for text in texts):
        return [None if text is None else orjson.Fragment(text) for text in texts]
    data = [None if text is None else orjson.loads(text) for text in texts]
    return await complete.answers(executor, made, kind, details, paths, data)
