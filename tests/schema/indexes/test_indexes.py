"""Every filter, order and relation is read by an index: PostgreSQL tells its plan on a large shop."""

from collections import Counter
from collections.abc import AsyncIterator, Iterator, Sequence
from itertools import cycle
from typing import Any

import anyio
import orjson
import pytest
from graphql import GraphQLInputObjectType, GraphQLObjectType, GraphQLSchema, get_named_type

from core.access.scopes import SCOPES
from schema.context import Context, Viewer
from schema.engine.database import Database, opened
from schema.engine.engine import Engine
from schema.engine.registry import product
from schema.engine.specs import Related
from tests import database
from tests.schema.indexes import seed
from tests.schema.indexes.asked import VALUES

pytestmark = pytest.mark.anyio

ADMIN = Viewer(name="tests", scopes=frozenset(SCOPES))
PAGE = {"first", "after", "last", "before"}
COMPUTED = {"profitReport"}
"""Lists that are computed from rollups rather than read."""
CATALOGUE = "stock_levels"
"""It grows with what is sold and not with what was; an index on what every sale changes would cost more than a walk."""
MANY = 5_000
"""Rows that no page of fifty is worth; the big tables have 10,000 at the least, and what is asked for is rare."""


class Planned(Database):
    """Answers as ever, and has PostgreSQL say how it would read each statement."""

    async def start(self) -> None:
        await super().start()
        self.plans: list[dict[str, Any]] = []

    async def fetch(self, text: str, values: Sequence[Any], *, anew: bool = False) -> list[Any]:
        [row] = await super().fetch(f"explain (analyze, timing off, format json) {text}", values)
        self.plans.append(orjson.loads(row[0])[0]["Plan"])
        return await super().fetch(text, values, anew=anew)

    def read_whole(self) -> set[str]:
        """The big tables that were read from end to end."""
        return {one["Relation Name"] for one in self.scans() if one["Node Type"] == "Seq Scan"} & seed.BIG

    def read_much(self) -> dict[str, int]:
        """The tables of which many rows were read, by whichever way, and how many."""
        rows = Counter[str]()
        for one in self.scans():
            rows[one["Relation Name"]] += round(one["Actual Loops"] * (one["Actual Rows"] + _passed_over(one)))
        return {table: count for table, count in rows.items() if count > MANY and table != CATALOGUE}

    def scans(self) -> Iterator[dict[str, Any]]:
        """Every reading of a table."""
        return (node for plan in self.plans for node in _nodes(plan) if "Relation Name" in node)


def _passed_over(node: dict[str, Any]) -> float:
    """Rows that a node met and did not want."""
    return sum(float(count) for name, count in node.items() if name.startswith("Rows Removed by"))


def _nodes(plan: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield plan
    for inner in plan.get("Plans", ()):
        yield from _nodes(inner)


@pytest.fixture(scope="module")
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture(scope="module")
async def large(server_url: str, worker_id: str) -> AsyncIterator[Planned]:
    name = f"large_{worker_id}"
    url = database.clone(server_url, name)
    seed.fill(url)
    pool = Planned(url, size=1)
    await pool.start()
    try:
        yield pool
    finally:
        await pool.stop()
        database.drop(server_url, name)


async def plan(engine: Engine, pool: Planned, query: str) -> set[str]:
    pool.plans.clear()
    context = Context(viewer=ADMIN, database=pool, threads=anyio.CapacityLimiter(1), request_id="req_test")
    response = await engine.execute(query, context)
    assert not response.errors, (query, response.errors)
    assert pool.plans, query
    return pool.read_whole()


def lists(schema: GraphQLSchema) -> Iterator[tuple[str, Any]]:
    """The root fields that answer with a page."""
    assert schema.query_type is not None
    for name, field in schema.query_type.fields.items():
        kind = get_named_type(field.type)
        if isinstance(kind, GraphQLObjectType) and "pageInfo" in kind.fields and name not in COMPUTED:
            yield name, field


def ways(schema: GraphQLSchema) -> Iterator[tuple[str, str, list[str]]]:
    """Each list, what may be asked of it, and the arguments that ask it."""
    for name, field in lists(schema):
        yield name, "", [""]
        for argument, definition in field.args.items():
            kind = get_named_type(definition.type)
            if argument in PAGE:
                continue
            if argument == "sort":
                yield name, argument, [f"(sort: {value})" for value in kind.values]
            elif isinstance(kind, GraphQLInputObjectType):
                for key in kind.fields:
                    asked = f"{kind.name}.{key}"
                    yield name, asked, [f"({argument}: {{{key}: {value}}})" for value in VALUES.get(asked, ())]
            else:
                asked = f"{name}.{argument}"
                yield name, asked, [f"({argument}: {value})" for value in VALUES.get(asked, ())]


def in_every_order(schema: GraphQLSchema) -> Iterator[str]:
    """Each list in each of its orders; and with each thing that may be asked of it, in its own order and in another.

    Every order gets its turn with several of them.
    """
    assert schema.query_type is not None
    for name, field in lists(schema):
        sorts = list(get_named_type(field.args["sort"].type).values) if "sort" in field.args else []
        asked = [one.strip("()") for other, _, tried in ways(schema) if other == name for one in tried if one]
        yield from [name, *(f"{name}({one})" for one in asked)]
        for one, sort in zip((one for one in asked if "sort:" not in one), cycle(sorts), strict=False):
            yield f"{name}({one}, sort: {sort})"


async def test_every_filter_is_tried(product_engine: Engine) -> None:
    assert [asked for _, asked, tried in ways(product_engine.core) if not tried] == []


async def test_every_filter_is_read_by_an_index_in_whichever_order(product_engine: Engine, large: Planned) -> None:
    """A rare value is not looked for along the order: a walk would meet the whole table before it fills a page."""
    read_whole: dict[str, set[str]] = {}
    read_much: dict[str, dict[str, int]] = {}
    for asked in in_every_order(product_engine.core):
        if tables := await plan(product_engine, large, f"{{ {asked} {{ nodes {{ __typename }} }} }}"):
            read_whole[asked] = tables
        if "query:" not in asked and (much := large.read_much()):  # words find all that mentions them
            read_much[asked] = much

    assert read_whole == {}
    assert read_much == {}


async def test_a_list_is_planned_for_what_narrows_it_and_a_mere_page_only_once(
    product_engine: Engine, large: Planned
) -> None:
    """PostgreSQL makes five plans for the values at hand before it thinks of keeping one for all."""
    sent: list[str] = []
    async with opened(large.url, size=1) as pool:
        pool.watchers.append(sent.append)
        for query in ("{ orders(first: %d) { nodes { id } } }", '{ orders(filter: {tag: "vip"}) { nodes { id } } }'):
            for size in range(8):
                context = Context(viewer=ADMIN, database=pool, threads=anyio.CapacityLimiter(1), request_id="req_test")
                await product_engine.execute(query.replace("%d", str(size)), context)
        page, narrowed = dict.fromkeys(sent)
        rows = await pool.fetch("select statement, generic_plans, custom_plans from pg_prepared_statements", [])

    plans = {row.statement: (row.generic_plans, row.custom_plans) for row in rows}
    assert plans[page] == (8 - plans[page][1], plans[page][1])
    assert plans[page][0] >= 3
    assert plans[narrowed] == (0, 8)


async def test_every_relation_is_read_by_an_index(product_engine: Engine, large: Planned) -> None:
    read_whole: dict[str, set[str]] = {}
    for info in product.types.values():
        kind = product_engine.core.type_map.get(info.name)
        if info.prefix is None or not isinstance(kind, GraphQLObjectType):
            continue
        for name, spec in info.specs.items():
            if not isinstance(spec, Related):
                continue
            query = f'{{ node(id: "{info.prefix}_7") {{ ... on {info.name} {{ {name} {{ __typename }} }} }} }}'
            if tables := await plan(product_engine, large, query):
                read_whole[f"{info.name}.{name}"] = tables

    assert read_whole == {}


@pytest.mark.parametrize(
    "words",
    ["#10077", "ext-77", "ANN 5", "ann77@example", "SKU-77", "track77", "77", "7", "zz", "z"],
)
async def test_words_find_orders_by_trigrams(product_engine: Engine, large: Planned, words: str) -> None:
    query = f'{{ orders(filter: {{query: "{words}"}}) {{ totalCount nodes {{ __typename }} }} }}'

    assert await plan(product_engine, large, query) == set()
