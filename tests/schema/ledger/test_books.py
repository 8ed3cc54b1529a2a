"""The books through the API: posted, reversed, closed and balanced."""

from collections import Counter
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.orm import Session

from tests.api import Api
from tests.builders import a_channel, an_item

POST = """
mutation ($postings: [PostingInput!]!, $key: String!, $at: DateTime, $description: String = "Adverts") {
  journalPost(description: $description, postings: $postings, effectiveAt: $at, idempotencyKey: $key) {
    journalEntry { id number rule description effectiveAt reversedBy { id }
      postings { account { code } amount { amount currency } item { sku } channel { key } } }
    userErrors { code path } } }"""
REVERSE = """
mutation ($id: ID!, $key: String!) {
  journalReverse(id: $id, reason: "Wrong month", idempotencyKey: $key) {
    journalEntry { id reverses { id } postings { amount { amount } } } userErrors { code path } } }"""
CLOSE = "mutation ($d: Date!) { ledgerClose(through: $d) { settings { closedThrough } userErrors { code path } } }"
FIND = "query ($filter: JournalEntryFilter) { journalEntries(filter: $filter) { nodes { description } } }"
BALANCE = "{ trialBalance { account { code } debit { amount currency } credit { amount currency } } }"


def posting(account: str, amount: str, currency: str = "GBP", **fields: Any) -> dict[str, Any]:
    return {"account": account, "amount": {"amount": amount, "currency": currency}, **fields}


ADVERTS = [posting("5900", "30.00"), posting("1000", "-30.00")]


def test_an_entry_is_posted_once_and_reversed_once(api: Api, session: Session) -> None:
    an_item(session, "TEA-1")
    a_channel(session, "shop")
    session.commit()
    lines = [posting("5900", "30.00", sku="TEA-1", channel="shop"), posting("1000", "-30.00")]

    entry = api.done(POST, postings=lines, key="k1")["journalEntry"]

    assert (entry["rule"], entry["number"]) == ("manual", entry["id"].replace("jrn_", "J-"))
    assert entry["postings"] == [
        {
            "account": {"code": "5900"},
            "amount": {"amount": "30.00", "currency": "GBP"},
            "item": {"sku": "TEA-1"},
            "channel": {"key": "shop"},
        },
        {
            "account": {"code": "1000"},
            "amount": {"amount": "-30.00", "currency": "GBP"},
            "item": None,
            "channel": None,
        },
    ]
    assert api.done(POST, postings=lines, key="k1")["journalEntry"]["id"] == entry["id"]
    assert api.refused(POST, postings=ADVERTS, key="k1") == [("IDEMPOTENCY_CONFLICT", ["idempotencyKey"])]

    reversal = api.done(REVERSE, id=entry["id"], key="k2")["journalEntry"]
    assert reversal["reverses"] == {"id": entry["id"]}
    assert [line["amount"]["amount"] for line in reversal["postings"]] == ["-30.00", "30.00"]
    assert api.done(REVERSE, id=entry["id"], key="k3")["journalEntry"]["id"] == reversal["id"]
    assert api.refused(REVERSE, id=reversal["id"], key="k4") == [("ILLEGAL_STATE", ["id"])]
    assert api.refused(REVERSE, id="jrn_99", key="k5") == [("NOT_FOUND", ["id"])]


@pytest.mark.parametrize(
    ("postings", "code", "path"),
    [
        ([posting("5900", "1"), posting("1000", "-2")], "INVALID", ["postings"]),
        ([posting("5900", "1"), posting("1000", "-1", "EUR")], "INVALID", ["postings"]),
        ([posting("5900", "1.005"), posting("1000", "-1")], "INVALID", ["postings", "0", "amount", "amount"]),
        ([posting("5900", "1", "XXX"), posting("1000", "-1")], "INVALID", ["postings", "0", "amount", "amount"]),
        ([posting("5900", "99999999999999"), posting("1000", "-1")], "INVALID", ["postings", "0", "amount", "amount"]),
        ([posting("5900", "1"), posting("0000", "-1")], "NOT_FOUND", ["postings", "1", "account"]),
        ([posting("5900", "1", sku="NOPE"), posting("1000", "-1")], "NOT_FOUND", ["postings", "0", "sku"]),
        ([posting("5900", "1", channel="nope"), posting("1000", "-1")], "NOT_FOUND", ["postings", "0", "channel"]),
        ([posting("5900", "0"), posting("1000", "0")], "INVALID", ["postings"]),
        ([], "INVALID", ["postings"]),
    ],
)
def test_an_entry_that_makes_no_sense_is_refused(
    api: Api, postings: list[dict[str, Any]], code: str, path: list[str]
) -> None:
    assert api.refused(POST, postings=postings, key="k1") == [(code, path)]


def test_nothing_is_booked_into_a_closed_period(api: Api) -> None:
    assert api.done(CLOSE, d="2026-01-31")["settings"] == {"closedThrough": "2026-01-31"}

    assert [code for code, _ in api.refused(POST, postings=ADVERTS, key="k1", at="2026-01-15T00:00:00Z")] == [
        "PERIOD_CLOSED"
    ]
    api.done(POST, postings=ADVERTS, key="k2", at="2026-02-01T00:00:00Z")
    assert api.refused(CLOSE, d="2025-12-31") == [("INVALID", ["through"])]
    assert api.refused(CLOSE, d="2999-12-31") == [("INVALID", ["through"])]


def test_both_sides_of_the_trial_balance_are_the_same(api: Api) -> None:
    api.done(POST, postings=ADVERTS, key="k1", at="2026-02-01T00:00:00Z")
    api.done(POST, postings=[posting("5900", "1200", "JPY"), posting("1000", "-1200", "JPY")], key="k2")
    early = BALANCE.replace("trialBalance", 'trialBalance(at: "2026-01-31T00:00:00Z")')

    rows = api(BALANCE)["trialBalance"]

    sums: dict[str, Counter[str]] = {"debit": Counter(), "credit": Counter()}
    for row in rows:
        for side, total in sums.items():
            total[row[side]["currency"]] += Decimal(row[side]["amount"])  # type: ignore[assignment]
    assert sums["debit"] == sums["credit"] == {"GBP": Decimal(30), "JPY": Decimal(1200)}
    assert api(early)["trialBalance"] == []
    accounts = api("{ ledgerAccounts { code kind balances { amount currency } } }")["ledgerAccounts"]
    assert [account for account in accounts if account["code"] == "5900"] == [
        {
            "code": "5900",
            "kind": "EXPENSE",
            "balances": [{"amount": "30.00", "currency": "GBP"}, {"amount": "1200", "currency": "JPY"}],
        }
    ]


def test_each_filter_finds_its_entries(api: Api) -> None:
    api.done(POST, postings=ADVERTS, key="k1", at="2026-02-01T00:00:00Z", description="One")
    api.done(POST, postings=[posting("5300", "1"), posting("1000", "-1")], key="k2", description="Two")

    for wanted, found in (
        ({}, ["Two", "One"]),
        ({"account": ["5300"]}, ["Two"]),
        ({"orderId": "ord_1"}, []),
        ({"source": "ship_1"}, []),
        ({"rule": ["manual"]}, ["Two", "One"]),
        ({"rule": ["sale"]}, []),
        ({"effectiveAt": {"to": "2026-03-01T00:00:00Z"}}, ["One"]),
    ):
        assert [one["description"] for one in api(FIND, filter=wanted)["journalEntries"]["nodes"]] == found
    assert api.body(FIND, filter={"orderId": "itm_1"})["errors"][0]["extensions"]["code"] == "NOT_FOUND"


def test_the_rate_in_force_is_the_latest_by_then(api: Api, session: Session) -> None:
    session.execute(
        text("""insert into exchange_rates (base, quote, rate, at) values
            ('EUR', 'GBP', 0.80, '2026-01-01Z'), ('EUR', 'GBP', 0.85, '2026-02-01Z'),
            ('USD', 'GBP', 0.75, '2026-01-01Z')""")
    )
    session.commit()

    def rates(arguments: str) -> list[tuple[str, Decimal]]:
        found = api(f"{{ exchangeRates{arguments} {{ base quote rate at }} }}")["exchangeRates"]
        return [(one["base"], Decimal(one["rate"])) for one in found]

    assert rates("") == [("EUR", Decimal("0.85")), ("USD", Decimal("0.75"))]
    assert rates('(base: "EUR", at: "2026-01-15T00:00:00Z")') == [("EUR", Decimal("0.80"))]
    assert rates('(quote: "JPY")') == []
