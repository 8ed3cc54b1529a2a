"""The engine answers as plain graphql-core over loaded objects does: data, key order, errors and their paths."""

from pathlib import Path
from typing import Any

import orjson
import pytest

from core.db import connect
from schema.engine.engine import Engine
from tests.schema.engine.conftest import Asked
from tests.schema.engine.oracle import Oracle
from tests.schema.engine.queries import Writer

pytestmark = pytest.mark.anyio

CORPUS = dict(
    block.removeprefix("# ").split("\n", 1)
    for block in Path(__file__).with_name("corpus.graphql").read_text().split("\n\n")
)


@pytest.fixture(scope="module")
def oracle(shop_url: str, reader: Engine) -> Oracle:
    engine = connect(shop_url)
    try:
        return Oracle(reader.core, engine)
    finally:
        engine.dispose()


def assert_equal(answer: dict[str, Any], expected: dict[str, Any]) -> None:
    """The same data in the same order of keys, and errors that explain the same nulls.

    Where several fields below one null failed, the specification leaves open which of them is told.
    """
    assert shown(answer) == shown(expected)
    told, wanted = by_null(answer), by_null(expected)
    assert told.keys() == wanted.keys()
    for place, errors in told.items():
        if len(errors) == len(wanted[place]) == 1:
            assert errors == wanted[place]


def shown(body: dict[str, Any]) -> str:
    return orjson.dumps(body.get("data", "none"), option=orjson.OPT_INDENT_2).decode()


def by_null(body: dict[str, Any]) -> dict[tuple[Any, ...], list[Any]]:
    """Errors by the place in the data that they made null."""
    found: dict[tuple[Any, ...], list[Any]] = {}
    for error in body.get("errors", ()):
        value, place = body.get("data"), list[Any]()
        for key in error.get("path", ()):
            if value is None:
                break
            place.append(key)
            value = value[key]
        assert value is None
        found.setdefault(tuple(place), []).append(error)
    return found


@pytest.mark.parametrize("name", CORPUS)
async def test_a_query_is_answered_as_by_the_book(ask: Asked, oracle: Oracle, name: str) -> None:
    assert_equal(await ask(CORPUS[name]), oracle.ask(CORPUS[name]))


@pytest.mark.parametrize("seed", range(8))
async def test_random_queries_are_answered_as_by_the_book(ask: Asked, oracle: Oracle, seed: int) -> None:
    for number in range(25):
        query = Writer(ask.engine.core, seed * 1000 + number).query()
        answer = await ask(query)
        if answer.get("data") is None and "errors" in answer and "path" not in answer["errors"][0]:
            continue  # too costly or too wide: refused
        assert_equal(answer, oracle.ask(query))
