"""Finding orders: every filter, and in a number of statements that does not grow."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy.orm import Session

from core import clock
from core.cases.models import CaseKind
from core.cases.service import open_case
from core.flows import holds
from core.orders.models import Order, RiskAssessment
from core.orders.states import RiskLevel
from core.shipments.models import Shipment, ShipmentStatus
from tests.api import Api
from tests.builders import a_channel, a_location, an_item, an_order, work_for

FIND = """
query ($filter: OrderFilter, $sort: OrderSort) {
  orders(filter: $filter, sort: $sort) { totalCount nodes { number } }
}
"""
LONG_AGO = datetime(2026, 1, 1, tzinfo=UTC)


@pytest.fixture(autouse=True)
def three(session: Session) -> None:
    """T1 is late, held and at Leeds; T2 was bought by Ada in Germany; T3 has shipped and has a case and a risk."""
    leeds = a_location(session, "LEEDS")
    shop, market = a_channel(session, "shop", (leeds,)), a_channel(session, "market", (leeds,))
    tea, cup = an_item(session, "TEA-1"), an_item(session, "CUP-9")
    late: dict[str, Any] = {"ship_by": LONG_AGO, "due_at": LONG_AGO, "total_minor": 3000, "priority": 5}
    first = an_order(session, shop, {tea: 3}, placed_at=LONG_AGO, tags=["gift"], **late)
    second = an_order(
        session,
        market,
        {cup: 1},
        placed_at=LONG_AGO + timedelta(days=1),
        email="Ada@Example.com",
        phone="+4930123",
        country="DE",
        external_id="405-1",
        search="t2 405-1 ada lovelace ada@example.com",
        paid_minor=1000,
    )
    third = an_order(session, shop, {tea: 1}, placed_at=LONG_AGO + timedelta(days=2), paid_minor=1000)
    for order, number in ((first, "T1"), (second, "T2"), (third, "T3")):
        order.number = number
    session.flush()
    holds.hold(session, first.id, message="Wait")
    work_for(session, first, leeds)
    session.add(Shipment(order_id=third.id, status=ShipmentStatus.IN_TRANSIT, tracking_number="00340434161094"))
    session.add(RiskAssessment(order_id=third.id, source="radar", level=RiskLevel.HIGH, score=90))
    open_case(session, kind=CaseKind.ORDER, code="odd", title="Odd", message="Look", order_id=third.id)
    session.commit()


@pytest.mark.parametrize(
    ("wanted", "found"),
    [
        ({}, ["T3", "T2", "T1"]),
        ({"query": "lovelace"}, ["T2"]),
        ({"query": "405-"}, ["T2"]),
        ({"query": "up-9"}, ["T2"]),
        ({"query": "0434161"}, ["T3"]),
        ({"query": "%"}, []),
        ({"channel": ["shop"]}, ["T3", "T1"]),
        ({"status": ["PENDING"]}, ["T1"]),
        ({"paymentStatus": ["UNPAID"]}, ["T3", "T2", "T1"]),
        ({"fulfillmentStatus": ["UNFULFILLED"]}, ["T3", "T2", "T1"]),
        ({"returnStatus": ["RETURNED"]}, []),
        ({"onHold": True}, ["T1"]),
        ({"holdKind": ["MANUAL", "FRAUD"]}, ["T1"]),
        ({"placedAt": {"from": "2026-01-02T00:00:00Z", "to": "2026-01-03T00:00:00Z"}}, ["T2"]),
        ({"updatedAt": {"to": "2026-01-01T00:00:00Z"}}, []),
        ({"shipBy": {"to": "2026-02-01T00:00:00Z"}}, ["T1"]),
        ({"late": True}, ["T1"]),
        ({"late": False}, ["T3", "T2"]),
        ({"overdue": True}, ["T1"]),
        ({"overdue": False}, ["T3", "T2"]),
        ({"sku": "TEA-1"}, ["T3", "T1"]),
        ({"email": "ada@example.COM"}, ["T2"]),
        ({"phone": "+4930123"}, ["T2"]),
        ({"customerId": "cus_1"}, []),
        ({"country": ["de", "FR"]}, ["T2"]),
        ({"tag": ["gift", "other"]}, ["T1"]),
        ({"location": ["LEEDS"]}, ["T1"]),
        ({"method": ["SELF"]}, ["T1"]),
        ({"method": ["DROPSHIP"]}, []),
        ({"risk": ["HIGH"]}, ["T3"]),
        ({"hasOpenCase": True}, ["T3"]),
        ({"hasOpenCase": False}, ["T2", "T1"]),
        ({"externalId": "405-1"}, ["T2"]),
        ({"channel": ["shop"], "onHold": False}, ["T3"]),
    ],
)
def test_each_filter_finds_its_orders(api: Api, wanted: dict[str, Any], found: list[str]) -> None:
    orders = api(FIND, filter=wanted)["orders"]

    assert [order["number"] for order in orders["nodes"]] == found
    assert orders["totalCount"] == len(found)


@pytest.mark.parametrize(
    ("sort", "first"),
    [
        ("PLACED_AT_DESC", "T3"),
        ("PLACED_AT_ASC", "T1"),
        ("UPDATED_AT_DESC", "T1"),
        ("UPDATED_AT_ASC", "T2"),
        ("TOTAL_DESC", "T1"),
        ("SHIP_BY_ASC", "T1"),
        ("PRIORITY_DESC", "T1"),
    ],
)
def test_each_sort_begins_where_it_should(api: Api, session: Session, sort: str, first: str) -> None:
    session.query(Order).filter(Order.number == "T1").update({"updated_at": clock.now() + timedelta(hours=1)})
    session.query(Order).filter(Order.number == "T2").update({"updated_at": LONG_AGO})
    session.commit()

    assert api(FIND, sort=sort)["orders"]["nodes"][0]["number"] == first


def test_an_order_is_found_by_number_and_by_nothing_else_than_what_names_it(api: Api) -> None:
    assert api('{ order(number: "T2") { email } }')["order"] == {"email": "Ada@Example.com"}
    assert api('{ order(number: "T9") { email } }')["order"] is None
    assert api.body("{ order { email } }")["errors"][0]["extensions"]["code"] == "INVALID"


def test_a_list_takes_as_many_statements_for_three_orders_as_for_one(api: Api) -> None:
    wanted = """query ($first: Int) { orders(first: $first) { nodes {
        number channel { key } customer { name } lines { nodes { sku item { name } components { sku } } }
        holds { message } payments { id } shipments { id } returns { id } refunds { id } cases { title } risks { level }
        summary { headline } availableActions { action } profit { net { amount } }
    } } }"""
    counts = []
    for first in (1, 3):
        api.statements.clear()
        assert len(api(wanted, first=first)["orders"]["nodes"]) == first
        counts.append(len(api.statements))

    assert counts[0] == counts[1]
