"""Customers: found by part of a name, with what they ordered and spent."""

from sqlalchemy.orm import Session

from core.access import keys
from core.hub import Hub
from tests.api import Api
from tests.builders import a_channel, an_item
from tests.schema.orders.documents import CREATE, an_order

FIND = """
query ($query: String) {
  customers(query: $query) {
    totalCount
    nodes { name email orderCount totalSpent { amount currency } orders { nodes { number } } }
  }
}
"""


def test_a_customer_is_found_with_all_orders_and_what_was_spent_in_each_currency(api: Api, session: Session) -> None:
    an_item(session, "TEA-1")
    session.commit()
    first = api.done(CREATE, input=an_order(), key="1")["order"]["number"]
    second = api.done(CREATE, input=an_order(currency="EUR", email="ADA@example.com"), key="2")["order"]["number"]
    api.done(CREATE, input=an_order(email="bob@example.com", shippingAddress=None), key="3")

    (ada,) = api(FIND, query="lovel")["customers"]["nodes"]

    assert (ada["name"], ada["email"], ada["orderCount"]) == ("Ada Lovelace", "ada@example.com", 2)
    assert ada["totalSpent"] == [{"amount": "28.99", "currency": "EUR"}, {"amount": "28.99", "currency": "GBP"}]
    assert {order["number"] for order in ada["orders"]["nodes"]} == {first, second}
    assert api(FIND)["customers"]["totalCount"] == 2
    assert api(FIND, query="%")["customers"]["nodes"] == []


def test_a_key_of_one_channel_sees_its_customers_only(api: Api, hub: Hub, session: Session) -> None:
    a_channel(session, "shop")
    an_item(session, "TEA-1")
    _, secret = keys.create(session, "the shop's", ["orders:read"], channels=["shop"])
    session.commit()
    api.done(CREATE, input=an_order(channel="shop"), key="1")
    hidden = api.done(CREATE, input=an_order(email="bob@example.com"), key="2")["order"]["id"]
    shop = api.holding(secret)

    assert [one["email"] for one in shop(FIND)["customers"]["nodes"]] == ["ada@example.com"]
    assert shop("query ($id: ID!) { order(id: $id) { number } }", id=hidden)["order"] is None
