"""Queries written by hand, for every type and argument, are answered as by plain graphql-core."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import orjson
import pytest
from graphql import (
    FieldNode,
    GraphQLField,
    GraphQLObjectType,
    GraphQLSchema,
    TypeInfo,
    TypeInfoVisitor,
    Visitor,
    get_named_type,
    parse,
)
from graphql.language import visit

from schema.engine.engine import Engine
from schema.engine.registry import product
from tests.schema.equality.compare import assert_same
from tests.schema.equality.conftest import VIEWERS, Both
from tests.schema.equality.restated import INSIDE, LISTS
from tests.schema.equality.writer import Writer

pytestmark = pytest.mark.anyio

PAGE = {"first", "after", "last", "before"}
"""On every connection; each is tried on some, and all of them are walked."""


def _read() -> dict[str, tuple[str, dict[str, Any]]]:
    found = {}
    for block in Path(__file__).with_name("corpus.graphql").read_text().strip().split("\n\n"):
        name, text = block.removeprefix("# ").split("\n", 1)
        given = text.split("\n", 1)[0].removeprefix("# ") if text.startswith("# {") else "{}"
        found[name] = text, orjson.loads(given)
    return found


CORPUS = _read()


@pytest.mark.parametrize("viewer", VIEWERS)
@pytest.mark.parametrize("name", CORPUS)
async def test_a_query_is_answered_as_by_the_book(both: Both, name: str, viewer: str) -> None:
    query, variables = CORPUS[name]
    answer = await both.ask(query, variables, VIEWERS[viewer])
    if "data" not in answer:
        assert viewer != "admin", answer
        return  # it lacks a scope: refused before anything is read
    assert_same(answer, both.expect(query, variables, VIEWERS[viewer]))


@pytest.mark.parametrize("viewer", VIEWERS)
async def test_each_row_is_found_by_those_who_may_see_it(both: Both, viewer: str) -> None:
    for info in product.types.values():
        if info.prefix is None or info.visible is None:
            continue
        ids = [f"{info.prefix}_{getattr(row, info.key)}" for row in both.plain.shop.all(info.table.name)]
        query = "{" + " ".join(f'{one}: node(id: "{one}") {{ id }}' for one in ids) + "}"
        answer = await both.ask(query, viewer=VIEWERS[viewer])
        if "data" in answer:
            assert_same(answer, both.expect(query, viewer=VIEWERS[viewer]))


async def test_the_corpus_has_every_type_and_every_argument(product_engine: Engine) -> None:
    used = _Used(TypeInfo(product_engine.core))
    for query, _ in CORPUS.values():
        visit(parse(query), TypeInfoVisitor(used.info, used))

    types, arguments = _offered(product_engine.core)
    assert types - used.types == set()
    assert arguments - used.arguments == set()


def test_every_filter_and_every_order_is_said_again(product_engine: Engine) -> None:
    core = product_engine.core
    assert core.query_type is not None
    offered, said = {}, {}
    for name, field in core.query_type.fields.items():
        nodes = _fields(field.type).get("nodes")
        if nodes is None or get_named_type(nodes.type).name not in product.types:
            continue
        filter = _fields(field.args["filter"].type) if "filter" in field.args else set(field.args) - PAGE
        sorts = set(get_named_type(field.args["sort"].type).values) if "sort" in field.args else set()
        offered[name] = (set(filter), sorts)
        said[name] = (set(LISTS[name].filters), set(LISTS[name].sorts))

    assert said == offered


async def test_every_argument_and_every_field_of_an_input_is_answered_as_by_the_book(both: Both) -> None:
    """One at a time, with each value that rows have."""
    core = both.engine.core
    assert core.query_type is not None
    for name, field in core.query_type.fields.items():
        if (listed := _listed(field)) is None:
            continue
        for given in _each(core, field):
            query = f"{{ {name}{given} {{ edges {{ node {{ __typename }} }} totalCount nodes {_scalars(listed)} }} }}"
            assert_same(await both.ask(query), both.expect(query))


async def test_every_argument_of_a_list_within_a_thing_is_answered_as_by_the_book(both: Both) -> None:
    core = both.engine.core
    assert core.query_type is not None
    tried = set()
    for root, things in core.query_type.fields.items():
        if (thing := _listed(things)) is None:
            continue
        for name, field in thing.fields.items():
            if (listed := _listed(field)) is None:
                continue
            for given in _each(core, field):
                tried.add((thing.name, name))
                query = f"{{ {root} {{ nodes {{ {name}{given} {{ totalCount nodes {_scalars(listed)} }} }} }} }}"
                assert_same(await both.ask(query), both.expect(query))

    assert tried == set(INSIDE)


def _listed(field: GraphQLField) -> GraphQLObjectType | None:
    """What a connection is of; None where the field leads to none."""
    nodes = _fields(field.type).get("nodes") if "pageInfo" in _fields(field.type) else None
    kind = get_named_type(nodes.type) if nodes is not None else None
    return kind if isinstance(kind, GraphQLObjectType) else None


def _each(schema: GraphQLSchema, field: GraphQLField) -> Iterator[str]:
    """Each argument, those of pages left out, on its own with each of its values."""
    needed = {"groupBy": "groupBy: COUNTRY"} if "groupBy" in field.args else {}
    for argument, definition in field.args.items():
        for value in Writer(schema, 0).each(argument, definition.type) if argument not in PAGE else ():
            yield f"({', '.join((needed | {argument: f'{argument}: {value}'}).values())})"


def _scalars(kind: GraphQLObjectType) -> str:
    return "{ id }" if "id" in kind.fields else "{ __typename }"


class _Used(Visitor):
    def __init__(self, info: TypeInfo) -> None:
        super().__init__()
        self.info = info
        self.types: set[str] = set()
        self.arguments: set[str] = set()

    def enter_field(self, node: FieldNode, *_: Any) -> None:
        parent = self.info.get_parent_type()
        if parent is None:
            return
        self.types.add(parent.name)
        for argument in node.arguments or ():
            self.arguments.add(f"{_generic(parent.name)}.{node.name.value}({argument.name.value})")


def _offered(schema: GraphQLSchema) -> tuple[set[str], set[str]]:
    """The types that a query can reach, save those of connections, and the arguments of their fields."""
    root = schema.query_type
    assert root is not None
    waiting: list[Any] = [root]
    types: set[str] = set()
    arguments: set[str] = set()
    while waiting:
        kind = waiting.pop()
        if kind.name in types or not isinstance(kind, GraphQLObjectType):
            continue
        types.add(kind.name)
        for name, field in kind.fields.items():
            kept = [one for one in field.args if one not in PAGE or "pageInfo" not in _fields(field.type)]
            arguments |= {f"{_generic(kind.name)}.{name}({one})" for one in kept}
            named = get_named_type(field.type)
            waiting += schema.get_possible_types(named) if named.name == "Node" else [named]
    named_alike = {name for name in types if name.endswith(("Connection", "Edge"))}
    return types - named_alike, arguments


def _fields(kind: Any) -> Any:
    return getattr(get_named_type(kind), "fields", {})


def _generic(name: str) -> str:
    return "Connection" if name.endswith("Connection") else name
