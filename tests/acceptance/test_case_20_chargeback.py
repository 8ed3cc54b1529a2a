"""Case 20: the shopper's bank takes the whole payment back after a part of it was refunded."""

from decimal import Decimal
from typing import Any

import pytest

from core.config import Config
from core.hub import Hub
from core.jobs.run import run_jobs
from tests.acceptance import steps
from tests.acceptance.market import Market, open_markets, order_of, sells, trades
from tests.acceptance.timeline import ends_well, sentences, shown, told
from tests.api import Api

PAYMENT = """
mutation ($order: ID!, $input: PaymentInput!, $key: String!) {
  paymentRecord(orderId: $order, input: $input, idempotencyKey: $key) {
    payment { id state capturedAmount { amount } refundedAmount { amount } disputedAmount { amount } }
    order { paymentStatus refundable { amount } }
    userErrors { code message path }
  }
}
"""
MONEY = """
query ($id: ID!) {
  order(id: $id) {
    paymentStatus refundable { amount } refundedTotal { amount } paidTotal { amount } onHold
    payments { id reference gateway state }
    lines { nodes { id } }
    journalEntries(first: 100) { nodes { rule description postings { account { code } amount { amount } } } }
  }
}
"""
PICK = """
mutation ($id: ID!, $lines: [PickLineInput!]!, $key: String!) {
  fulfillmentPick(id: $id, lines: $lines, idempotencyKey: $key) { userErrors { code message path } }
}
"""
BANK, RECEIVABLE = "1000", "1100"


@pytest.fixture
def config(config: Config) -> Config:
    config.plugins_file.write_text('[integrations.routing]\nplugin = "routing"\n')
    return config


def four_lamps(api: Api, hub: Hub, *, shipped: bool = True) -> tuple[str, Market]:
    """A market's order for four lamps at 25.00 GBP, paid through it."""
    steps.warehouse(api, "leeds")
    steps.item(api, "LAMP")
    steps.stock(api, "LAMP", "leeds", 4, "4.00", "GBP")
    (market,) = open_markets(hub, "amber")
    trades(api, market, "LAMP")
    number = sells(hub, market, {"LAMP": 4}, pence=2500)
    run_jobs(hub)
    order_id = order_of(api, market, number)
    if shipped:
        steps.shipped(api, order_id, "leeds")
        run_jobs(hub)
    return order_id, market


def said(api: Api, order_id: str, state: str, amount: str, key: str | None = None) -> dict[str, Any]:
    """The bank has news of the order's payment; the payload."""
    (payment,) = api(MONEY, id=order_id)["order"]["payments"]
    news = {
        "gateway": payment["gateway"],
        "reference": payment["reference"],
        "state": state,
        "amount": {"amount": amount, "currency": "GBP"},
    }
    payload: dict[str, Any] = api(PAYMENT, order=order_id, input=news, key=key or steps.key())["paymentRecord"]
    return payload


def balance(api: Api, order_id: str, account: str) -> str:
    """What the order's entries come to on an account; debits are positive."""
    total = sum(
        Decimal(posting["amount"]["amount"])
        for entry in api(MONEY, id=order_id)["order"]["journalEntries"]["nodes"]
        for posting in entry["postings"]
        if posting["account"]["code"] == account
    )
    return f"{total:.2f}"


def test_a_chargeback_after_a_refund_leaves_nothing_to_refund_and_opens_a_case(api: Api, hub: Hub) -> None:
    order_id, _ = four_lamps(api, hub)
    (line,) = api(MONEY, id=order_id)["order"]["lines"]["nodes"]
    refunded = steps.refunded(api, order_id, lines=[{"lineId": line["id"], "quantity": 1}])["refund"]
    assert refunded["amount"]["amount"] == "25.00"
    assert (balance(api, order_id, BANK), balance(api, order_id, RECEIVABLE)) == ("75.00", "0.00")

    payload = said(api, order_id, "DISPUTED", "100.00")

    assert payload["userErrors"] == []
    assert payload["payment"] == {
        "id": payload["payment"]["id"],
        "state": "DISPUTED",
        "capturedAmount": {"amount": "100.00"},
        "refundedAmount": {"amount": "25.00"},
        "disputedAmount": {"amount": "100.00"},
    }
    assert payload["order"] == {"paymentStatus": "DISPUTED", "refundable": {"amount": "0.00"}}
    # 100 came in, 25 went back to the shopper and 100 to the bank; what the shopper owes is in dispute.
    assert (balance(api, order_id, BANK), balance(api, order_id, RECEIVABLE)) == ("-25.00", "100.00")
    order = shown(api, order_id)
    (case,) = order["cases"]
    assert (case["kind"], case["code"], case["state"]) == ("PAYMENT", "refunded_and_charged_back", "OPEN")
    assert case["cost"] == {"amount": "100.00", "currency": "GBP"}
    assert "25.00" in case["message"]
    names = told(order)
    assert names.index("refund.created") < names.index("payment.disputed") < names.index("case.opened")
    assert any("100.00" in sentence and "disputed" in sentence for sentence in sentences(order))

    more = steps.refunded(api, order_id, goodwill="0.01")
    assert [(error["code"], error["path"]) for error in more["userErrors"]] == [("EXCEEDS_REFUNDABLE", ["input"])]
    ends_well(api, hub)


def test_the_same_chargeback_told_again_is_one(api: Api, hub: Hub) -> None:
    order_id, _ = four_lamps(api, hub)
    first = said(api, order_id, "DISPUTED", "100.00", key="bank-1")
    again = said(api, order_id, "DISPUTED", "100.00", key="bank-1")
    assert first == again

    other = said(api, order_id, "DISPUTED", "100.00")

    assert [error["code"] for error in other["userErrors"]] == ["ILLEGAL_STATE"]
    assert [case["code"] for case in shown(api, order_id)["cases"]] == ["chargeback"]
    assert (balance(api, order_id, BANK), balance(api, order_id, RECEIVABLE)) == ("0.00", "100.00")
    assert told(shown(api, order_id)).count("payment.disputed") == 1
    ends_well(api, hub)


def test_a_chargeback_that_is_won_gives_the_rest_back(api: Api, hub: Hub) -> None:
    order_id, _ = four_lamps(api, hub)
    (line,) = api(MONEY, id=order_id)["order"]["lines"]["nodes"]
    steps.refunded(api, order_id, lines=[{"lineId": line["id"], "quantity": 1}])
    said(api, order_id, "DISPUTED", "75.00")
    assert (balance(api, order_id, BANK), balance(api, order_id, RECEIVABLE)) == ("0.00", "75.00")

    won = said(api, order_id, "CAPTURED", "100.00")

    assert (won["payment"]["state"], won["payment"]["disputedAmount"]["amount"]) == ("CAPTURED", "0.00")
    assert won["order"] == {"paymentStatus": "PARTIALLY_REFUNDED", "refundable": {"amount": "75.00"}}
    assert (balance(api, order_id, BANK), balance(api, order_id, RECEIVABLE)) == ("75.00", "0.00")
    rest = steps.refunded(api, order_id, lines=[{"lineId": line["id"], "quantity": 3}])
    assert rest["refund"]["amount"]["amount"] == "75.00"
    assert api(MONEY, id=order_id)["order"]["refundable"]["amount"] == "0.00"
    names = told(shown(api, order_id))
    assert names.index("payment.disputed") < names.index("payment.captured")
    ends_well(api, hub)


def test_what_is_charged_back_before_it_left_waits(api: Api, hub: Hub) -> None:
    order_id, _ = four_lamps(api, hub, shipped=False)
    steps.refunded(api, order_id, goodwill="10.00")
    (work,) = shown(api, order_id)["fulfillmentOrders"]
    assert not shown(api, order_id)["onHold"]

    said(api, order_id, "DISPUTED", "100.00")
    run_jobs(hub)

    order = shown(api, order_id)
    assert [(hold["kind"], hold["code"], hold["releasedAt"]) for hold in order["holds"]] == [
        ("PAYMENT", "charged_back", None)
    ]
    assert order["onHold"]
    (line,) = order["lines"]["nodes"]
    pick = {"id": work["id"], "lines": [{"lineId": line["id"], "quantity": 4}]}
    assert api.refused(PICK, **pick, key=steps.key()) == [("ILLEGAL_STATE", ["id"])]
    assert [name for name in told(order) if name in {"payment.disputed", "order.held"}] == [
        "payment.disputed",
        "order.held",
    ]

    said(api, order_id, "CAPTURED", "100.00")
    run_jobs(hub)
    order = shown(api, order_id)
    assert not order["onHold"]
    assert told(order)[-2:] == ["order.released", "fulfillment.resumed"]
    api.done(PICK, **pick, key=steps.key())
    ends_well(api, hub)
