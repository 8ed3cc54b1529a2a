"""How many statements an answer takes, who may see what, and what a mutation answers."""

import asyncio
from typing import Any

import pytest

from schema.context import Viewer
from tests.schema.engine.conftest import Asked
from tests.schema.engine.shop import calls

pytestmark = pytest.mark.anyio

STRANGER = Viewer(name="stranger", scopes=frozenset())
TRUSTED = Viewer(name="trusted", scopes=frozenset({"orders:read", "secrets"}))


async def test_a_page_with_everything_in_it_is_one_statement(ask: Asked) -> None:
    answer = await ask(
        "{ orders(first: 3) { totalCount nodes { id number status total { amount currency } placedAt"
        " channel { key } lines { nodes { sku price { amount } } } } pageInfo { hasNextPage endCursor } } }"
    )

    assert "errors" not in answer
    assert len(ask.statements) == 1
    page = answer["data"]["orders"]
    assert page["totalCount"] == 12
    assert [one["number"] for one in page["nodes"]] == ["N12", "N11", "N10"]
    assert page["nodes"][1]["lines"]["nodes"] == [{"sku": "SKU-1", "price": {"amount": "3.33"}}]


async def test_another_value_is_the_same_statement_and_another_shape_is_another(ask: Asked) -> None:
    query = "query ($filter: Filter, $first: Int) { orders(filter: $filter, first: $first) { nodes { id } } }"
    texts = set()
    for filter in ({"status": ["OPEN"]}, {"status": ["DONE", "OPEN"]}, {"status": ["OPEN"], "sku": "x"}):
        for first in (1, 2, 250):
            await ask(query, {"filter": filter, "first": first})
            texts |= set(ask.statements)

    assert len(texts) == 2  # the two shapes of the filter


async def test_a_value_never_becomes_sql(ask: Asked) -> None:
    text = "'; drop table orders; -- $1 \x02.id %s"
    answer = await ask("query ($q: String) { orders(filter: {query: $q, sku: $q}) { totalCount } }", {"q": text})

    assert answer == {"data": {"orders": {"totalCount": 0}}}
    assert "drop" not in ask.statements[0]


async def test_a_computed_field_is_called_once_wherever_it_is_selected(ask: Asked) -> None:
    await ask("{ orders { nodes { a: actions { action } twin { b: actions { action } } actions { allowed } } } }")

    assert calls.count("twin") == 1
    assert calls.count("actions") == 2  # once for the page, once for the rows that `twin` led to
    assert len(ask.statements) == 2


async def test_references_of_one_field_are_read_together(ask: Asked) -> None:
    answer = await ask("{ preview { channels { key } strict { number } order { number } } }")

    assert answer["data"]["preview"]["channels"] == [{"key": "market"}, {"key": "shop"}]
    assert len(ask.statements) == 3


async def test_what_is_not_selected_is_not_counted(ask: Asked) -> None:
    await ask("{ orders { nodes { id } } }")

    assert "count(" not in ask.statements[0]
    assert "array_agg" not in ask.statements[0]


@pytest.mark.parametrize(
    ("query", "scope"),
    [
        ("{ orders { totalCount } }", "orders:read"),
        ("{ channels { orders { nodes { id } } } }", "orders:read"),
        ('mutation { orderClose(id: "ord_1") { userErrors { code } } }', "orders:write"),
    ],
)  # fmt: skip
async def test_a_missing_scope_is_forbidden_before_anything_is_read(ask: Asked, query: str, scope: str) -> None:
    answer = await ask(query, viewer=STRANGER)

    assert "data" not in answer
    assert {"code": "FORBIDDEN", "scope": scope} in [error["extensions"] for error in answer["errors"]]
    assert ask.statements == []


async def test_a_type_behind_an_interface_is_forbidden_when_it_turns_up(ask: Asked) -> None:
    answer = await ask('{ nodes(ids: ["chn_1", "ord_1"]) { id } }', viewer=STRANGER)

    assert answer["data"] == {"nodes": [{"id": "chn_1"}, None]}
    assert answer["errors"][0]["path"] == ["nodes", 1]
    assert answer["errors"][0]["extensions"]["code"] == "FORBIDDEN"


async def test_a_field_may_need_a_scope_of_its_own(ask: Asked) -> None:
    query = '{ order(id: "ord_1") { secret } }'

    assert (await ask(query))["errors"][0]["extensions"]["scope"] == "secrets"
    assert (await ask(query, viewer=TRUSTED))["data"]["order"]["secret"].startswith("tea")


async def test_hidden_rows_are_null_or_left_out(ask: Asked) -> None:
    query = '{ channels { key } order(id: "ord_12") { channel { key } } node(id: "chn_3") { id } }'

    hidden = (await ask(query))["data"]
    shown = (await ask(query, viewer=TRUSTED))["data"]

    assert hidden == {"channels": [{"key": "market"}, {"key": "shop"}], "order": {"channel": None}, "node": None}
    assert [channel["key"] for channel in shown["channels"]] == ["hidden", "market", "shop"]
    assert shown["order"] == {"channel": {"key": "hidden"}}


async def test_a_mutation_answers_with_its_object_or_with_user_errors(ask: Asked) -> None:
    answer = await ask(
        'mutation { a: orderClose(id: "ord_1") { ...P } b: orderClose(id: "ord_2") { ...P }'
        ' c: orderClose(id: "chn_2") { ...P } d: orderClose(id: "ord_3", expectedVersion: 2) { ...P } }'
        " fragment P on OrderPayload { order { number } userErrors { code path retryable } }"
    )

    assert answer["data"] == {
        "a": {"order": {"number": "N1"}, "userErrors": []},
        "b": {"order": None, "userErrors": [{"code": "ILLEGAL_STATE", "path": ["id"], "retryable": False}]},
        "c": {"order": None, "userErrors": [{"code": "NOT_FOUND", "path": ["id"], "retryable": False}]},
        "d": {
            "order": {"number": "N3"},
            "userErrors": [{"code": "VERSION_CONFLICT", "path": ["expectedVersion"], "retryable": True}],
        },
    }


async def test_what_breaks_on_our_side_is_masked_and_logged(ask: Asked, logged: list[Any]) -> None:
    [error] = (await ask("{ broken }"))["errors"]

    assert error["extensions"] == {"code": "INTERNAL", "requestId": "req_test"}
    assert "password" not in str(error)
    assert [(entry["request_id"], entry["path"]) for entry in logged] == [("req_test", ["broken"])]


async def test_cost_is_told_and_counts_pages_within_pages(ask: Asked) -> None:
    response = await ask.response(
        "{ orders(first: 10) { nodes { channel { key } lines(first: 5) { nodes { sku } } } } }"
    )

    assert response.extensions == {"cost": {"rows": 10 * (1 + 1 + 5), "limit": 50_000}}


async def test_a_cancelled_request_cancels_its_statement(ask: Asked) -> None:
    running = asyncio.ensure_future(ask('{ order(id: "ord_1") { slow } }'))
    busy = (
        "select count(*) from pg_stat_activity"
        " where query like '%pg_sleep%' and pid <> pg_backend_pid() and state = 'active'"
    )
    for _ in range(100):
        if (await ask.database.fetch(busy, []))[0][0]:
            break
        await asyncio.sleep(0.02)
    else:
        pytest.fail("the statement never began")

    running.cancel()
    with pytest.raises(asyncio.CancelledError):
        await running

    for _ in range(100):
        if not (await ask.database.fetch(busy, []))[0][0]:
            return
        await asyncio.sleep(0.02)
    pytest.fail("the statement still runs")


@pytest.mark.parametrize(
    "query",
    ["{ a: lost(turns: 50) b: lost }", "{ hello a: lost(turns: 50) report(first: -1) { totalCount } }"],
    ids=["later in time", "later in the document, and at once"],
)
async def test_of_several_failures_the_first_in_the_document_is_told(ask: Asked, query: str) -> None:
    answer = await ask(query)

    assert answer["data"] is None
    assert [error["path"] for error in answer["errors"]] == [["a"]]
