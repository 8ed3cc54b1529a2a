"""Queries meant to hurt: a specified error, soon, and never a word of SQL or of the server."""

import random
import time
from typing import Any

import pytest

from tests.schema.engine.conftest import Asked

pytestmark = pytest.mark.anyio

TWICE = " ".join(
    f"fragment F{i} on Channel {{ a{i}: orders {{ nodes {{ channel {{ ...F{i + 1} }}"
    f" strictChannel {{ ...F{i + 1} }} }} }} }}"
    for i in range(18)
)
HOSTILE = {
    "fields": "{" + " hello" * 5_000 + "}",
    "aliases": "{" + " ".join(f"a{i}: hello" for i in range(10_000)) + "}",
    "few aliases": "{" + " ".join(f"a{i}: hello" for i in range(200)) + "}",
    "too deep to parse": "{ order " + "{ original " * 1_500 + "{ id }" + "}" * 1_500 + "}",
    "too deep": "{ order " + "{ original " * 25 + "{ id }" + "}" * 25 + "}",
    "brackets": "{" * 100_000,
    "lists": "{ nodes(ids: " + "[" * 2_000 + "]" * 2_000 + ") { id } }",
    "cyclic fragments": "{ channels { ...A } } fragment A on Channel { ...B } fragment B on Channel { ...A }",
    "fragments that double": "{ channels { ...F0 } } " + TWICE + " fragment F18 on Channel { key }",
    "unused fragments": "{ hello } " + " ".join(f"fragment A{i} on Query {{ hello }}" for i in range(900)),
    "directives": "{ hello " + "@skip(if: false) " * 700 + "}",
    "variables": "query (" + " ".join(f"$v{i}: Int" for i in range(900)) + ") { hello }",
    "a long text": '{ order(number: "' + "x" * 1_000_000 + '") { id } }',
    "comments": "#\n" * 700_000 + "{ hello }",
    "digits": "{ orders(first: " + "9" * 5_000 + ") { totalCount } }",
    "cost": "{ orders(first: 250) { nodes { channel { orders(first: 250) { nodes { lines { nodes { id } } } } } } } }",
    "null character": '{ order(number: "\\u0000") { id } }',
    "half a character": '{ order(number: "\\uD800") { id } }',
    "nothing": "",
    "control characters": "{ hello \x00\x1b }",
    "introspection": "{ __schema { types " + "{ fields { type " * 12 + "{ name }" + " } }" * 12 + " } }",
    "subscription": "subscription { ticks { id } ticks2: ticks { id } }",
    "no such operation": "query A { hello } query B { hello }",
}


@pytest.mark.parametrize("name", HOSTILE)
async def test_a_hostile_document_is_refused_at_once(ask: Asked, name: str) -> None:
    began = time.process_time()
    answer = await ask(HOSTILE[name])

    assert time.process_time() - began < 2
    assert answer["errors"], answer
    assert "data" not in answer
    assert ask.statements == []
    assert all(error["extensions"]["code"] in {"INVALID", "TOO_LARGE", "TOO_COSTLY"} for error in answer["errors"])


@pytest.mark.parametrize(
    "query",
    [
        "{" + " hello" * 299 + "}",
        "{ order {" + " lines { nodes { sku } }" * 290 + "} }",
        "{" + " ... { hello }" * 299 + "}",
    ],
)
async def test_a_wide_document_is_answered_in_bounded_time(ask: Asked, query: str) -> None:
    began = time.process_time()
    answer = await ask(query)

    assert time.process_time() - began < 3
    assert "errors" not in answer


@pytest.mark.parametrize(
    "variables",
    [
        {"q": "\0"},
        {"q": 5},
        {"q": [["x"]]},
        {"q": {"a": 1}},
        {"f": {"status": ["NOPE"]}},
        {"f": {"nope": 1}},
        {"f": {"status": "OPEN\0"}},
        {"n": 2**31},
        {"n": 1.5},
        {"n": "1"},
        {"n": True},
        {"n": None, "q": {}},
    ],
)
async def test_a_variable_of_another_type_is_refused(ask: Asked, variables: dict[str, Any]) -> None:
    query = (
        "query ($q: String, $f: Filter, $n: Int)"
        " { orders(filter: $f, first: $n) { totalCount } order(number: $q) { id } }"
    )
    answer = await ask(query, variables)

    assert answer["errors"][0]["extensions"]["code"] == "INVALID"
    assert "data" not in answer
    assert ask.statements == []


@pytest.mark.parametrize(
    "identifier",
    ["", "ord_", "ord_0", "ord_-1", "ord_1 ", "ORD_1", "ord_" + "9" * 30, "ord_1;", "chn_1", "\u2019", "1"],
)
async def test_an_id_that_is_none_finds_nothing(ask: Asked, identifier: str) -> None:
    answer = await ask("query ($id: ID!) { order(id: $id) { id } }", {"id": identifier})

    assert answer["data"] == {"order": None}
    assert answer["errors"][0]["extensions"]["code"] == "NOT_FOUND"


async def test_random_bytes_get_an_error_each(ask: Asked) -> None:
    source = random.Random(5)
    alphabet = [
        "{",
        "}",
        "(",
        ")",
        "[",
        "]",
        "orders",
        "nodes",
        "id",
        "first",
        ":",
        "1",
        '"',
        "...",
        "@skip",
        "$x",
        "on",
        "\\",
        "ü",
        "#",
        "\0",
    ]
    for _ in range(1_500):
        answer = await ask(" ".join(source.choices(alphabet, k=source.randint(1, 30))))
        assert answer.get("errors") or answer.get("data")
        assert "select" not in str(answer.get("errors")).lower().replace("selection", "")
