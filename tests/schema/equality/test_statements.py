"""What decides the text of a statement: the shape of a query, never a value in it."""

from typing import Any

import pytest
from graphql import GraphQLInputObjectType, get_named_type, is_list_type, is_non_null_type

from tests.schema.equality.conftest import Both
from tests.schema.equality.writer import Writer

pytestmark = pytest.mark.anyio


async def statements(both: Both, query: str, variables: dict[str, Any] | None = None) -> list[str]:
    told: list[str] = []
    both.pool.watchers.append(told.append)
    try:
        assert "data" in await both.ask(query, variables)
    finally:
        both.pool.watchers.remove(told.append)
    return told


async def test_no_value_of_a_filter_is_in_the_text(both: Both) -> None:
    core = both.engine.core
    assert core.query_type is not None
    for name, field in core.query_type.fields.items():
        kind = get_named_type(field.args["filter"].type) if "filter" in field.args else None
        if not isinstance(kind, GraphQLInputObjectType):
            continue
        for key, definition in kind.fields.items():
            texts = set()
            for seed in range(3):
                value = _value(Writer(core, seed), key, definition.type)
                told = await statements(both, f"{{ {name}(filter: {{{key}: {value}}}) {{ totalCount }} }}")
                texts.add(told[-1])
            limit = 2 if get_named_type(definition.type).name == "Boolean" else 1  # not the same question
            assert len(texts) <= limit, (name, key, texts)


def _value(writer: Writer, key: str, kind: Any) -> str:
    """Of one shape: as many items in a list, the same fields of a range, words long enough for trigrams."""
    if is_non_null_type(kind):
        return _value(writer, key, kind.of_type)
    if is_list_type(kind):
        return f"[{_value(writer, key, kind.of_type)}, {_value(writer, key, kind.of_type)}]"
    if isinstance(kind, GraphQLInputObjectType):
        return '{from: "2026-03-2%dT00:00:00Z"}' % writer.random.randint(0, 9)  # noqa: UP031  # braces of GraphQL
    if key == "query":
        return f'"{writer.random.choice(["SKU-1", "%%%", "ann", "x_y"])}"'
    if kind.name == "String":
        word = writer.random.choice(["plain", "%", "it's"])
        return f'"{word}{writer.random.randint(0, 9)}"'
    while (value := writer.value(key, kind, 1)) == "null":
        pass
    return value


async def test_only_what_is_selected_is_counted(both: Both) -> None:
    page = "{ orders(first: 2) { nodes { lines { nodes { sku } pageInfo { hasNextPage } } } } }"
    [without] = await statements(both, page)
    [with_] = await statements(both, page.replace("pageInfo", "totalCount pageInfo"))

    assert "select 1 from" not in without
    assert with_.count("select 1 from") == 1


async def test_variables_that_leave_fields_out_leave_them_out_of_the_statement(both: Both) -> None:
    query = (
        "query ($all: Boolean!)"
        " { orders { nodes { number note @include(if: $all) lines @skip(if: $all) { totalCount } } } }"
    )

    [everything] = await statements(both, query, {"all": True})
    [less] = await statements(both, query, {"all": False})

    assert "note" in everything
    assert "order_lines" not in everything
    assert "note" not in less
    assert "order_lines" in less


@pytest.mark.parametrize(
    "query",
    [
        "{ orders { nodes { a: lines(first: 1) { nodes { item { sku } } } b: lines(first: 2) { totalCount } } } }",
        '{ node(id: "ord_1") { ... on Order { shipments { packages { lines { orderLine { item { sku } } } } } } } }',
        "{ items { nodes { levels { location { code supplier { key } } } listings { channel { key } } } totalCount } }",
    ],
)
async def test_a_root_field_is_one_statement_however_deep(both: Both, query: str) -> None:
    assert len(await statements(both, query)) == 1
