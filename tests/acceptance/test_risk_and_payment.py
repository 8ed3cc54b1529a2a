"""Who may say no: a source of risk assessments, a payment provider, and a marketplace that forbids another address."""

import json
from typing import Any

import pytest
from sqlalchemy import select

from core import clock
from core.flows import inbox
from core.hub import Hub
from core.integrations.models import Integration
from core.jobs.run import run_jobs
from crossdock import RawOrder
from tests.acceptance import bank, boutique, shipping, steps, timeline
from tests.acceptance.sound import everything_adds_up
from tests.api import Api

TOML = """
[integrations.routing]
plugin = "routing"

[integrations.bank]
plugin = "bank"

[integrations.shop]
plugin = "boutique"
"""
GOTHAM = {**shipping.ADDRESS, "city": "Gotham"}
RISKS = "query ($id: ID!) { order(id: $id) { risks { source level score signals { code message weight } } } }"
MOVE = """
mutation ($id: ID!, $to: AddressInput!) {
  orderSetAddress(id: $id, shippingAddress: $to) { userErrors { code message path } } }
"""
PAY = """
mutation ($order: ID!, $input: PaymentInput!, $key: String!) {
  paymentRecord(orderId: $order, input: $input, idempotencyKey: $key) { payment { id } userErrors { code } } }
"""
CAPTURE = """
mutation ($id: ID!, $key: String!) {
  paymentCapture(id: $id, idempotencyKey: $key) {
    payment { state } order { paymentStatus } userErrors { code message retryable } } }
"""
ORDER_ID = 'query ($id: String!) { order(channel: "shop", externalId: $id) { id } }'
HOME = {"name": "Ada", "line1": "1 High Street", "city": "London", "postal_code": "N1 9GU", "country": "GB"}


@pytest.fixture
def plugins_toml() -> str:
    return TOML


@pytest.fixture
def foreign_plugins() -> dict[str, str]:
    return {"bank": bank.__name__, "boutique": boutique.__name__}


@pytest.fixture(autouse=True)
def _cups(api: Api) -> None:
    shipping.depot(api, "LEEDS")
    steps.item(api, "CUP")
    steps.stock(api, "CUP", "LEEDS", 5, "2.00", "GBP")


def open_holds(api: Api, order: str) -> list[str]:
    return [hold["code"] for hold in timeline.shown(api, order)["holds"] if hold["releasedAt"] is None]


def test_an_order_is_held_for_its_risk_and_judged_again_when_it_goes_elsewhere(api: Api, hub: Hub) -> None:
    order = shipping.ordered(api, hub, "CUP", 1, shippingAddress=GOTHAM)

    (risk,) = api(RISKS, id=order)["order"]["risks"]
    assert (risk["source"], risk["level"], float(risk["score"])) == ("bank", "HIGH", 90)
    assert [(signal["code"], signal["message"]) for signal in risk["signals"]] == [("gotham", "It goes to Gotham.")]
    assert open_holds(api, order) == ["risk"]
    assert timeline.shown(api, order)["fulfillmentOrders"] == []

    api.done(MOVE, id=order, to=shipping.ADDRESS)
    run_jobs(hub)

    assert [risk["level"] for risk in api(RISKS, id=order)["order"]["risks"]] == ["LOW"]
    assert open_holds(api, order) == []
    assert len(timeline.shown(api, order)["fulfillmentOrders"]) == 1
    everything_adds_up(hub)


@pytest.mark.parametrize("mood", [None, "silent", "refusing"])
def test_authorised_money_is_taken_once(api: Api, hub: Hub, mood: str | None) -> None:
    line = {"sku": "CUP", "quantity": 1, "unitPrice": "25.00"}
    order = steps.order(api, currency="GBP", lines=[line], paid=False, shippingAddress=shipping.ADDRESS)["id"]
    promised = {"gateway": "bank", "state": "AUTHORIZED", "reference": "a-1"}
    amount = {"amount": "25.00", "currency": "GBP"}
    payment = api.done(PAY, order=order, input={**promised, "amount": amount}, key="p1")["payment"]["id"]
    home = hub.context("bank").home
    if mood is not None:
        bank.in_mood(home, mood)

    first = api(CAPTURE, id=payment, key="c1")["paymentCapture"]

    if mood == "refusing":
        ((code, message),) = [(error["code"], error["message"]) for error in first["userErrors"]]
        assert (code, message) == ("PLUGIN_REJECTED", "The authorisation has expired.")
        assert bank.captures(home) == []
        return
    assert [error["code"] for error in first["userErrors"]] == (["OUTCOME_UNKNOWN"] if mood else [])
    again = api(CAPTURE, id=payment, key="c1")["paymentCapture"]
    assert again == {"payment": {"state": "CAPTURED"}, "order": {"paymentStatus": "PAID"}, "userErrors": []}
    assert [taken["minor"] for taken in bank.captures(home)] == [2500]
    everything_adds_up(hub)


def test_a_marketplace_that_forbids_another_address_is_heard(api: Api, hub: Hub) -> None:
    said: dict[str, Any] = {
        "number": "B-1",
        "placed": clock.now().isoformat(),
        "lines": [{"line": "l1", "sku": "CUP", "quantity": 1}],
        "sent": [],
        "to": HOME,
        "bill": HOME,
    }
    raw = RawOrder(external_id="B-1", payload=json.dumps(said), version=1)
    with hub.transaction() as session:
        inbox.receive(session, session.scalars(select(Integration).where(Integration.key == "shop")).one(), [raw])
    run_jobs(hub)
    order = api(ORDER_ID, id="B-1")["order"]["id"]
    before = timeline.shown(api, order)
    boutique.forbid_moves(hub.context("shop").home, "Seller protection ends when the address changes.")

    elsewhere = {**shipping.ADDRESS, "line1": "3 High Street"}
    (refused,) = api(MOVE, id=order, to=elsewhere)["orderSetAddress"]["userErrors"]

    assert (refused["code"], refused["path"]) == ("PLUGIN_REJECTED", ["shippingAddress"])
    assert "Seller protection ends when the address changes." in refused["message"]
    assert timeline.shown(api, order) == before

    boutique.forbid_moves(hub.context("shop").home, None)
    api.done(MOVE, id=order, to=elsewhere)
    run_jobs(hub)
    assert timeline.shown(api, order)["shippingAddress"]["line1"] == "3 High Street"
    everything_adds_up(hub)
