"""The engine answers as plain graphql-core over loaded objects does: data, key order, errors and their paths."""

from pathlib import Path

import pytest

from core.db import connect
from schema.engine.engine import Engine
from tests.schema.engine.conftest import Asked
from tests.schema.engine.oracle import Oracle
from tests.schema.engine.queries import Writer
from tests.schema.equality.compare import assert_same

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


@pytest.mark.parametrize("name", CORPUS)
async def test_a_query_is_answered_as_by_the_book(ask: Asked, oracle: Oracle, name: str) -> None:
    assert_same(await ask(CORPUS[name]), oracle.ask(CORPUS[name]))


@pytest.mark.parametrize("seed", range(8))
async def test_random_queries_are_answered_as_by_the_book(ask: Asked, oracle: Oracle, seed: int) -> None:
    for number in range(25):
        query = Writer(ask.engine.core, seed * 1000 + number).query()
        answer = await ask(query)
        if answer.get("data") is None and "errors" in answer and "path" not in answer["errors"][0]:
            continue  # too costly or too wide: refused
        assert_same(answer, oracle.ask(query))
