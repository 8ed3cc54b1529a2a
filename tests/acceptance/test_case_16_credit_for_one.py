"""Case 16: a firm orders twice in the same instant and has credit for one; the other waits and takes nothing."""

from functools import partial
from typing import Any

import pytest

from core.hub import Hub
from core.jobs.run import run_jobs
from tests.acceptance import creditor, steps
from tests.acceptance.crew import at_once, workers
from tests.acceptance.market import ADDRESS
from tests.acceptance.timeline import ends_well, sentences, shown, told, units
from tests.api import Api

FIRM = {**ADDRESS, "company": "Acme Ltd"}
PAY = """
mutation ($order: ID!, $input: PaymentInput!, $key: String!) {
  paymentRecord(orderId: $order, input: $input, idempotencyKey: $key) {
    order { paymentStatus } userErrors { code message path }
  }
}
"""
HOLDS = "query ($id: ID!) { order(id: $id) { holds { id kind code message fix releasedAt releasedBy } } }"
RELEASE = """
mutation ($id: ID!) { orderReleaseHold(holdId: $id, note: "They pay on Friday.") { userErrors { code message path } } }
"""
LEVEL = '{ stockLevels(filter: {sku: ["LAMP"]}) { nodes { onHand reserved } } }'


@pytest.fixture
def plugins_toml() -> str:
    return '[integrations.routing]\nplugin = "routing"\n\n[integrations.creditor]\nplugin = "creditor"\n'


@pytest.fixture
def foreign_plugins() -> dict[str, str]:
    return {"creditor": creditor.__name__}


@pytest.fixture(autouse=True)
def _lamps(api: Api) -> None:
    """Lamps for everybody; and nobody owes anything yet."""
    creditor.forget()
    steps.warehouse(api, "leeds")
    steps.item(api, "LAMP")
    steps.stock(api, "LAMP", "leeds", 20, "4.00", "GBP")


def on_account(api: Api, lamps: int) -> str:
    """The firm orders lamps at 10.00, to be paid later through its account."""
    line = {"sku": "LAMP", "quantity": lamps, "unitPrice": "10.00"}
    order_id: str = steps.order(
        api, currency="GBP", lines=[line], paid=False, shippingAddress=ADDRESS, billingAddress=FIRM
    )["id"]
    promised = {
        "gateway": "account",
        "reference": f"account-{order_id}",
        "state": "AUTHORIZED",
        "amount": {"amount": f"{lamps * 10}.00", "currency": "GBP"},
    }
    api.done(PAY, order=order_id, input=promised, key=steps.key())
    return order_id


def open_holds(api: Api, order_id: str) -> list[dict[str, Any]]:
    return [hold for hold in api(HOLDS, id=order_id)["order"]["holds"] if hold["releasedAt"] is None]


def reserved(api: Api) -> tuple[int, int]:
    (level,) = api(LEVEL)["stockLevels"]["nodes"]
    return level["onHand"], level["reserved"]


def test_one_of_two_orders_gets_the_credit_and_the_other_waits_for_a_person(api: Api, hub: Hub) -> None:
    with workers(hub, 2):
        both = at_once(partial(on_account, api, 6), partial(on_account, api, 7))

    (waits,) = [order_id for order_id in both if open_holds(api, order_id)]
    (goes,) = set(both) - {waits}
    lamps = {both[0]: 6, both[1]: 7}
    assert units(shown(api, goes)) == [("LAMP", 0, 0, lamps[goes], 0, 0)]
    assert units(shown(api, waits)) == [("LAMP", lamps[waits], 0, 0, 0, 0)]
    assert reserved(api) == (20, lamps[goes])
    assert creditor.owed("Acme Ltd").minor == lamps[goes] * 1000

    (hold,) = open_holds(api, waits)
    assert (hold["kind"], hold["code"]) == ("CREDIT", "creditor.limit")
    left = 100 - lamps[goes] * 10
    expected = f"{lamps[waits] * 10}.00 GBP are more than the {left}.00 GBP of credit that Acme Ltd has left."
    assert (hold["message"], hold["fix"]) == (expected, "Wait for its payment, or release the hold to ship on trust.")
    order = shown(api, waits)
    assert (order["onHold"], order["fulfillmentOrders"]) == (True, [])
    assert "order.held" in told(order)
    assert any("Acme Ltd" in sentence for sentence in sentences(order))

    released = told(order).count("order.released")  # it may have waited for its payment before

    api.done(RELEASE, id=hold["id"])
    run_jobs(hub)

    assert not shown(api, waits)["onHold"]
    assert told(shown(api, waits)).count("order.released") == released + 1
    assert reserved(api) == (20, 13)
    ends_well(api, hub)


def test_credit_for_both_holds_neither(api: Api, hub: Hub) -> None:
    with workers(hub, 2):
        both = at_once(partial(on_account, api, 5), partial(on_account, api, 5))

    assert [open_holds(api, order_id) for order_id in both] == [[], []]
    assert creditor.owed("Acme Ltd") == creditor.LIMIT
    assert reserved(api) == (20, 10)
    ends_well(api, hub)
