"""Case 21: what came back is exchanged for something else that costs more, or less; no penny is paid or given twice."""

from decimal import Decimal
from typing import Any

import pytest

from core.config import Config
from core.hub import Hub
from core.jobs.run import run_jobs
from tests.acceptance import steps
from tests.acceptance.market import ADDRESS
from tests.acceptance.timeline import ends_well, sentences, shown, told, units
from tests.api import Api

ASK = """
mutation ($order: ID!, $lines: [ReturnLineInput!]!, $exchange: [OrderLineInput!], $key: String!) {
  returnRequest(orderId: $order, lines: $lines, exchange: $exchange, idempotencyKey: $key) {
    return { id state lines { id } } userErrors { code message path }
  }
}
"""
CLOSE = """
mutation ($id: ID!, $key: String!) {
  returnClose(id: $id, resolution: EXCHANGE, idempotencyKey: $key) {
    return { id state refunds { amount { amount } } exchangeOrder { id } } userErrors { code message path }
  }
}
"""
PAY = """
mutation ($order: ID!, $input: PaymentInput!, $key: String!) {
  paymentRecord(orderId: $order, input: $input, idempotencyKey: $key) {
    payment { id } order { paymentStatus } userErrors { code message path }
  }
}
"""
MONEY = """
query ($id: ID!) {
  order(id: $id) {
    total { amount } paidTotal { amount } refundedTotal { amount } refundable { amount } paymentStatus
    payments { gateway state capturedAmount { amount } }
  }
}
"""
BALANCES = "{ trialBalance { account { code } debit { amount } credit { amount } } }"
STOCK = "{ stockLevels(first: 50) { nodes { item { sku } onHand reserved } } }"
BANK, RECEIVABLE, INVENTORY, COGS = "1000", "1100", "1200", "5000"


@pytest.fixture
def config(config: Config) -> Config:
    config.plugins_file.write_text('[integrations.routing]\nplugin = "routing"\n')
    return config


def a_lamp_that_came_back(api: Api, hub: Hub, **instead: Any) -> tuple[str, str]:
    """A lamp sold at 25.00 that is here again, to be exchanged; the order and the return. Vases and lamps are there."""
    steps.warehouse(api, "leeds")
    for sku, cost in (("LAMP", "8.00"), ("VASE", "10.00")):
        steps.item(api, sku)
        steps.stock(api, sku, "leeds", 3, cost, "GBP")
    line = {"sku": "LAMP", "quantity": 1, "unitPrice": "25.00"}
    made = steps.order(api, currency="GBP", lines=[line], email="ada@example.com", shippingAddress=ADDRESS)
    run_jobs(hub)
    steps.shipped(api, made["id"], "leeds")
    wanted = [{"lineId": made["lines"]["nodes"][0]["id"], "quantity": 1, "reason": "CHANGED_MIND"}]
    asked = api.done(ASK, order=made["id"], lines=wanted, exchange=[instead], key=steps.key())["return"]
    steps.received(api, asked["id"], {asked["lines"][0]["id"]: 1})
    run_jobs(hub)
    return made["id"], asked["id"]


def exchanged(api: Api, hub: Hub, return_id: str) -> str:
    """The order that it was exchanged for. Asking twice is harmless."""
    keys = (key := steps.key(), key, steps.key())
    made = {api.done(CLOSE, id=return_id, key=each)["return"]["exchangeOrder"]["id"] for each in keys}
    run_jobs(hub)
    (order_id,) = made
    return str(order_id)


def money(api: Api, order_id: str) -> tuple[str, str, str, str]:
    """What an order comes to, what was paid, what went back, and how that stands."""
    found = api(MONEY, id=order_id)["order"]
    amounts = (found[name]["amount"] for name in ("total", "paidTotal", "refundedTotal"))
    return (*amounts, found["paymentStatus"])


def books(api: Api) -> dict[str, Decimal]:
    """What stands on the accounts that matter; debits are positive."""
    rows = {
        row["account"]["code"]: Decimal(row["debit"]["amount"]) - Decimal(row["credit"]["amount"])
        for row in api(BALANCES)["trialBalance"]
    }
    return {code: rows.get(code, Decimal(0)) for code in (BANK, RECEIVABLE, INVENTORY, COGS)}


def levels(api: Api) -> dict[str, tuple[int, int]]:
    return {row["item"]["sku"]: (row["onHand"], row["reserved"]) for row in api(STOCK)["stockLevels"]["nodes"]}


def test_the_shopper_pays_the_difference_of_a_dearer_one_before_it_leaves(api: Api, hub: Hub) -> None:
    old, return_id = a_lamp_that_came_back(api, hub, sku="VASE", quantity=1, unitPrice="32.50")

    new = exchanged(api, hub, return_id)

    assert money(api, old) == ("25.00", "25.00", "25.00", "REFUNDED")
    assert money(api, new) == ("32.50", "25.00", "0.00", "PARTIALLY_PAID")
    order = shown(api, new)
    assert [(hold["kind"], hold["code"], hold["releasedAt"]) for hold in order["holds"]] == [
        ("PAYMENT", "unpaid", None)
    ]
    assert "7.50" in order["holds"][0]["message"]
    assert units(order) == [("VASE", 1, 0, 0, 0, 0)]
    assert levels(api) == {"LAMP": (3, 0), "VASE": (3, 0)}
    assert books(api) == {BANK: 25, RECEIVABLE: Decimal("7.50"), INVENTORY: 54, COGS: 0}
    assert "return.exchanged" in told(shown(api, old))
    assert any("32.50" in sentence for sentence in sentences(shown(api, old)))

    rest = {
        "gateway": "card",
        "reference": "ch_2",
        "state": "CAPTURED",
        "amount": {"amount": "7.50", "currency": "GBP"},
    }
    assert api.done(PAY, order=new, input=rest, key=steps.key())["order"]["paymentStatus"] == "PAID"
    run_jobs(hub)
    assert levels(api) == {"LAMP": (3, 0), "VASE": (3, 1)}
    steps.shipped(api, new, "leeds")
    assert levels(api) == {"LAMP": (3, 0), "VASE": (2, 0)}
    assert books(api) == {BANK: Decimal("32.50"), RECEIVABLE: 0, INVENTORY: 44, COGS: 10}
    ends_well(api, hub)


def test_what_a_cheaper_one_leaves_over_goes_back(api: Api, hub: Hub) -> None:
    old, return_id = a_lamp_that_came_back(api, hub, sku="VASE", quantity=2, unitPrice="9.00")

    new = exchanged(api, hub, return_id)

    assert money(api, old) == ("25.00", "25.00", "25.00", "REFUNDED")
    assert money(api, new) == ("18.00", "18.00", "0.00", "PAID")
    assert books(api) == {BANK: 18, RECEIVABLE: 0, INVENTORY: 54, COGS: 0}
    assert units(shown(api, new)) == [("VASE", 0, 0, 2, 0, 0)]
    assert api(MONEY, id=old)["order"]["refundable"]["amount"] == "0.00"
    ends_well(api, hub)


def test_what_was_refunded_before_pays_for_nothing(api: Api, hub: Hub) -> None:
    old, return_id = a_lamp_that_came_back(api, hub, sku="LAMP", quantity=1)
    (line,) = shown(api, old)["lines"]["nodes"]
    given = steps.refunded(api, old, returnId=return_id, lines=[{"lineId": line["id"], "quantity": 1}])
    assert given["userErrors"] == []

    new = exchanged(api, hub, return_id)

    assert money(api, new) == ("25.00", "0.00", "0.00", "UNPAID")
    assert [hold["code"] for hold in shown(api, new)["holds"]] == ["unpaid"]
    assert books(api)[BANK] == 0
    ends_well(api, hub)
