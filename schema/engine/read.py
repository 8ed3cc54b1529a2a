"""References read: the plan is found or made, its SQL found or written, and the rows become the response."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import orjson
from graphql import GraphQLObjectType, GraphQLOutputType, is_non_null_type
from graphql.pyutils import Path

from schema.engine import complete, plan
from schema.engine.connections import connection_sql
from schema.engine.plan import Plan
from schema.engine.references import FoundReference, ListReference, PageReference
from schema.engine.registry import TypeInfo
from schema.engine.render import Renderer, Slot
from schema.engine.sites import Failed, Site, site
from schema.engine.specs import connection_specs
from schema.engine.sql import Fragment, condition, conjunction, quoted, render_all, row, rows
from schema.engine.window import Order, order, window

if TYPE_CHECKING:
    from schema.engine.executor import ReadExecutor, Wanted

MARK = "\\u0000"
ROOT = "root"
MOST_PLANS, MOST_STATEMENTS = 200, 200
"""Kept for one document."""


Written = tuple[Any, Callable[[Renderer], str], bool]
"""What decides a statement's text beside the plan, how it is written, and whether it is planned anew each time."""


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
    values: dict[Slot, Sequence[Any]]

    @property
    def shape(self) -> tuple[Any, ...]:
        return (
            tuple(site.shape for site in self.sites),
            tuple(tuple(fragments) for fragments in self.restrictions.values()),
        )

    @property
    def failures(self) -> dict[int, Exception]:
        """What is wrong with the arguments of fields, by the number of their site."""
        return {number: site.error for number, site in enumerate(self.sites) if isinstance(site, Failed)}


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
    return await _answer(executor, prepared, object_type, details, [one.path for one in wanted], texts)


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
    specs = connection_specs(info) if isinstance(reference, PageReference) else info.specs
    prepared = _prepare(executor, info, object_type, details, specs)
    written = _page(prepared, reference) if isinstance(reference, PageReference) else _rows(prepared, reference)
    shape, write, anew = written
    found = await _fetch(executor, prepared, shape, write, anew=anew)
    text = found[0][0] if found else None
    kind: Any = return_type.of_type if is_non_null_type(return_type) else return_type
    if not isinstance(reference, ListReference):
        kind = object_type
    [value] = await _answer(executor, prepared, kind, details, [path], [text])
    if isinstance(value, Exception):
        raise value
    return value


def _page(prepared: Prepared, reference: PageReference) -> Written:
    info = reference.info
    ordered = order(info.table, reference.order_by)
    paged = window(info.table, reference.page, reference.where, ordered)
    prepared.values[ROOT] = paged.values

    def source(to: Renderer) -> Callable[[str], str]:
        return lambda alias: f"{quoted(info.table.name)} {alias} where {conjunction(to.visible(info, alias))}"

    def write(to: Renderer) -> str:
        return f"select {connection_sql(to, prepared.plan.selection, paged, to.bind(ROOT), source(to))}::text"

    # No one plan is good for all values that narrow a list: the rows of a rare one are best found by its index and
    # sorted, while those of a common one are met soon on a walk through the order.
    narrowing = (*paged.conditions, *prepared.restrictions.get(info, ()))
    return paged.shape, write, any(fragment.binds for fragment in narrowing)


def _rows(prepared: Prepared, reference: FoundReference | ListReference) -> Written:
    info = reference.info
    fragments, values = _conditions(info, reference.where)
    prepared.values[ROOT] = values
    ordered: Order | None = order(info.table, reference.order_by) if isinstance(reference, ListReference) else None

    def write(to: Renderer) -> str:
        alias = to.alias()
        columns = to.columns(prepared.plan.selection, alias)
        wheres = [*render_all(fragments, alias, to.bind(ROOT)), *to.visible(info, alias)]
        found = f"select {columns} from {quoted(info.table.name)} {alias} where {conjunction(wheres)}"
        if ordered is None:
            return f"select {row(found + ' limit 1')}::text"
        found += f" order by {ordered.sql(alias, backward=False)}"
        return f"select {rows(found)}::text"

    return (tuple(fragments), ordered), write, False


def _conditions(info: TypeInfo, where: Any) -> tuple[list[Fragment], list[Any]]:
    fragments, values = [], []
    for element in where:
        fragment, bound = condition(element, info.table)
        fragments.append(fragment)
        values.extend(bound)
    return fragments, values


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
        asked = site(executor, selected)
        prepared.sites.append(asked)
        prepared.values[selected.site] = asked.values
    for target in found.restricted:
        assert target.visible is not None
        fragments, values = _conditions(target, target.visible(executor.context_value))
        prepared.restrictions[target] = fragments
        prepared.values[target.name] = values
    return prepared


async def _fetch(
    executor: "ReadExecutor",
    prepared: Prepared,
    root: Any,
    write: Callable[[Renderer], str],
    *,
    anew: bool = False,
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
        found: list[Any] = await context.database.fetch(statement.text, values, anew=anew)
    return found


async def _answer(
    executor: "ReadExecutor",
    prepared: Prepared,
    kind: GraphQLOutputType,
    details: list[Any],
    paths: Sequence[Path],
    texts: Sequence[str | None],
) -> list[Any]:
    """The database's bytes as they are, where nothing is left to do; else completed in Python."""
    whole = prepared.plan.pure and not any(isinstance(one, Failed) for one in prepared.sites)
    if whole and not any(text is not None and MARK in text for text in texts):
        return [None if text is None else orjson.Fragment(text) for text in texts]
    data = [None if text is None else orjson.loads(text) for text in texts]
    return await complete.answers(executor, prepared, kind, details, paths, data)
