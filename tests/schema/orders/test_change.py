"""Holding, annotating, paying and cancelling orders, and what each says of itself."""

from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.orm import Session

from core.access import keys
from core.config import Config
from core.hub import Hub
from core.jobs.run import run_jobs
from tests.api import Api
from tests.builders import a_level, a_location, an_item
from tests.schema.orders.documents import CREATE, an_order

READ = """
query ($id: ID!) {
  order(id: $id) {
    status paymentStatus onHold priority tags note metadata cancelReason version
    summary { headline nextStep attention }
    holds { id kind message releasedAt }
    payments { id state capturedAmount { amount } }
    refunds { amount { amount } shipping { amount } payments { state amount { amount } } }
    refundedTotal { amount } balanceDue { amount }
    lines { nodes { id metadata quantity open backordered allocated shipped cancelled } }
    availableActions { action allowed reason }
  }
}
"""
HOLD = "mutation ($id: ID!, $message: String!) { orderHold(id: $id, message: $message) { userErrors { code path } } }"
RELEASE = "mutation ($id: ID!) { orderReleaseHold(holdId: $id) { order { onHold } userErrors { code path } } }"
TAG = """mutation ($id: ID!, $add: [String!], $remove: [String!]) {
  orderTag(id: $id, add: $add, remove: $remove) { order { tags } userErrors { code path } } }"""
META = """mutation ($id: ID!, $values: JSON!) {
  metadataSet(id: $id, values: $values) { node { id } userErrors { code path } } }"""
PAY = """mutation ($id: ID!, $input: PaymentInput!, $key: String!) {
  paymentRecord(orderId: $id, input: $input, idempotencyKey: $key) {
    payment { id state amount { amount } } order { paymentStatus } userErrors { code path } } }"""
CAPTURE = """mutation ($id: ID!, $amount: Decimal, $key: String!) {
  paymentCapture(id: $id, amount: $amount, idempotencyKey: $key) {
    payment { state capturedAmount { amount } } order { paymentStatus } userErrors { code path } } }"""
CANCEL = """mutation ($id: ID!, $lines: [LineQuantity!], $refund: Boolean, $key: String!) {
  orderCancel(id: $id, lines: $lines, reason: CUSTOMER, refund: $refund, idempotencyKey: $key) {
    order { status } userErrors { code path } } }"""
EDIT = """mutation ($id: ID!, $quantities: [LineQuantity!], $add: [OrderLineInput!], $version: Int!, $key: String!) {
  orderEdit(id: $id, quantities: $quantities, add: $add, expectedVersion: $version, idempotencyKey: $key) {
    order { version total { amount } lines { nodes { sku name quantity cancelled } } } userErrors { code path } } }"""
REPLACE = """mutation ($id: ID!, $lines: [LineQuantity!]!, $key: String!) {
  orderReplace(id: $id, lines: $lines, reason: "Broken", idempotencyKey: $key) {
    order { id original { id } total { amount } } userErrors { code path } } }"""
ADDRESS = """mutation ($id: ID!, $to: AddressInput!, $version: Int) {
  orderSetAddress(id: $id, shippingAddress: $to, expectedVersion: $version) {
    order { shippingAddress { city country } version } userErrors { code path } } }"""


@pytest.fixture
def config(config: Config) -> Config:
    """With the bundled routing strategies."""
    config.plugins_file.write_text('[integrations.routing]\nplugin = "routing"\n')
    return config


@pytest.fixture
def order(api: Api, session: Session) -> str:
    """Two pots of tea, paid, of which Leeds has five."""
    location = a_location(session, "LEEDS", timezone="Europe/London")
    a_level(session, an_item(session, "TEA-1", name="Green tea"), location, 5, unit_cost_minor=100, cost_currency="GBP")
    session.commit()
    made: str = api.done(CREATE, input=an_order(), key="made")["order"]["id"]
    return made


def actions_of(api: Api, order: str) -> dict[str, str | None]:
    return {one["action"]: one["reason"] for one in api(READ, id=order)["order"]["availableActions"]}


def test_a_hold_stops_an_order_and_its_release_lets_it_go_on(api: Api, hub: Hub, order: str) -> None:
    api.done(HOLD, id=order, message="Ask about the colour")
    run_jobs(hub)

    held = api(READ, id=order)["order"]
    assert (held["status"], held["onHold"]) == ("PENDING", True)
    assert held["summary"]["headline"].endswith("is being looked at before it goes on.")
    assert held["summary"]["attention"] == ["On hold: Ask about the colour. Release the hold when it may go on."]
    assert actions_of(api, order)["orderRoute"] == "The order is on hold; release it first."

    assert api.done(RELEASE, id=held["holds"][0]["id"])["order"] == {"onHold": False}
    assert api.refused(RELEASE, id="hld_999") == [("NOT_FOUND", ["holdId"])]


def test_tags_notes_priority_and_metadata_are_kept(api: Api, order: str) -> None:
    assert api.done(TAG, id=order, add=["gift", " vip "])["order"]["tags"] == ["gift", "vip"]
    assert api.done(TAG, id=order, add=["gift"], remove=["vip", "never"])["order"]["tags"] == ["gift"]
    assert api.refused(TAG, id=order, add=[""]) == [("INVALID", ["add", "0"])]
    api.done('mutation ($id: ID!) { orderNote(id: $id, note: "Ring twice") { userErrors { code } } }', id=order)
    api.done("mutation ($id: ID!) { orderSetPriority(id: $id, priority: 7) { userErrors { code } } }", id=order)
    line = api(READ, id=order)["order"]["lines"]["nodes"][0]["id"]
    for thing in (order, line):
        api.done(META, id=thing, values={"erp": {"number": 7}, "gone": 1})
        assert api.done(META, id=thing, values={"gone": None})["node"] == {"id": thing}
    assert api.refused(META, id="ship_1", values={}) == [("NOT_FOUND", ["id"])]
    assert api.refused(META, id=order, values=[1]) == [("INVALID", ["values"])]

    found = api(READ, id=order)["order"]
    assert (found["tags"], found["note"], found["priority"]) == (["gift"], "Ring twice", 7)
    assert found["metadata"] == found["lines"]["nodes"][0]["metadata"] == {"erp": {"number": 7}}


def test_a_payment_is_authorised_then_captured(api: Api, session: Session) -> None:
    an_item(session, "TEA-1")
    session.commit()
    order = api.done(CREATE, input=an_order(paid=False), key="made")["order"]["id"]
    said: dict[str, Any] = {
        "gateway": "card",
        "reference": "pi_1",
        "state": "AUTHORIZED",
        "amount": {"amount": "28.99", "currency": "GBP"},
    }

    authorized = api.done(PAY, id=order, input=said, key="p1")
    assert authorized["order"] == {"paymentStatus": "AUTHORIZED"}
    assert api.done(PAY, id=order, input=said, key="p1")["payment"] == authorized["payment"]
    assert actions_of(api, order)["paymentCapture"] is None
    captured = api.done(CAPTURE, id=authorized["payment"]["id"], amount="28.99", key="c1")

    assert captured == {
        "payment": {"state": "CAPTURED", "capturedAmount": {"amount": "28.99"}},
        "order": {"paymentStatus": "PAID"},
        "userErrors": [],
    }
    euros = {**said, "amount": {"amount": "1", "currency": "EUR"}}
    assert api.refused(PAY, id=order, input=euros, key="p2") == [("INVALID", ["input", "amount", "currency"])]


def test_what_is_cancelled_is_refunded_to_the_cent(api: Api, order: str) -> None:
    line = api(READ, id=order)["order"]["lines"]["nodes"][0]["id"]

    assert (
        api.done(CANCEL, id=order, lines=[{"lineId": line, "quantity": 1}], key="c1")["order"]["status"] != "CANCELLED"
    )
    assert api.refused(CANCEL, id=order, lines=[{"lineId": line, "quantity": 2}], key="c2")[0][0] == "ILLEGAL_STATE"
    assert api.done(CANCEL, id=order, lines=None, key="c3")["order"]["status"] == "CANCELLED"

    found = api(READ, id=order)["order"]
    assert [refund["amount"]["amount"] for refund in found["refunds"]] == ["12.50", "16.49"]
    assert (found["refundedTotal"], found["balanceDue"]) == ({"amount": "28.99"}, {"amount": "0.00"})
    assert found["cancelReason"] == "CUSTOMER"
    assert found["summary"]["headline"].endswith("28.99 GBP was refunded.")
    assert actions_of(api, order)["orderCancel"] == "The order is cancelled already."


def test_a_routed_order_says_where_it_is_prepared(api: Api, hub: Hub, order: str) -> None:
    run_jobs(hub)

    found = api(READ, id=order)["order"]
    assert found["lines"]["nodes"][0]["allocated"] == 2
    assert found["summary"]["headline"].endswith("is being prepared at Leeds.")


def test_a_key_that_may_only_read_is_told_so(api: Api, hub: Hub, order: str) -> None:
    with hub.transaction() as session:
        _, secret = keys.create(session, "reader", ["orders:read"])
    reader = api.holding(secret)

    assert set(actions_of(reader, order).values()) == {
        "This key lacks the scope orders:write.",
        "This key lacks the scope fulfillment:write.",
        "This key lacks the scope returns:write.",
        "This key lacks the scope refunds:write.",
    }
    assert reader.body(TAG, id=order, add=["x"])["errors"][0]["extensions"]["code"] == "FORBIDDEN"
    assert "FORBIDDEN" in str(
        reader.body("query ($id: ID!) { order(id: $id) { profit { net { amount } } } }", id=order)
    )


def test_an_edit_needs_the_version_that_was_read(api: Api, order: str) -> None:
    before = api(READ, id=order)["order"]
    change: dict[str, Any] = {
        "id": order,
        "quantities": [{"lineId": before["lines"]["nodes"][0]["id"], "quantity": 1}],
        "add": [{"sku": "TEA-1", "quantity": 1, "unitPrice": "2.00"}],
    }

    assert api.refused(EDIT, **change, version=before["version"] + 1, key="e0") == [
        ("VERSION_CONFLICT", ["expectedVersion"])
    ]
    edited = api.done(EDIT, **change, version=before["version"], key="e1")["order"]

    assert [line["quantity"] - line["cancelled"] for line in edited["lines"]["nodes"]] == [1, 1]
    assert edited["version"] > before["version"]


def test_what_an_edit_adds_is_wanted_so_that_channels_hear_of_it(
    api: Api, hub: Hub, session: Session, order: str
) -> None:
    """The order is held, so that nothing is reserved which would tell them."""
    cup = an_item(session, "CUP")
    session.commit()
    api.done(HOLD, id=order, message="Ask about the colour")
    run_jobs(hub)
    before = api(READ, id=order)["order"]

    def changed() -> set[int]:
        session.commit()
        jobs = session.scalars(text("select arguments from jobs where name = 'stock.changed' order by id"))
        return {item for arguments in jobs for item in arguments["item_ids"]}

    assert changed() == set()
    added = {"add": [{"sku": "CUP", "quantity": 1, "unitPrice": "2.00"}]}
    version = api.done(EDIT, id=order, version=before["version"], key="e1", **added)["order"]["version"]
    assert changed() == {cup.id}

    more = {"quantities": [{"lineId": before["lines"]["nodes"][0]["id"], "quantity": 3}]}
    api.done(EDIT, id=order, version=version, key="e2", **more)
    assert len(changed()) == 2


def test_a_replacement_is_a_new_order_free_of_charge(api: Api, order: str) -> None:
    line = api(READ, id=order)["order"]["lines"]["nodes"][0]["id"]

    made = api.done(REPLACE, id=order, lines=[{"lineId": line, "quantity": 1}], key="r1")["order"]

    assert made == {"id": made["id"], "original": {"id": order}, "total": {"amount": "0.00"}}
    assert made["id"] != order


def test_an_order_is_sent_elsewhere(api: Api, order: str) -> None:
    to = {"line1": "Main Street 5", "city": "Leeds", "postalCode": "LS1 1AA", "country": "GB"}

    moved = api.done(ADDRESS, id=order, to=to)["order"]

    assert moved["shippingAddress"] == {"city": "Leeds", "country": "GB"}
    assert api.refused(ADDRESS, id=order, to=to, version=1) == [("VERSION_CONFLICT", ["expectedVersion"])]
