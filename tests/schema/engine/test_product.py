"""Every field that the product declares is SQL that the product's own tables understand."""

from collections.abc import AsyncIterator
from typing import Any, cast

import anyio
import pytest
from graphql import GraphQLObjectType, get_named_type, is_leaf_type, is_required_argument

from schema import domains
from schema.build import build_engine
from schema.context import Context, Viewer
from schema.engine.database import Database, opened
from schema.engine.documents import Limits
from schema.engine.engine import Engine
from schema.engine.registry import TypeInfo, product
from schema.engine.sql import statement

pytestmark = pytest.mark.anyio

ADMIN = Viewer(name="tests", scopes=frozenset({"admin"}), channels=(1,), locations=(1,))


@pytest.fixture(scope="module")
def engine_of_the_product() -> Engine:
    domains.load()
    return build_engine(limits=Limits(rows=10**9, fields=10**6, siblings=10**4, aliases=10**4, tokens=10**6))


@pytest.fixture
async def pool(database_url: str) -> AsyncIterator[Database]:
    async with opened(database_url, size=2) as pool:
        yield pool


def everything(kind: GraphQLObjectType, away: int) -> str:
    """A selection of every field, and of those of things so many steps away. What has no id of its own is no step."""
    parts = ["__typename"]
    for name, field in kind.fields.items():
        named = get_named_type(field.type)
        if any(is_required_argument(argument) for argument in field.args.values()):
            continue
        if is_leaf_type(named):
            parts.append(name)
        elif isinstance(named, GraphQLObjectType) and (left := away - has_id(named)) >= 0:
            parts.append(f"{name} {everything(named, left)}")
    return "{ " + " ".join(parts) + " }"


async def test_every_declared_type_can_be_read_whole(engine_of_the_product: Engine, pool: Database) -> None:
    engine = engine_of_the_product
    failures: dict[str, Any] = {}
    for info in product.types.values():
        object_type = engine.core.type_map.get(info.name)
        if info.prefix is None or not isinstance(object_type, GraphQLObjectType):
            continue
        query = f'{{ node(id: "{info.prefix}_1") {{ ... on {info.name} {everything(object_type, 1)} }} }}'
        errors = await read(engine, pool, query)
        if errors:
            failures[info.name] = errors
    assert not failures


def has_id(kind: GraphQLObjectType) -> bool:
    info = product.types.get(kind.name)
    return info is not None and info.prefix is not None


def unread(engine: Engine, info: TypeInfo) -> bool:
    return isinstance(engine.core.type_map.get(info.name), GraphQLObjectType) and not info.specs


async def test_no_declared_type_is_left_uncompiled(engine_of_the_product: Engine) -> None:
    assert [info.name for info in product.types.values() if unread(engine_of_the_product, info)] == []


async def read(engine: Engine, pool: Database, query: str) -> list[Any]:
    """The errors of a query; each with what PostgreSQL said, which callers never see."""
    said: list[Any] = []
    telling = cast("Database", _Telling(pool, said))
    context = Context(viewer=ADMIN, database=telling, threads=anyio.CapacityLimiter(1), request_id="req_test")
    response = await engine.execute(query, context)
    return [*said, *(error["message"] for error in response.errors)]


class _Telling:
    """A database that notes what PostgreSQL objects to."""

    def __init__(self, pool: Database, said: list[Any]) -> None:
        self.pool = pool
        self.said = said

    async def fetch(self, text: str, values: Any, *, anew: bool = False) -> list[Any]:
        try:
            return await self.pool.fetch(text, values, anew=anew)
        except Exception as problem:
            self.said.append(str(problem))
            raise

    async def select(self, query: Any) -> list[Any]:
        return await self.fetch(*statement(query))
