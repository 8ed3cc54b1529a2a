"""Returns through the API: decided, judged, exchanged; and found again."""

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import update
from sqlalchemy.orm import Session

from core import clock
from core.flows import take_back
from core.hub import Hub
from core.orders.models import OrderLine
from core.returns.models import ReturnReason
from core.shipments.models import Shipment
from tests.api import Api
from tests.builders import a_channel, a_location
from tests.core.returns.sold import a_line, line_of, sell, stocked

ASK = """
mutation ($order: ID!, $lines: [ReturnLineInput!]!, $exchange: [OrderLineInput!], $key: String!) {
  returnRequest(orderId: $order, lines: $lines, exchange: $exchange, idempotencyKey: $key) {
    return { id state policy { accepted automatic reasons policy } lines { id } } userErrors { code path }
  }
}
"""
READ = """
query ($id: ID!) {
  node(id: $id) { ... on Return {
    number state resolution note version origin
    lines { sku reason quantity approved received refundable { amount }
            dispositions { disposition quantity location { code } } }
    refunds { amount { amount } payments { payment { reference } amount { amount } } }
    exchangeOrder { original { number } total { amount } balanceDue { amount } tags }
    exchangeBalance { amount currency }
    availableActions { action allowed reason }
  } }
}
"""
STEP = {
    "decline": """mutation ($id: ID!) {
        returnDecline(id: $id, reason: "Worn") { return { state } userErrors { code } } }""",
    "approve": """mutation ($id: ID!, $lines: [ReturnLineQuantity!], $override: Boolean) {
        returnApprove(id: $id, lines: $lines, override: $override) { return { state } userErrors { code path } } }""",
    "cancel": "mutation ($id: ID!) { returnCancel(id: $id) { return { state } userErrors { code } } }",
    "label": """mutation ($id: ID!) {
        returnLabelPurchase(id: $id, idempotencyKey: "l") { return { state } userErrors { code path } } }""",
    "receive": """mutation ($id: ID!, $lines: [ReceiveLineInput!]!, $key: String!) {
        returnReceive(id: $id, lines: $lines, idempotencyKey: $key) { return { state } userErrors { code path } } }""",
    "inspect": """mutation ($id: ID!, $lines: [ReceiveLineInput!]!, $key: String!) {
        returnInspect(id: $id, lines: $lines, idempotencyKey: $key) { return { state } userErrors { code path } } }""",
    "close": """mutation ($id: ID!, $how: ReturnResolution, $key: String!) {
        returnClose(id: $id, resolution: $how, idempotencyKey: $key) { return { state } userErrors { code path } } }""",
}


@pytest.fixture
def cups(session: Session) -> OrderLine:
    """Two cups for 10.00 each that were paid and left Leeds."""
    leeds = a_location(session, "LEEDS")
    shop = a_channel(session, "shop", (leeds,))
    stocked(session, "CUP-1", leeds)
    stocked(session, "POT-1", leeds)
    order = sell(session, shop, leeds, [a_line("CUP-1", 2, 1000)])
    return line_of(session, order, "CUP-1")


def asked(api: Api, line: OrderLine, quantity: int = 2, **more: Any) -> dict[str, Any]:
    lines = [{"lineId": f"orl_{line.id}", "quantity": quantity, "reason": "WRONG_ITEM"}]
    found: dict[str, Any] = api.done(ASK, order=f"ord_{line.order_id}", lines=lines, key="ask", **more)["return"]
    return found


def units(found: dict[str, Any], **dispositions: int) -> list[dict[str, Any]]:
    (line,) = found["lines"]
    return [
        {"returnLineId": line["id"], "quantity": quantity, "disposition": word}
        for word, quantity in dispositions.items()
    ]


def test_units_are_received_inspected_and_refunded(api: Api, cups: OrderLine) -> None:
    found = asked(api, cups)
    assert (found["state"], found["policy"]["policy"]) == ("APPROVED", "return-window")

    assert api.done(STEP["receive"], id=found["id"], lines=units(found, PENDING=2), key="r")["return"] == {
        "state": "RECEIVED"
    }
    assert api.refused(STEP["close"], id=found["id"], key="c0") == [("ILLEGAL_STATE", ["id"])]
    api.done(STEP["inspect"], id=found["id"], lines=units(found, RESTOCK=1, DAMAGED=1), key="i")
    api.done(STEP["close"], id=found["id"], how="REFUND", key="c")

    back = api(READ, id=found["id"])["node"]
    assert (back["state"], back["resolution"]) == ("CLOSED", "REFUND")
    assert back["lines"] == [
        {
            "sku": "CUP-1",
            "reason": "WRONG_ITEM",
            "quantity": 2,
            "approved": 2,
            "received": 2,
            "refundable": {"amount": "0.00"},
            "dispositions": [
                {"disposition": "RESTOCK", "quantity": 1, "location": {"code": "LEEDS"}},
                {"disposition": "DAMAGED", "quantity": 1, "location": {"code": "LEEDS"}},
            ],
        }
    ]
    assert back["refunds"] == [
        {
            "amount": {"amount": "20.00"},
            "payments": [{"payment": {"reference": "pi_1"}, "amount": {"amount": "20.00"}}],
        }
    ]
    assert {one["allowed"] for one in back["availableActions"]} == {False}


def test_an_exchange_names_its_order_and_what_is_owed(api: Api, cups: OrderLine) -> None:
    wish = [{"sku": "POT-1", "quantity": 1, "unitPrice": "24.50"}]
    found = asked(api, cups, exchange=wish)
    api.done(STEP["receive"], id=found["id"], lines=units(found, RESTOCK=2), key="r")

    api.done(STEP["close"], id=found["id"], how="EXCHANGE", key="c")

    back = api(READ, id=found["id"])["node"]
    assert back["exchangeBalance"] == {"amount": "4.50", "currency": "GBP"}
    assert back["exchangeOrder"]["total"] == {"amount": "24.50"}
    assert back["exchangeOrder"]["balanceDue"] == {"amount": "4.50"}
    assert back["exchangeOrder"]["tags"] == ["exchange"]
    assert back["exchangeOrder"]["original"] is not None


def test_what_a_person_decides(api: Api, hub: Hub, cups: OrderLine) -> None:
    found = asked(api, cups)
    assert api.refused(STEP["label"], id=found["id"]) == [("INVALID", ["id"])]  # the order has no address
    assert api.done(STEP["cancel"], id=found["id"])["return"] == {"state": "CANCELLED"}
    with hub.transaction() as session:
        session.execute(_delivered_last_year())
    wanted = take_back.Asked(line_id=cups.id, quantity=2, reason=ReturnReason.CHANGED_MIND)
    late = {"id": f"ret_{take_back.request(hub, cups.order_id, [wanted])}"}

    assert api.refused(STEP["approve"], **late)[0][0] == "ILLEGAL_STATE"
    assert api.done(STEP["decline"], **late)["return"] == {"state": "DECLINED"}
    line = api("query ($id: ID!) { node(id: $id) { ... on Return { lines { id } } } }", **late)["node"]["lines"][0][
        "id"
    ]
    some = [{"returnLineId": line, "quantity": 1}]
    assert api.done(STEP["approve"], **late, lines=some, override=True)["return"] == {"state": "APPROVED"}
    assert api(READ, **late)["node"]["lines"][0]["approved"] == 1


def _delivered_last_year() -> Any:
    return update(Shipment).values(delivered_at=clock.now() - timedelta(days=365))


@pytest.mark.parametrize(
    ("wanted", "count"),
    [
        ({}, 1),
        ({"query": "rma-"}, 1),
        ({"query": "ada@"}, 1),
        ({"query": "bob@"}, 0),
        ({"state": ["APPROVED"]}, 1),
        ({"state": ["CLOSED"]}, 0),
        ({"channel": ["shop"]}, 1),
        ({"sku": "CUP-1"}, 1),
        ({"sku": "POT-1"}, 0),
        ({"reason": ["WRONG_ITEM"]}, 1),
        ({"requestedAt": {"to": "2026-01-01T00:00:00Z"}}, 0),
    ],
)
def test_returns_are_found(api: Api, cups: OrderLine, wanted: dict[str, Any], count: int) -> None:
    asked(api, cups)

    found = api("query ($f: ReturnFilter) { returns(filter: $f) { nodes { number } } }", f=wanted)

    assert len(found["returns"]["nodes"]) == count
