"""Every filter, order and relation is read by an index: PostgreSQL tells its plan on a large shop."""

from collections.abc import AsyncIterator, Iterator, Sequence
from typing import Any

import anyio
import orjson
import pytest
from graphql import GraphQLInputObjectType, GraphQLObjectType, GraphQLSchema, get_named_type

from core.access.scopes import SCOPES
from schema.context import Context, Viewer
from schema.engine.database import Database
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


class Planned(Database):
    """Answers as ever, and has PostgreSQL say how it would read each statement."""

    async def start(self) -> None:
        await super().start()
        self.plans: list[dict[str, Any]] = []

    async def fetch(self, text: str, values: Sequence[Any]) -> list[Any]:
        [row] = await super().fetch(f"explain (format json) {text}", values)
        self.plans.append(orjson.loads(row[0])[0]["Plan"])
        return await super().fetch(text, values)

    def read_whole(self) -> set[str]:
        """The big tables that were read from end to end."""
        found = {
            node["Relation Name"] for plan in self.plans for node in _nodes(plan) if node["Node Type"] == "Seq Scan"
        }
        self.plans.clear()
        return found & seed.BIG


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


async def test_every_filter_is_tried(product_engine: Engine) -> None:
    assert [asked for _, asked, tried in ways(product_engine.core) if not tried] == []


async def test_every_filter_and_every_order_is_read_by_an_index(product_engine: Engine, large: Planned) -> None:
    read_whole: dict[str, set[str]] = {}
    for name, _, tried in ways(product_engine.core):
        for arguments in tried:
            if tables := await plan(product_engine, large, f"{{ {name}{arguments} {{ nodes {{ __typename }} }} }}"):
                read_whole[name + arguments] = tables

    assert read_whole == {}


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
