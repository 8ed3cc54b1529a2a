"""Walking every list by its cursors meets every row once, in the order and either direction that was asked for."""

from collections.abc import Iterator
from typing import Any

import pytest
from graphql import GraphQLObjectType, GraphQLSchema, get_named_type

from tests.schema.equality.conftest import OF_CHANNELS, Both

pytestmark = pytest.mark.anyio

PAGE = "edges { cursor node { __typename %s } } pageInfo { hasNextPage hasPreviousPage startCursor endCursor }"
INSIDE = {
    "Order": ("ord_2", ["lines", "journalEntries", "externalCalls", "events"]),
    "Customer": ("cus_2", ["orders"]),
    "Integration": ("int_1", ["syncRuns"]),
    "Supplier": ("sup_1", ["offers"]),
}


def lists(schema: GraphQLSchema) -> Iterator[tuple[str, str, str]]:
    """Root lists with each of their orders: field, argument of the order, and what a row selects."""
    assert schema.query_type is not None
    for name, field in schema.query_type.fields.items():
        kind = get_named_type(field.type)
        if not isinstance(kind, GraphQLObjectType) or "pageInfo" not in kind.fields:
            continue
        node: Any = get_named_type(kind.fields["nodes"].type)
        needed = ", groupBy: SKU" if "groupBy" in field.args else ""
        sorts = list(get_named_type(field.args["sort"].type).values) if "sort" in field.args else []
        for given in [f", sort: {sort}" for sort in sorts] or [""]:
            yield name, needed + given, "id" if "id" in node.fields else "key" if "key" in node.fields else ""


async def walked(both: Both, query: str, way: tuple[str, ...], viewer: Any) -> list[Any]:
    """All rows, by pages of two, forward or backward."""
    backward, found, cursor = way[-1] == "backward", list[Any](), None
    while True:
        page = "last: 2, before: $cursor" if backward else "first: 2, after: $cursor"
        answer = await both.ask(
            "query ($cursor: String) " + query.replace("PAGE", page), {"cursor": cursor}, viewer=viewer
        )
        assert "errors" not in answer, answer
        part = answer["data"]
        while "edges" not in part:
            (part,) = part.values()
        nodes, info = part["edges"], part["pageInfo"]
        found = nodes + found if backward else found + nodes
        assert info["hasPreviousPage" if not backward else "hasNextPage"] is (cursor is not None)
        cursor = info["startCursor" if backward else "endCursor"]
        if not info["hasPreviousPage" if backward else "hasNextPage"]:
            return [edge["node"] for edge in found]


@pytest.mark.parametrize("direction", ["forward", "backward"])
@pytest.mark.parametrize("viewer", [None, OF_CHANNELS], ids=["everything", "some channels"])
async def test_every_list_is_walked_whole_in_every_order(both: Both, direction: str, viewer: Any) -> None:
    viewer = viewer or both.admin
    for name, given, selected in lists(both.engine.core):
        shape = f"{{ {name}(PAGE{given}) {{ {PAGE % selected} }} }}"
        whole = both.expect(f"{{ {name}(first: 250{given}) {{ nodes {{ __typename {selected} }} }} }}", viewer=viewer)
        expected = whole["data"][name]["nodes"]
        if name == "events" and direction == "forward":
            assert len(expected) > 0

        assert await walked(both, shape, (direction,), viewer) == expected, (name, given)


async def test_lists_within_things_are_walked_whole(both: Both) -> None:
    for kind, (number, names) in INSIDE.items():
        for name in names:
            selected = "id" if name != "offers" else "supplierSku"
            inside = f'{{ node(id: "{number}") {{ ... on {kind} {{ {name}(%s) {{ %s }} }} }} }}'
            whole = both.expect(inside % ("first: 250", f"nodes {{ __typename {selected} }}"))
            expected = whole["data"]["node"][name]["nodes"]
            assert expected, name

            assert await walked(both, inside % ("PAGE", PAGE % selected), ("forward",), both.admin) == expected, name
