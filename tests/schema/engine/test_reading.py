"""What the engine answers, and in how many statements."""

import pytest

from tests.schema.engine.conftest import Asked

pytestmark = pytest.mark.anyio


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
