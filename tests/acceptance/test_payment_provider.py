"""Money and risk by plugins: what a provider took goes back through it, and a judge hears what became of an order."""

from datetime import timedelta

import pytest

from core import clock
from core.hub import Hub
from core.jobs.run import run_jobs
from crossdock import CaptureRequest
from tests.acceptance import bank, shipping, steps
from tests.acceptance.sound import everything_adds_up
from tests.acceptance.test_risk_and_payment import CAPTURE, GOTHAM, PAY
from tests.api import Api

TOML = """
[integrations.routing]
plugin = "routing"

[integrations.bank]
plugin = "bank"
"""
REFUNDS = "query ($id: ID!) { order(id: $id) { refundedTotal { amount } refundable { amount } refunds { state } } }"
CASES = "{ cases { nodes { code message } } }"
LOOK = """mutation { integrationSync(key: "bank", job: "payments") {
  syncRun { state seen updated unchanged rejected } userErrors { code } } }"""
HOLDS = "query ($id: ID!) { order(id: $id) { holds { id } } }"
PAYMENT = "query ($id: ID!) { order(id: $id) { paymentStatus payments { state } } }"
RELEASE = "mutation ($id: ID!) { orderReleaseHold(holdId: $id) { userErrors { code } } }"
CANCEL = """mutation ($id: ID!, $key: String!) {
  orderCancel(id: $id, reason: FRAUD, idempotencyKey: $key) { userErrors { code } } }"""


@pytest.fixture
def plugins_toml() -> str:
    return TOML


@pytest.fixture
def foreign_plugins() -> dict[str, str]:
    return {"bank": bank.__name__}


@pytest.fixture(autouse=True)
def _cups(api: Api) -> None:
    shipping.depot(api, "LEEDS")
    steps.item(api, "CUP")
    steps.stock(api, "CUP", "LEEDS", 5, "2.00", "GBP")


def promised(api: Api, reference: str = "a-1") -> tuple[str, str]:
    """An order whose money the bank has promised, and the payment."""
    line = {"sku": "CUP", "quantity": 1, "unitPrice": "25.00"}
    order = steps.order(api, currency="GBP", lines=[line], paid=False, shippingAddress=shipping.ADDRESS)["id"]
    said = {"gateway": "bank", "state": "AUTHORIZED", "reference": reference}
    money = {**said, "amount": {"amount": "25.00", "currency": "GBP"}}
    return order, api.done(PAY, order=order, input=money, key=reference)["payment"]["id"]


def later(hub: Hub) -> None:
    """Run all that is due, and what is tried again in a while."""
    run_jobs(hub)
    clock.shift(timedelta(minutes=5))
    try:
        run_jobs(hub)
    finally:
        clock.shift(timedelta(minutes=-5))


@pytest.mark.parametrize("mood", [None, "silent", "refusing"])
def test_money_goes_back_once_through_whoever_took_it(api: Api, hub: Hub, mood: str | None) -> None:
    order, payment = promised(api)
    api.done(CAPTURE, id=payment, key="c1")
    home = hub.context("bank").home
    if mood is not None:
        bank.in_mood(home, mood)

    assert steps.refunded(api, order, goodwill="10.00")["refund"]["state"] == "SUBMITTED"
    everything_adds_up(hub)
    later(hub)

    found, cases = api(REFUNDS, id=order)["order"], api(CASES)["cases"]["nodes"]
    if mood == "refusing":
        assert [refund["state"] for refund in found["refunds"]] == ["FAILED"]
        assert (found["refundedTotal"]["amount"], found["refundable"]["amount"]) == ("0.00", "25.00")
        assert [case["code"] for case in cases] == ["refund_not_taken"]
        assert cases[0]["message"].startswith("The shopper's account is closed.")
        assert bank.refunds(home) == []
    else:
        assert [refund["state"] for refund in found["refunds"]] == ["SUCCEEDED"]
        assert (found["refundedTotal"]["amount"], found["refundable"]["amount"]) == ("10.00", "15.00")
        assert [(each["reference"], each["minor"]) for each in bank.refunds(home)] == [("a-1", 1000)]
        assert cases == []
    everything_adds_up(hub)


def test_the_provider_is_asked_how_promised_money_stands(api: Api, hub: Hub) -> None:
    order, _ = promised(api)
    promised(api, "nobody knows it")
    counted = {"state": "PARTIAL", "seen": 2, "updated": 0, "unchanged": 1, "rejected": 1}
    assert api.done(LOOK)["syncRun"] == counted

    wish = CaptureRequest(reference="a-1", amount=bank.AUTHORIZED, order_number="1")
    bank.Till().capture(hub.context("bank", key="by hand"), wish)  # at the bank, by a person
    assert api.done(LOOK)["syncRun"] == {**counted, "updated": 1, "unchanged": 0}

    assert api(PAYMENT, id=order)["order"] == {"paymentStatus": "PAID", "payments": [{"state": "CAPTURED"}]}
    everything_adds_up(hub)


def test_whoever_judged_an_order_hears_what_became_of_it(api: Api, hub: Hub) -> None:
    order = shipping.ordered(api, hub, "CUP", 1, shippingAddress=GOTHAM)
    (hold,) = api(HOLDS, id=order)["order"]["holds"]
    api.done(RELEASE, id=hold["id"])
    api.done(CANCEL, id=order, key="k")
    money = {"gateway": "bank", "state": "DISPUTED", "reference": "a-9"}
    api.done(PAY, order=order, input={**money, "amount": {"amount": "1.00", "currency": "GBP"}}, key="p")
    run_jobs(hub)

    heard = bank.endings(hub.context("bank").home)

    assert {name.rpartition("-")[2] for name in heard} == {"RELEASED", "CANCELLED", "CHARGED_BACK"}
    assert any("The shopper's bank took back 1.00 GBP" in said for said in heard.values())
