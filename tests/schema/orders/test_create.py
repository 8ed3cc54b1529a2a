"""Entering orders."""

from typing import Any

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from core.orders.models import Order
from tests.api import Api
from tests.builders import a_channel, an_item
from tests.schema.orders.documents import CREATE, an_order

DETAILS = """
query ($id: ID!) {
  order(id: $id) {
    number status paymentStatus fulfillmentStatus returnStatus onHold currency taxesIncluded email tags note metadata
    channel { key } customer { email name orderCount }
    shippingAddress { name city postalCode country } billingAddress { city }
    subtotal { amount } discountTotal { amount } shippingTotal { amount } taxTotal { amount } total { amount currency }
    paidTotal { amount } refundedTotal { amount } balanceDue { amount } refundable { amount }
    lines { nodes { position sku name quantity open unitPrice { amount } discount { amount } total { amount } } }
    payments { state gateway reference amount { amount } capturedAmount { amount } }
    events(first: 1) { nodes { name } }
  }
}
"""


@pytest.fixture(autouse=True)
def tea(session: Session) -> None:
    an_item(session, "TEA-1", name="Green tea")
    an_item(session, "CUP-1", name="A cup")
    session.commit()


def test_an_order_reads_as_it_was_entered(api: Api) -> None:
    given = an_order(
        lines=[
            {"sku": "TEA-1", "quantity": 2, "unitPrice": "12.50"},
            {"sku": "CUP-1", "quantity": 1, "unitPrice": "5.00", "name": "The blue one"},
        ],
        discount="3.00",
        tags=["gift", "gift"],
        note="Ring twice",
        metadata={"campaign": "spring"},
    )
    made = api.done(CREATE, input=given, key="k1")["order"]

    order = api(DETAILS, id=made["id"])["order"]

    assert order["number"] == f"CD-{made['id'].removeprefix('ord_')}"
    assert (order["channel"], order["taxesIncluded"]) == ({"key": "manual"}, True)
    assert (order["status"], order["paymentStatus"], order["fulfillmentStatus"]) == ("PENDING", "PAID", "UNFULFILLED")
    assert order["customer"] == {"email": "ada@example.com", "name": "Ada Lovelace", "orderCount": 1}
    assert order["shippingAddress"] == {
        "name": "Ada Lovelace",
        "city": "London",
        "postalCode": "N1 9GU",
        "country": "GB",
    }
    money = {name: value["amount"] for name, value in order.items() if isinstance(value, dict) and "amount" in value}
    assert money == {
        "subtotal": "30.00",
        "discountTotal": "3.00",
        "shippingTotal": "3.99",
        "taxTotal": "0.00",
        "total": "30.99",
        "paidTotal": "30.99",
        "refundedTotal": "0.00",
        "balanceDue": "0.00",
        "refundable": "30.99",
    }
    lines = [(one["name"], one["quantity"], one["open"], one["total"]["amount"]) for one in order["lines"]["nodes"]]
    assert lines == [("Green tea", 2, 2, "22.50"), ("The blue one", 1, 1, "4.50")]
    assert order["payments"] == [
        {
            "state": "CAPTURED",
            "gateway": "manual",
            "reference": "paid",
            "amount": {"amount": "30.99"},
            "capturedAmount": {"amount": "30.99"},
        }
    ]
    assert order["metadata"] == {"campaign": "spring"}
    assert order["events"]["nodes"] == [{"name": "order.created"}]


def test_the_same_key_makes_one_order_and_another_input_is_a_conflict(api: Api, session: Session) -> None:
    first = api.done(CREATE, input=an_order(), key="k1")["order"]["id"]

    assert api.done(CREATE, input=an_order(), key="k1")["order"]["id"] == first
    assert api.refused(CREATE, input=an_order(paid=False), key="k1") == [("IDEMPOTENCY_CONFLICT", ["idempotencyKey"])]
    assert session.scalar(select(func.count()).select_from(Order)) == 1


def test_channel_and_external_id_name_an_order_without_a_key(api: Api, session: Session) -> None:
    a_channel(session, "shop")
    session.commit()
    given = an_order(channel="shop", externalId="1001")
    first = api.done(CREATE, input=given, key=None)["order"]["id"]

    assert api.done(CREATE, input=given, key=None)["order"]["id"] == first
    assert api.refused(CREATE, input={**given, "email": "bob@example.com"}, key=None) == [
        ("ALREADY_EXISTS", ["input", "externalId"])
    ]
    found = api('{ order(channel: "shop", externalId: "1001") { id email } }')["order"]
    assert found == {"id": first, "email": "ada@example.com"}


@pytest.mark.parametrize(
    ("fields", "code", "path"),
    [
        ({"currency": "XXX"}, "INVALID", ["input", "currency"]),
        ({"lines": []}, "INVALID", ["input", "lines"]),
        (
            {"lines": [{"sku": "TEA-1", "quantity": 0, "unitPrice": "1"}]},
            "INVALID",
            ["input", "lines", "0", "quantity"],
        ),
        (
            {"lines": [{"sku": "NO-SUCH", "quantity": 1, "unitPrice": "1"}]},
            "NOT_FOUND",
            ["input", "lines", "0", "sku"],
        ),
        (
            {"lines": [{"sku": "TEA-1", "quantity": 2147483647, "unitPrice": "1"}]},
            "INVALID",
            ["input", "lines", "0", "quantity"],
        ),
        ({"lines": [{"sku": "TEA-1", "quantity": 1}]}, "INVALID", ["input", "lines", "0", "unitPrice"]),
        (
            {"lines": [{"sku": "TEA-1", "quantity": 1, "unitPrice": "1.234"}]},
            "INVALID",
            ["input", "lines", "0", "unitPrice"],
        ),
        (
            {"lines": [{"sku": "TEA-1", "quantity": 1, "unitPrice": "-1"}]},
            "INVALID",
            ["input", "lines", "0", "unitPrice"],
        ),
        ({"discount": "99"}, "INVALID", ["input", "discount"]),
        ({"channel": "nowhere"}, "NOT_FOUND", ["input", "channel"]),
        ({"customerId": "cus_99"}, "NOT_FOUND", ["input", "customerId"]),
        ({"metadata": [1]}, "INVALID", ["input", "metadata"]),
    ],
)
def test_what_makes_no_sense_is_refused_at_its_place(
    api: Api, session: Session, fields: dict[str, Any], code: str, path: list[str]
) -> None:
    assert api.refused(CREATE, input=an_order(**fields), key="k1") == [(code, path)]
    assert session.scalar(select(func.count()).select_from(Order)) == 0


def test_a_key_or_the_channels_own_id_is_needed(api: Api) -> None:
    assert api.refused(CREATE, input=an_order(), key=None) == [("INVALID", ["idempotencyKey"])]


def test_yen_have_no_decimals(api: Api) -> None:
    line = {"sku": "TEA-1", "quantity": 1, "unitPrice": "1200"}
    made = api.done(CREATE, input=an_order(currency="JPY", lines=[line], shipping=None), key="k1")["order"]

    assert made["total"] == {"amount": "1200", "currency": "JPY"}
