"""Case 8: an order in one currency, its fee in another, its payout in a third; and amounts without or with decimals."""

import json
from collections import defaultdict
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import select

from core import clock
from core.flows import inbox
from core.flows.book.roll_up import roll_up
from core.hub import Hub
from core.integrations.models import Integration
from core.jobs.run import run_jobs
from crossdock import RawOrder
from tests.acceptance import boutique, shipping, steps, timeline
from tests.acceptance.sound import ends_well
from tests.api import Api

RATES = """
mutation ($rates: [ExchangeRateInput!]!) {
  exchangeRateSet(rates: $rates) { exchangeRates { base quote rate at } userErrors { code path } }
}
"""
POST = """
mutation ($postings: [PostingInput!]!, $at: DateTime, $key: String!) {
  journalPost(description: "Payout", postings: $postings, effectiveAt: $at, idempotencyKey: $key) {
    userErrors { code path } } }
"""
PAY = """
mutation ($order: ID!, $input: PaymentInput!, $key: String!) {
  paymentRecord(orderId: $order, input: $input, idempotencyKey: $key) { userErrors { code path } } }
"""
PROFIT = """
{ profitReport(groupBy: DAY) { nodes {
    profit { revenue { amount } channelFees { amount } net { amount } exchangeDifference { amount } } } } }
"""
BALANCE = "{ trialBalance { account { code } debit { amount currency } credit { amount currency } } }"
CASES = "{ cases { nodes { code state title message } } }"


@pytest.fixture
def plugins_toml() -> str:
    return '[integrations.routing]\nplugin = "routing"\n\n[integrations.shop]\nplugin = "boutique"\n'


@pytest.fixture
def foreign_plugins() -> dict[str, str]:
    return {"boutique": boutique.__name__}


@pytest.fixture
def now() -> datetime:
    return clock.now()


def rated(api: Api, at: datetime, **rates: str) -> None:
    """One unit of each of these is so many pounds from then on."""
    given = [{"base": base, "quote": "GBP", "rate": rate, "at": at.isoformat()} for base, rate in rates.items()]
    api.done(RATES, rates=given)


def profit(api: Api, hub: Hub) -> dict[str, Decimal]:
    """Summed over all days, in pounds."""
    roll_up(hub)
    sums = defaultdict[str, Decimal](Decimal)
    for node in api(PROFIT)["profitReport"]["nodes"]:
        for part, money in node["profit"].items():
            sums[part] += Decimal(money["amount"])
    return dict(sums)


def balances(api: Api) -> dict[tuple[str, str], Decimal]:
    """By account and currency; debits positive, and in every currency they sum to zero."""
    held = dict[tuple[str, str], Decimal]()
    totals = defaultdict[str, Decimal](Decimal)
    for row in api(BALANCE)["trialBalance"]:
        currency = row["debit"]["currency"]
        amount = Decimal(row["debit"]["amount"]) - Decimal(row["credit"]["amount"])
        totals[currency] += amount
        if amount:
            held[row["account"]["code"], currency] = amount
    assert set(totals.values()) <= {Decimal(0)}
    return held


def posting(account: str, amount: str, currency: str) -> dict[str, Any]:
    return {"account": account, "amount": {"amount": amount, "currency": currency}}


def a_cup(api: Api) -> None:
    shipping.depot(api, "LEEDS")
    steps.item(api, "CUP")
    steps.stock(api, "CUP", "LEEDS", 50, "0.00", "GBP")


def test_a_difference_of_rate_is_gain_or_loss_and_not_margin(api: Api, hub: Hub, now: datetime) -> None:
    a_cup(api)
    sold, paid_out = now - timedelta(days=10), now - timedelta(days=1)
    rated(api, sold - timedelta(days=1), EUR="0.86", USD="0.75")
    rated(api, paid_out - timedelta(hours=1), USD="0.80")
    address = {"name": "Ada", "line1": "1 High Street", "city": "London", "postal_code": "N1 9GU", "country": "GB"}
    said = {
        "number": "B-1",
        "placed": sold.isoformat(),
        "lines": [{"line": "l1", "sku": "CUP", "quantity": 10}],
        "sent": [],
        "fees": [{"fee": "f1", "amount": "10.00", "currency": "EUR"}],
        "to": address,
        "bill": address,
    }
    raw = RawOrder(external_id="B-1", payload=json.dumps(said), version=1)
    with hub.transaction() as session:
        inbox.receive(session, session.scalars(select(Integration).where(Integration.key == "shop")).one(), [raw])
    run_jobs(hub)

    before = profit(api, hub)
    assert before == {
        "revenue": Decimal("100.00"),
        "channelFees": Decimal("8.60"),
        "net": Decimal("91.40"),
        "exchangeDifference": Decimal(0),
    }
    assert balances(api)["5200", "EUR"] == 10

    # The bank pays out 121.87 USD for 100.00 GBP less 10.00 EUR; they are worth 97.50 GBP on that day.
    legs = [
        posting("1000", "-100.00", "GBP"),
        posting("1900", "100.00", "GBP"),
        posting("2450", "10.00", "EUR"),
        posting("1900", "-10.00", "EUR"),
        posting("1000", "121.87", "USD"),
        posting("1900", "-121.87", "USD"),
    ]
    api.done(POST, postings=legs, at=paid_out.isoformat(), key="payout")

    after = profit(api, hub)
    assert after == {**before, "exchangeDifference": Decimal("6.10")}
    assert profit(api, hub) == after
    held = balances(api)
    assert (held["1000", "USD"], held.get(("1000", "GBP")), held.get(("2450", "EUR"))) == (
        Decimal("121.87"),
        None,
        None,
    )
    ends_well(api, hub)


def test_what_is_paid_at_another_rate_than_it_was_sold_at_leaves_nothing_owed(
    api: Api, hub: Hub, now: datetime
) -> None:
    a_cup(api)
    rated(api, now - timedelta(days=9), EUR="0.80")
    rated(api, now - timedelta(days=2), EUR="0.84")
    placed = (now - timedelta(days=8)).isoformat()
    line = {"sku": "CUP", "quantity": 10, "unitPrice": "10.00"}
    order = steps.order(api, currency="EUR", paid=False, placedAt=placed, lines=[line])["id"]
    assert profit(api, hub)["exchangeDifference"] == 0

    gained = []
    for part, amount in enumerate(("30.00", "70.00")):
        money = {"amount": amount, "currency": "EUR"}
        paid = {"gateway": "bank", "state": "CAPTURED", "reference": f"p{part}", "amount": money}
        api.done(PAY, order=order, input={**paid, "at": (now - timedelta(days=1)).isoformat()}, key=steps.key())
        gained.append(profit(api, hub)["exchangeDifference"])

    assert gained == [Decimal("1.20"), Decimal("4.00")]
    assert profit(api, hub)["net"] == Decimal("80.00")
    assert balances(api) == {("1000", "EUR"): 100, ("4000", "EUR"): -100}
    (entry, _) = api('{ journalEntries(filter: {rule: ["exchange"]}) { nodes { order { id } description } } }')[
        "journalEntries"
    ]["nodes"]
    assert entry == {"order": {"id": order}, "description": "Difference of exchange rates"}
    ends_well(api, hub)


def test_a_currency_without_a_rate_is_asked_for_once_and_valued_when_it_is_given(
    api: Api, hub: Hub, now: datetime
) -> None:
    a_cup(api)
    line = {"sku": "CUP", "quantity": 3, "unitPrice": "1000"}
    orders = [steps.order(api, currency="JPY", lines=[line])["id"] for _ in range(2)]
    run_jobs(hub)

    assert profit(api, hub)["revenue"] == 0
    roll_up(hub)
    (case,) = api(CASES)["cases"]["nodes"]
    assert (case["code"], case["state"], case["title"]) == (
        "exchange_rate_missing",
        "OPEN",
        "No exchange rate from JPY to GBP",
    )
    assert "exchangeRateSet" in case["message"]
    assert balances(api)["4000", "JPY"] == -6000
    assert [timeline.shown(api, order)["paymentStatus"] for order in orders] == ["PAID", "PAID"]

    rated(api, now - timedelta(days=1), JPY="0.005")
    assert profit(api, hub)["revenue"] == 30
    assert [case["state"] for case in api(CASES)["cases"]["nodes"]] == ["RESOLVED"]
    ends_well(api, hub)


@pytest.mark.parametrize(
    ("currency", "price", "rate", "parts", "worth"),
    [
        ("JPY", "1000", "0.005", ["333", "333", "334"], "5.00"),
        ("KWD", "1.001", "2.5", ["0.333", "0.334", "0.334"], "2.50"),
    ],
)
def test_amounts_without_and_with_three_decimals_add_up(
    api: Api, hub: Hub, now: datetime, currency: str, price: str, rate: str, parts: list[str], worth: str
) -> None:
    a_cup(api)
    rated(api, now - timedelta(days=9), **{currency: rate})
    line = {"sku": "CUP", "quantity": 1, "unitPrice": price}
    order = steps.order(api, currency=currency, lines=[line])["id"]
    assert timeline.shown(api, order)["total"]["amount"] == price
    assert profit(api, hub)["revenue"] == Decimal(worth)

    for part in parts:
        refund = steps.refunded(api, order, goodwill=part)
        assert refund["userErrors"] == []
        assert refund["refund"]["amount"] == {"amount": part, "currency": currency}
    over = steps.refunded(api, order, goodwill=parts[0])
    assert [error["code"] for error in over["userErrors"]] == ["EXCEEDS_REFUNDABLE"]
    assert abs(profit(api, hub)["net"]) <= Decimal("0.01")  # each entry is worth whole pennies
    assert set(balances(api)) == {("4000", currency), ("4200", currency)}
    ends_well(api, hub)


def test_rates_that_make_no_sense_are_refused(api: Api) -> None:
    good = {"base": "EUR", "quote": "GBP", "rate": "0.86"}
    for bad, path in (
        ({"base": "XXY"}, "base"),
        ({"quote": "EUR"}, "quote"),
        ({"rate": "0"}, "rate"),
        ({"rate": "-1"}, "rate"),
        ({"rate": "0.8600000001"}, "rate"),
        ({"rate": "1000000000"}, "rate"),
    ):
        assert api.refused(RATES, rates=[good, {**good, **bad}]) == [("INVALID", ["rates", "1", path])]
    assert api.refused(RATES, rates=[]) == [("INVALID", ["rates"])]
    assert api("{ exchangeRates { base } }")["exchangeRates"] == []

    at = "2026-01-01T00:00:00+00:00"
    for rate in ("0.86", "0.87"):
        told = api.done(RATES, rates=[{**good, "rate": rate, "at": at}])["exchangeRates"]
        assert told == [{"base": "EUR", "quote": "GBP", "rate": rate, "at": told[0]["at"]}]
    assert [each["rate"][:4] for each in api("{ exchangeRates { rate } }")["exchangeRates"]] == ["0.87"]
