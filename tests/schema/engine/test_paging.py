"""Cursors: every row once in either direction, whatever the order; and what is no cursor is refused."""

from typing import Any

import pytest

from schema.pagination import decode_cursor, encode_cursor
from tests.schema.engine.conftest import Asked

pytestmark = pytest.mark.anyio

WALK = """
query ($first: Int, $after: String, $last: Int, $before: String, $sort: Sort!) {
  orders(first: $first, after: $after, last: $last, before: $before, sort: $sort) {
    edges { cursor node { number } } pageInfo { hasNextPage hasPreviousPage startCursor endCursor }
  }
}
"""
SORTS = ["PLACED_AT_DESC", "SHIP_BY_ASC", "TOTAL_DESC", "MIXED"]


async def page(ask: Asked, **variables: Any) -> tuple[list[str], dict[str, Any]]:
    answer = await ask(WALK, variables)
    assert "errors" not in answer, answer
    found = answer["data"]["orders"]
    if found["edges"]:
        assert found["pageInfo"]["startCursor"] == found["edges"][0]["cursor"]
        assert found["pageInfo"]["endCursor"] == found["edges"][-1]["cursor"]
    return [edge["node"]["number"] for edge in found["edges"]], found["pageInfo"]


@pytest.mark.parametrize("sort", SORTS)
@pytest.mark.parametrize("size", [1, 3, 5, 12])
async def test_a_walk_forward_meets_every_row_once(ask: Asked, sort: str, size: int) -> None:
    everything, _ = await page(ask, sort=sort)
    walked, cursor, more = [], None, True
    while more:
        rows, info = await page(ask, sort=sort, first=size, after=cursor)
        assert info["hasPreviousPage"] is (cursor is not None)
        walked += rows
        cursor, more = info["endCursor"], info["hasNextPage"]

    assert walked == everything
    assert len(everything) == 12


@pytest.mark.parametrize("sort", SORTS)
@pytest.mark.parametrize("size", [1, 4, 12])
async def test_a_walk_backward_meets_every_row_once(ask: Asked, sort: str, size: int) -> None:
    everything, _ = await page(ask, sort=sort)
    walked: list[str] = []
    cursor, more = None, True
    while more:
        rows, info = await page(ask, sort=sort, last=size, before=cursor)
        walked = rows + walked
        cursor, more = info["startCursor"], info["hasPreviousPage"]

    assert walked == everything


async def test_a_page_between_two_cursors(ask: Asked) -> None:
    everything, _ = await page(ask, sort="SHIP_BY_ASC")
    _, head = await page(ask, sort="SHIP_BY_ASC", first=2)
    _, tail = await page(ask, sort="SHIP_BY_ASC", last=2)

    between, _ = await page(ask, sort="SHIP_BY_ASC", after=head["endCursor"], before=tail["startCursor"])

    assert between == everything[2:-2]


async def test_nested_pages_have_cursors_of_their_own(ask: Asked) -> None:
    query = (
        'query ($after: String) { order(id: "ord_4") { lines(first: 3, after: $after)'
        " { nodes { position } pageInfo { endCursor hasNextPage } } } }"
    )  # fmt: skip
    first = (await ask(query))["data"]["order"]["lines"]
    second = (await ask(query, {"after": first["pageInfo"]["endCursor"]}))["data"]["order"]["lines"]

    assert [line["position"] for line in first["nodes"]] == [1, 2, 3]
    assert [line["position"] for line in second["nodes"]] == [4]
    assert second["pageInfo"]["hasNextPage"] is False


@pytest.mark.parametrize(
    "cursor",
    [
        "",
        "x",
        "🙈",
        "bm90IGpzb24=",
        encode_cursor([]),
        encode_cursor(["tag", "1"]),
        encode_cursor([[[]]]),
        "W" * 10_000,
    ],
)
async def test_what_is_no_cursor_is_refused(ask: Asked, cursor: str) -> None:
    answer = await ask(WALK, {"sort": "TOTAL_DESC", "after": cursor})

    assert answer["errors"][0]["extensions"]["code"] == "INVALID"
    assert ask.statements == []


@pytest.mark.parametrize(
    "values", [["x", "1"], ["1", "9" * 30], [None, "1"], [1, 2], ["1' or '1'='1", "1"], ["1\0", "1"]]
)
async def test_a_forged_cursor_is_refused_before_it_meets_the_database(ask: Asked, values: list[Any]) -> None:
    _, info = await page(ask, sort="TOTAL_DESC", first=1)
    tag = decode_cursor(info["endCursor"])[0]

    answer = await ask(WALK, {"sort": "TOTAL_DESC", "after": encode_cursor([tag, *values])})

    assert answer["errors"][0]["extensions"]["code"] == "INVALID"
    assert ask.statements == []


async def test_a_cursor_of_another_order_is_refused(ask: Asked) -> None:
    _, info = await page(ask, sort="PLACED_AT_DESC", first=1)

    answer = await ask(WALK, {"sort": "SHIP_BY_ASC", "after": info["endCursor"]})

    assert "is no cursor of this list in this order" in answer["errors"][0]["message"]


IMPOSSIBLE = [
    "first: 251", "first: -1", "last: 251", "first: 1, last: 1", "first: 99999999", 'after: "", first: 2147483647'
]  # fmt: skip


@pytest.mark.parametrize("arguments", IMPOSSIBLE)
async def test_a_page_of_an_impossible_size_is_refused(ask: Asked, arguments: str) -> None:
    answer = await ask(f"{{ orders({arguments}) {{ nodes {{ id }} }} }}")

    assert [(error["path"], error["extensions"]["code"]) for error in answer["errors"]] == [(["orders"], "INVALID")]
    assert ask.statements == []


@pytest.mark.parametrize("arguments", [*IMPOSSIBLE, 'after: "x"', 'first: 2, before: "W10="'])
async def test_a_wrong_argument_within_a_page_is_an_error_of_its_own_place(ask: Asked, arguments: str) -> None:
    """Null goes up to what may be null, and no further: the channel is, and one order has none to see."""
    answer = await ask(f"{{ orders {{ nodes {{ number channel {{ orders({arguments}) {{ totalCount }} }} }} }} }}")
    orders = answer["data"]["orders"]["nodes"]
    places = [place for place, order in enumerate(orders) if order["number"] != "N12"]

    assert len(orders) == 12
    assert [order["channel"] for order in orders] == [None] * 12
    assert {(*error["path"], error["extensions"]["code"]) for error in answer["errors"]} == {
        ("orders", "nodes", place, "channel", "orders", "INVALID") for place in places
    }
    assert len(answer["errors"]) == len(places)


async def test_a_wrong_argument_that_nothing_stands_before_is_no_error(ask: Asked) -> None:
    answer = await ask('{ orders(filter: {query: "nothing"}) { nodes { lines(first: -1) { nodes { sku } } } } }')

    assert answer == {"data": {"orders": {"nodes": []}}}


@pytest.mark.parametrize("limit", [-1, 1_000_001])
async def test_a_count_that_goes_nowhere_is_refused(ask: Asked, limit: int) -> None:
    counted = "totalCount(limit: $limit)"
    query = f"query ($limit: Int) {{ orders {{ nodes {{ id }} {counted} }} report {{ {counted} }} }}"
    answer = await ask(query, {"limit": limit})

    assert answer["data"] is None
    assert {tuple(error["path"]) for error in answer["errors"]} <= {("orders", "totalCount"), ("report", "totalCount")}


async def test_a_report_computed_in_python_is_paged_alike(ask: Asked) -> None:
    query = (
        "query ($after: String) { report(first: 3, after: $after)"
        " { nodes { action } totalCount pageInfo { hasNextPage endCursor } } }"
    )
    first = (await ask(query))["data"]["report"]
    second = (await ask(query, {"after": first["pageInfo"]["endCursor"]}))["data"]["report"]

    assert [row["action"] for row in second["nodes"]] == ["a3", "a4", "a5"]
    assert second["totalCount"] == 7
    assert second["pageInfo"]["hasNextPage"] is True
