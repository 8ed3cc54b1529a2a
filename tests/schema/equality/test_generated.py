"""Generated queries are answered as by plain graphql-core; their seeds never change."""

from collections.abc import Iterable
from typing import Any

import pytest

from tests.schema.equality.compare import assert_same
from tests.schema.equality.conftest import VIEWERS, Both
from tests.schema.equality.generated import written
from tests.schema.equality.writer import Writer

pytestmark = pytest.mark.anyio

EACH = 50
BATCHES = [0, *(pytest.param(number, marks=pytest.mark.long) for number in range(1, 21))]
"""One with every run of the suite, and twenty more with `make proof`: two thousand queries in all."""


async def compare(both: Both, queries: Iterable[tuple[str, dict[str, Any]]]) -> None:
    """Each asked by one kind of caller after another. One is refused that costs too much or lacks a scope."""
    asked = compared = 0
    for (query, variables), viewer in zip(queries, _in_turn(), strict=False):
        asked += 1
        answer = await both.ask(query, variables, viewer)
        if "data" in answer:
            compared += 1
            assert_same(answer, both.expect(query, variables, viewer))
    assert compared > asked / 2


def _in_turn() -> Iterable[Any]:
    while True:
        yield from VIEWERS.values()


@pytest.mark.parametrize("batch", BATCHES)
async def test_queries_that_go_through_the_whole_schema_are_answered_as_by_the_book(both: Both, batch: int) -> None:
    await compare(both, ((query, {}) for query in written(both.engine.core, EACH, batch)))


@pytest.mark.parametrize("batch", BATCHES)
async def test_queries_written_as_people_do_are_answered_as_by_the_book(both: Both, batch: int) -> None:
    """Aliases, fragments, merged selections and directives by variables, which hypothesis-graphql leaves out."""
    words = [None, "SKU", "%", "ü"]
    await compare(
        both,
        (
            (
                Writer(both.engine.core, batch * EACH + number).query(),
                {"no": number % 5 == 0, "words": words[number % 4]},
            )
            for number in range(EACH)
        ),
    )
