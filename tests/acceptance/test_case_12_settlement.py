"""Case 12: a settlement file with everything that such files have in them, told twice."""

from typing import Any

import pytest

from core.flows import settle
from core.hub import Hub
from core.jobs.run import run_jobs
from crossdock import LineKind, Settlement
from tests.acceptance import payouts, steps
from tests.acceptance.payouts import NOON, Bank, money, row
from tests.acceptance.timeline import ends_well
from tests.api import Api
from tests.schema.access.holders import holder

SYNC = """
mutation { integrationSync(key: "amber", job: "settlements") { syncRun { state } userErrors { code message } } }
"""
READ = """
query ($state: [SettlementLineState!]) { settlements { totalCount nodes {
  externalId state channel { key } payout { amount currency } matched { amount } unmatched { amount } paidAt
  lines(state: $state) { nodes { id kind externalId state amount { amount } postedAt order { externalId } reason
    expected { amount } variance { amount } } } } } }
"""
MATCH = """
mutation ($id: ID!, $order: ID, $account: String, $note: String, $key: String!) {
  settlementLineMatch(id: $id, orderId: $order, account: $account, note: $note, idempotencyKey: $key) {
    settlementLine { id state reason order { externalId } } userErrors { code path } } }
"""
BALANCE = "{ trialBalance { account { code } debit { amount } credit { amount } } }"
CASES = "{ cases { nodes { code message cost { amount } order { externalId } } } }"
ORDER = (
    'query ($id: String!) { order(channel: "amber", externalId: $id) { id profit { channelFees { amount } settled } } }'
)
SHIP = """
mutation ($order: ID!) {
  shipmentCreate(input: { orderId: $order, location: "leeds", carrier: "Royal Mail" }, idempotencyKey: "ship-c") {
    shipment { id } userErrors { message } } }
"""
BANK, RECEIVABLE, PASSING, ACCRUED, SUSPENSE, FEES = "1000", "1100", "1160", "2450", "2900", "5210"


@pytest.fixture
def bank(api: Api, hub: Hub) -> Bank:
    """It has sold a lamp in each of three orders, and a fourth that the hub was never told of."""
    steps.warehouse(api, "leeds")
    steps.item(api, "LAMP")
    steps.stock(api, "LAMP", "leeds", 9, "0.00", "GBP")
    bank = payouts.open_bank(hub)
    payouts.tells_of(hub, bank, A=("100.00", "15.00"), B=("50.00", "7.50"), C=("30.00", "4.50"))
    bank.orders["D"] = ("40.00", "6.00")
    return bank


def pays(bank: Bank, api: Api, *rows: Any, total: str, number: str = "S-1") -> None:
    """It tells of a payout with these rows."""
    paid = Settlement(external_id=number, total=money(total), lines=rows, period_to=NOON, paid_at=NOON)
    bank.settlements = [paid]
    api.done(SYNC)


def whole_file(api: Api) -> list[Any]:
    """Of B, 20.00 was given back; C has shipped."""
    steps.refunded(api, _id(api, "B"), goodwill="20.00")
    shipment = api.done(SHIP, order=_id(api, "C"))["shipment"]["id"]
    return [
        row("1", LineKind.GOODS, "100.00", "A"),
        row("2", LineKind.COMMISSION, "-15.00", "A"),
        row("3", LineKind.GOODS, "50.00", "B", at=None),
        row("4", LineKind.COMMISSION, "-8.00", "B"),
        row("5", LineKind.GOODS, "-20.00", "B", refund=True),
        row("6", LineKind.GOODS, "30.00", shipment),
        row("7", LineKind.MARKETPLACE_FEE, "-12.34", raw_kind="Storage"),
        row("8", None, "1.11"),
        row("9", LineKind.GOODS, "40.00", "D"),
    ]


def _id(api: Api, number: str) -> str:
    found: str = api(ORDER, id=number)["order"]["id"]
    return found


def balances(api: Api) -> dict[str, str]:
    """What each account holds, those at zero left out; debits are positive."""
    held = {}
    for line in api(BALANCE)["trialBalance"]:
        amount = money(line["debit"]["amount"]) - money(line["credit"]["amount"])
        if amount:
            held[line["account"]["code"]] = str(amount.amount)
    return held


def settlement(api: Api, **asked: Any) -> dict[str, Any]:
    (found,) = api(READ, **asked)["settlements"]["nodes"]
    told: dict[str, Any] = found
    return told


def sums(api: Api) -> tuple[str, str, str, str]:
    found = settlement(api)
    return found["state"], found["payout"]["amount"], found["matched"]["amount"], found["unmatched"]["amount"]


def test_every_row_is_matched_or_waits_and_the_file_told_again_books_nothing_more(
    api: Api, hub: Hub, bank: Bank
) -> None:
    assert api(ORDER, id="B")["order"]["profit"] == {"channelFees": {"amount": "7.50"}, "settled": False}
    rows = whole_file(api)
    pays(bank, api, *rows, total="165.77")
    settle_now(hub)

    assert sums(api) == ("PARTLY_MATCHED", "165.77", "164.66", "1.11")
    told = {line["externalId"]: line for line in settlement(api)["lines"]["nodes"]}
    assert {name: line["state"] for name, line in told.items()} == {
        **dict.fromkeys(["1", "2", "3", "5", "6", "7", "9"], "MATCHED"),
        "4": "VARIANCE",
        "8": "SUSPENSE",
    }
    assert told["6"]["order"] == {"externalId": "C"}
    assert told["9"]["order"] == {"externalId": "D"}  # fetched because the file named it
    assert (told["3"]["postedAt"], told["7"]["order"]) == (None, None)
    assert (told["4"]["expected"]["amount"], told["4"]["variance"]["amount"]) == ("-7.50", "-0.50")
    assert told["8"]["reason"] == "Nobody knows what 'Goodwill pot' is."
    assert api(ORDER, id="B")["order"]["profit"] == {"channelFees": {"amount": "8.00"}, "settled": True}

    assert balances(api)[SUSPENSE] == "-1.11"
    assert balances(api)[BANK] == "165.77"  # what the bank has, and no more
    assert {PASSING, RECEIVABLE} & balances(api).keys() == set()
    assert balances(api)[ACCRUED] == "-10.50"  # the commissions of C and D, which are still to come
    assert balances(api)[FEES] == "12.34"
    cases = {case["code"]: case for case in api(CASES)["cases"]["nodes"]}
    assert cases["settlement_variance"]["cost"] == {"amount": "0.50"}
    assert cases["settlement_variance"]["order"] == {"externalId": "B"}
    assert "1.11 GBP" in cases["settlement_unknown"]["message"]

    entries = api("{ journalEntries { totalCount } }")
    for again in (rows, rows[::-1]):
        pays(bank, api, *again, total="165.77")
        settle_now(hub)
    assert api("{ journalEntries { totalCount } }") == entries
    assert sums(api) == ("PARTLY_MATCHED", "165.77", "164.66", "1.11")

    theirs, others = (holder(api, "ledger:read", "orders:read", channels=(key,)) for key in ("amber", "manual"))
    assert [len(one(READ)["settlements"]["nodes"]) for one in (theirs, others)] == [1, 0]
    ends_well(api, hub)


def settle_now(hub: Hub) -> None:
    """Everything that waits is done, and rows whose order has come are matched."""
    run_jobs(hub)
    settle.match_open(hub)
    run_jobs(hub)


def test_a_missing_order_waits_in_suspense_until_it_is_here(api: Api, hub: Hub, bank: Bank) -> None:
    del bank.orders["D"]
    pays(bank, api, row("1", LineKind.GOODS, "40.00", "D"), total="40.00")
    settle_now(hub)
    assert sums(api) == ("PARTLY_MATCHED", "40.00", "0.00", "40.00")
    (waiting,) = settlement(api, state=["UNMATCHED"])["lines"]["nodes"]
    assert waiting["reason"] == "No order or shipment here is called D."
    assert balances(api)[SUSPENSE] == "-40.00"
    assert api("{ worklist { unmatchedSettlementLines } }")["worklist"] == {"unmatchedSettlementLines": 1}

    payouts.tells_of(hub, bank, D=("40.00", "6.00"))
    settle_now(hub)

    assert sums(api) == ("POSTED", "40.00", "40.00", "0.00")
    assert SUSPENSE not in balances(api)
    ends_well(api, hub)


def test_what_nobody_knows_is_matched_by_hand_once(api: Api, hub: Hub, bank: Bank) -> None:
    pays(bank, api, row("1", None, "-3.00"), row("2", None, "-2.00", raw_kind="Postcard"), total="-5.00")
    settle_now(hub)
    first, second = settlement(api)["lines"]["nodes"]

    matched = api.done(MATCH, id=first["id"], account="5900", note="A fine.", key="1")["settlementLine"]
    assert (matched["state"], matched["reason"]) == ("MATCHED", "A fine.")
    assert api.done(MATCH, id=first["id"], account="5900", note="A fine.", key="1")["settlementLine"] == matched
    assert api.refused(MATCH, id=first["id"], account="5900", key="2") == [("ILLEGAL_STATE", ["id"])]
    of_order = api.done(MATCH, id=second["id"], order=_id(api, "A"), key="3")["settlementLine"]

    assert of_order["order"] == {"externalId": "A"}
    assert sums(api) == ("POSTED", "-5.00", "-5.00", "0.00")
    assert balances(api)["5900"] == "5.00"
    assert {SUSPENSE, PASSING} & balances(api).keys() == set()
    assert api.refused(MATCH, id=second["id"], key="4") == [("INVALID", ["orderId"])]
    assert api.refused(MATCH, id="stll_999999", account="5900", key="5") == [("NOT_FOUND", ["id"])]
    ends_well(api, hub)


def test_a_file_that_does_not_add_up_says_by_how_much(api: Api, hub: Hub, bank: Bank) -> None:
    pays(bank, api, row("1", LineKind.GOODS, "100.00", "A"), total="99.00")
    settle_now(hub)

    assert sums(api) == ("PARTLY_MATCHED", "99.00", "100.00", "-1.00")
    (off,) = settlement(api, state=["SUSPENSE"])["lines"]["nodes"]
    assert (off["externalId"], off["amount"]["amount"]) == ("difference", "-1.00")
    ends_well(api, hub)


def test_an_open_settlement_grows_until_it_is_closed(api: Api, hub: Hub, bank: Bank) -> None:
    first = row("1", LineKind.GOODS, "100.00", "A")
    bank.settlements = [Settlement(external_id="S-1", total=money("100.00"), lines=(first,), closed=False)]
    api.done(SYNC)
    settle_now(hub)
    assert sums(api) == ("MATCHED", "100.00", "100.00", "0.00")

    pays(bank, api, first, row("2", LineKind.COMMISSION, "-15.00", "A"), total="85.00")
    settle_now(hub)

    assert sums(api) == ("POSTED", "85.00", "85.00", "0.00")
    assert settlement(api)["paidAt"] == "2026-03-02T12:00:00Z"

    pays(bank, api, first, row("3", LineKind.COMMISSION, "-1.00", "A"), total="99.00")
    settle_now(hub)
    assert sums(api) == ("POSTED", "85.00", "85.00", "0.00")
    assert "settlement_changed" in {case["code"] for case in api(CASES)["cases"]["nodes"]}
    ends_well(api, hub)


def test_a_payout_in_another_currency_balances_in_both(api: Api, hub: Hub, bank: Bank) -> None:
    rows = [
        row("1", LineKind.GOODS, "100.00", "A", settled=money("127.00", "USD")),
        row("2", LineKind.COMMISSION, "-16.00", "A", settled=money("-20.32", "USD")),
        row("3", LineKind.MARKETPLACE_FEE, "-1.00", raw_kind="Storage"),
    ]
    bank.settlements = [Settlement(external_id="S-1", total=money("105.41", "USD"), lines=tuple(rows), paid_at=NOON)]
    api.done(SYNC)
    settle_now(hub)

    assert sums(api) == ("PARTLY_MATCHED", "105.41", "106.68", "-1.27")
    told = {line["externalId"]: line for line in settlement(api)["lines"]["nodes"]}
    assert (told["2"]["state"], told["2"]["variance"]["amount"]) == ("VARIANCE", "-1.00")
    assert told["3"]["reason"] == "It does not say what it came to in USD: that is in the row 'difference'."
    assert told["difference"]["amount"]["amount"] == "-1.27"
    assert api(ORDER, id="A")["order"]["profit"]["channelFees"] == {"amount": "16.00"}
    ends_well(api, hub)


def test_a_charge_that_the_hub_knows_no_payment_of_is_told(api: Api, hub: Hub, bank: Bank) -> None:
    pays(bank, api, row("1", LineKind.GOODS, "100.00", "A"), row("2", LineKind.GOODS, "9.00", "A"), total="109.00")
    settle_now(hub)

    first, second = settlement(api)["lines"]["nodes"]
    assert (first["state"], second["state"], second["variance"]["amount"]) == ("MATCHED", "VARIANCE", "9.00")
    pays(bank, api, row("1", LineKind.GOODS, "-5.00", "A", refund=True), total="-5.00", number="S-2")
    settle_now(hub)
    (refund,) = api(READ)["settlements"]["nodes"][0]["lines"]["nodes"]
    assert refund["reason"] == "The hub knows of no such refund of this order."
    ends_well(api, hub)
