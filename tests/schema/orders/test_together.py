"""Orders that are entered at the same time share a transaction; nobody notices."""

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from core.orders.models import Order
from tests.api import Api
from tests.builders import an_item
from tests.schema.orders.documents import CREATE, an_order


@pytest.fixture(autouse=True)
def tea(session: Session) -> None:
    an_item(session, "TEA-1", name="Green tea")
    session.commit()


def entered(api: Api, given: list[tuple[str, dict[str, Any]]]) -> list[dict[str, Any]]:
    """The payloads of orders that are sent at once, in the order given."""
    with ThreadPoolExecutor(len(given)) as pool:
        return list(pool.map(lambda each: api(CREATE, key=each[0], input=each[1])["orderCreate"], given))


def test_each_caller_hears_of_their_own_mistake_alone(api: Api, session: Session) -> None:
    given = [(f"k{number}", an_order(externalId=f"E-{number}")) for number in range(8)]
    given[5] = ("k5", an_order(lines=[{"sku": "TAE-1", "quantity": 1, "unitPrice": "1.00"}]))

    payloads = entered(api, given)

    wrong = payloads.pop(5)
    assert [(error["code"], error["path"]) for error in wrong["userErrors"]] == [
        ("NOT_FOUND", ["input", "lines", "0", "sku"])
    ]
    assert all(payload["userErrors"] == [] for payload in payloads)
    made = {payload["order"]["id"] for payload in payloads}
    assert len(made) == 7 == session.scalar(select(func.count()).select_from(Order))


def test_one_key_sent_many_times_at_once_makes_one_order(api: Api, session: Session) -> None:
    payloads = entered(api, [("same", an_order(note="once"))] * 8)

    assert len({payload["order"]["id"] for payload in payloads}) == 1
    assert session.scalar(select(func.count()).select_from(Order)) == 1


def test_one_external_id_with_two_contents_is_one_order_and_one_refusal(api: Api, session: Session) -> None:
    given = [(f"k{number}", an_order(externalId="E-1", note=f"{number}")) for number in range(4)]

    payloads = entered(api, given)

    refused = [payload["userErrors"][0]["code"] for payload in payloads if payload["userErrors"]]
    assert refused == ["ALREADY_EXISTS"] * 3
    assert session.scalar(select(func.count()).select_from(Order)) == 1
