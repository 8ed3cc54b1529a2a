"""The helpdesk's one call: who is it, and where are the orders."""

import re
from datetime import UTC, datetime
from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.orm import Session

from core.catalog.models import Channel
from core.customers.models import Customer
from core.flows import lookup
from core.orders.models import Order
from core.shipments.models import Package, Shipment, ShipmentStatus
from schema.engine.sql import Prepared
from tests.api import Api
from tests.builders import a_channel, an_item, an_order
from tests.schema.access.holders import holder

ASK = """
query ($orderNumber: String, $trackingNumber: String, $email: String, $phone: String, $ticket: String,
    $helpdesk: String, $text: String, $first: Int = 10) {
  helpdeskContext(orderNumber: $orderNumber, trackingNumber: $trackingNumber, email: $email, phone: $phone,
      ticket: $ticket, helpdesk: $helpdesk, text: $text) {
    matchedBy explanation customer { name } orders(first: $first) { number summary { headline } }
  }
}
"""
LINK = """
mutation ($helpdesk: String!, $externalId: String!, $orderId: ID!, $url: String, $subject: String) {
  ticketLink(helpdesk: $helpdesk, externalId: $externalId, orderId: $orderId, url: $url, subject: $subject) {
    ticket { id helpdesk externalId url subject order { number } } order { tickets { externalId } }
    userErrors { code path message }
  }
}
"""


@pytest.fixture(autouse=True)
def orders(session: Session) -> dict[str, Order]:
    """Ada has three orders, one of them on the market as a guest; Bob one."""
    shop, market, tea = a_channel(session, "shop"), a_channel(session, "market"), an_item(session, "TEA-1")
    ada = Customer(name="Ada", email="Ada@example.com", phone="+44 7700 900123")
    bob = Customer(name="Bob", email="bob@example.com", phone="01632 960 001")
    session.add_all([ada, bob])
    session.flush()

    def placed(day: int, channel: Channel, number: str, **columns: Any) -> Order:
        order = an_order(session, channel, {tea: 1}, placed_at=datetime(2026, 3, day, tzinfo=UTC), **columns)
        order.number = number
        return order

    made = {
        "old": placed(1, shop, "CD-1", customer_id=ada.id, email="ada@example.com", external_number="#1001"),
        "guest": placed(2, market, "CD-2", email="ADA@example.com", phone="07700 900123", country="GB"),
        "new": placed(3, shop, "CD-3", customer_id=ada.id, email="ada@work.example", external_id="026-77-88"),
        "bobs": placed(4, market, "CD-4", customer_id=bob.id, email="bob@example.com", external_number="1001"),
    }
    session.flush()
    gone = Shipment(order_id=made["old"].id, status=ShipmentStatus.IN_TRANSIT, tracking_number="JD014600001234")
    session.add(gone)
    session.flush()
    session.add(Package(shipment_id=gone.id, position=2, tracking_number="RR 123 456 789 GB"))
    session.commit()
    return made


def found(api: Api, **asked: Any) -> tuple[str, str | None, list[str]]:
    """How it was matched, whose it is, and the orders in their order."""
    told = api(ASK, **asked)["helpdeskContext"]
    return (
        told["matchedBy"],
        told["customer"] and told["customer"]["name"],
        [order["number"] for order in told["orders"]],
    )


def test_an_order_number_brings_that_order_first_then_the_shoppers_latest(api: Api) -> None:
    assert found(api, orderNumber="cd-1") == ("ORDER_NUMBER", "Ada", ["CD-1", "CD-3", "CD-2"])
    assert found(api, orderNumber="026-77-88") == ("ORDER_NUMBER", "Ada", ["CD-3", "CD-1"])
    assert found(api, orderNumber="3")[2] == ["CD-3", "CD-1"]


def test_the_same_number_on_two_channels_brings_both_orders_the_latest_first(api: Api) -> None:
    told = api(ASK, orderNumber="1001")["helpdeskContext"]

    assert [order["number"] for order in told["orders"]] == ["CD-4", "CD-1"]
    assert told["explanation"] == "Order number 1001 leads to 2 orders, the latest of them CD-4."


def test_a_tracking_number_is_found_however_it_is_written_also_of_one_package(api: Api) -> None:
    for written in ("JD014600001234", "jd01 4600 0012 34", "RR123456789GB"):
        assert found(api, trackingNumber=written) == ("TRACKING_NUMBER", "Ada", ["CD-1", "CD-3", "CD-2"])


def test_an_email_brings_all_orders_of_the_address_and_of_its_customer_the_latest_first(api: Api) -> None:
    assert found(api, email="Ada Lovelace <ADA@EXAMPLE.COM>") == ("EMAIL", "Ada", ["CD-3", "CD-2", "CD-1"])
    assert found(api, email="ada@example.com", first=1)[2] == ["CD-3"]


def test_a_phone_number_is_found_however_it_is_written(api: Api) -> None:
    for written in ("+447700900123", "07700 900 123", "0044 7700-900123"):
        assert found(api, phone=written) == ("PHONE", "Ada", ["CD-3", "CD-2", "CD-1"])


def test_of_a_message_the_surest_clue_counts_and_is_explained(api: Api) -> None:
    message = "Hello, bob@example.com here, my order #1001x never came. Tracking JD01 4600 0012 34!"

    told = api(ASK, text=message)["helpdeskContext"]

    assert told["matchedBy"] == "TRACKING_NUMBER"
    assert told["explanation"] == "Tracking number JD014600001234 leads to order CD-1."
    assert found(api, text="it is Bob, bob@example.com")[:2] == ("EMAIL", "Bob")


def test_each_order_says_where_it_is(api: Api) -> None:
    (first, *_) = api(ASK, orderNumber="CD-4")["helpdeskContext"]["orders"]

    assert first["summary"]["headline"] == "Order CD-4 is confirmed."


def test_a_linked_ticket_leads_to_its_order_and_is_kept_once(api: Api, orders: dict[str, Order]) -> None:
    order = f"ord_{orders['old'].id}"
    api.done(LINK, helpdesk="zendesk", externalId="8812", orderId=order)
    linked = api.done(LINK, helpdesk="zendesk", externalId="8812", orderId=order, subject="Where is it?")

    assert linked["ticket"]["subject"] == "Where is it?"
    assert linked["order"]["tickets"] == [{"externalId": "8812"}]
    assert found(api, ticket="8812")[0] == "TICKET"
    assert found(api, ticket="8812", helpdesk="zendesk")[2][0] == "CD-1"
    assert api(ASK, ticket="8812", helpdesk="gorgias")["helpdeskContext"] is None
    assert found(api, text="see ticket 8812")[0] == "TICKET"

    unlink = "mutation ($id: ID!) { ticketUnlink(id: $id) { order { tickets { id } } userErrors { code path } } }"
    assert api.done(unlink, id=linked["ticket"]["id"])["order"]["tickets"] == []
    assert api.refused(unlink, id=linked["ticket"]["id"]) == [("NOT_FOUND", ["id"])]


def test_a_link_needs_a_name_and_a_web_address(api: Api, orders: dict[str, Order]) -> None:
    order = f"ord_{orders['old'].id}"

    assert api.refused(LINK, helpdesk=" ", externalId="1", orderId=order) == [("INVALID", ["helpdesk"])]
    refused = api.refused(LINK, helpdesk="z", externalId="1", orderId=order, url="javascript:alert(1)")
    assert refused == [("INVALID", ["url"])]
    assert api.refused(LINK, helpdesk="z", externalId="1", orderId="ord_999999") == [("NOT_FOUND", ["orderId"])]


def test_a_key_of_one_channel_is_told_of_its_orders_only(api: Api) -> None:
    shop = holder(api, "orders:read", channels=("shop",))

    assert found(shop, email="ada@example.com")[2] == ["CD-3", "CD-1"]
    assert found(shop, orderNumber="1001")[2] == ["CD-1", "CD-3"]
    assert shop(ASK, orderNumber="CD-4")["helpdeskContext"] is None
    assert shop(ASK, email="bob@example.com")["helpdeskContext"] is None
    assert shop(ASK, phone="01632 960001")["helpdeskContext"] is None
    assert shop(ASK, text="bob@example.com, order CD-4, call 01632 960001")["helpdeskContext"] is None


def test_nobody_known_is_null(api: Api) -> None:
    for asked in (
        {"orderNumber": "CD-9"},
        {"email": "x"},
        {"phone": "12"},
        {"text": "hello"},
        {"trackingNumber": "%"},
    ):
        assert api(ASK, **asked)["helpdeskContext"] is None


def test_one_way_is_asked_for_and_pages_have_their_size(api: Api) -> None:
    assert api.body(ASK, email="a@example.com", phone="1")["errors"][0]["extensions"]["code"] == "INVALID"
    assert api.body(ASK, email="ada@example.com", helpdesk="z")["errors"][0]["extensions"]["code"] == "INVALID"
    assert api.body(ASK)["errors"][0]["extensions"]["code"] == "INVALID"
    assert api.body(ASK, email="ada@example.com", first=251)["errors"][0]["extensions"]["code"] == "INVALID"


def test_every_way_in_has_an_index(session: Session) -> None:
    clues = lookup.clues_in("ada@example.com, order #1001, ticket 8812, parcel JD014600001234, call 07700 900123")
    asked, values = Prepared(lookup.hits({clue.kind for clue in clues}, [], []))(**lookup.sought(clues))
    asked = re.sub(r"\$(\d+)", lambda found: f":v{found[1]}", asked.replace("::", "\\:\\:"))
    session.execute(text("set local enable_seqscan = off"))

    plan = session.scalars(text(f"explain {asked}"), {f"v{at}": value for at, value in enumerate(values, start=1)})

    big = re.compile(r"Seq Scan on (orders|customers|shipments|packages|labels|returns|ticket_links)\b")
    assert [line for line in plan if big.search(line)] == []


def test_it_takes_as_many_statements_for_many_orders_as_for_one(api: Api) -> None:
    api.statements.clear()
    api(ASK, orderNumber="CD-4")
    alone = len(api.statements)
    api.statements.clear()
    api(ASK, email="ada@example.com")

    assert len(api.statements) == alone
