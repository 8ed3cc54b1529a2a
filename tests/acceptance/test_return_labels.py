"""A label for the way back is bought once, whatever the carrier does, and given back when nothing comes."""

from pathlib import Path
from typing import Any

import pytest

from core.hub import Hub
from core.jobs.run import run_jobs
from tests.acceptance import courier, shipping, steps, timeline
from tests.acceptance.sound import everything_adds_up
from tests.api import Api

_LABEL = """
mutation ($id: ID!, $carrier: String, $service: String, $key: String!) {
  returnLabelPurchase(id: $id, carrier: $carrier, service: $service, idempotencyKey: $key) {
    return { state label { id state carrier service trackingNumber url cost { amount currency } } }
    userErrors { code path retryable }
  }
}
"""
_CANCEL = "mutation ($id: ID!) { returnCancel(id: $id) { return { state label { state } } userErrors { code } } }"
_SHOWN = "query ($id: ID!) { node(id: $id) { ... on Return { state label { state trackingNumber } } } }"
_BOOKED = """{ trialBalance { account { code } debit { amount } credit { amount } } }"""


@pytest.fixture
def plugins_toml() -> str:
    return '[integrations.routing]\nplugin = "routing"\n\n[integrations.courier]\nplugin = "courier"\n'


@pytest.fixture
def foreign_plugins() -> dict[str, str]:
    return {"courier": "tests.acceptance.courier"}


@pytest.fixture
def returned(api: Api, hub: Hub) -> str:
    """An approved return of two cups that left Leeds for London."""
    shipping.depot(api, "LEEDS")
    steps.item(api, "CUP")
    steps.stock(api, "CUP", "LEEDS", 5, "2.00", "GBP")
    order_id = shipping.ordered(api, hub, "CUP", 2)
    (shipment,) = shipping.packed(api, order_id, 2)
    shipping.handed_over(api, shipment)
    line = timeline.shown(api, order_id)["lines"]["nodes"][0]["id"]
    found: str = steps.asked_back(api, order_id, {line: 2})["return"]["id"]
    return found


def bought(api: Api, found: str, key: str, **wish: str) -> dict[str, Any]:
    payload: dict[str, Any] = api(_LABEL, id=found, key=key, **wish)["returnLabelPurchase"]
    return payload


def shipping_cost(api: Api) -> str:
    rows = {row["account"]["code"]: row["debit"]["amount"] for row in api(_BOOKED)["trialBalance"]}
    found: str = rows.get("5100", "0.00")
    return found


def home(hub: Hub) -> Path:
    return hub.context("courier").home


def test_one_label_is_bought_however_often_it_is_asked_for(api: Api, hub: Hub, returned: str) -> None:
    first = bought(api, returned, "l1")
    assert first["userErrors"] == []
    label = first["return"]["label"]
    assert first["return"]["state"] == "LABEL_ISSUED"
    assert (label["state"], label["carrier"], label["cost"]) == (
        "PURCHASED",
        "courier",
        {"amount": "4.50", "currency": "GBP"},
    )
    paper = api.client.get(label["url"])
    assert (paper.status_code, paper.content) == (200, f"%PDF-1.4 {label['trackingNumber']}".encode())

    for key in ("l1", "l2"):
        again = bought(api, returned, key)
        assert (again["return"]["label"]["id"], again["userErrors"]) == (label["id"], [])

    (sold,) = courier.sales(home(hub))
    assert sold["number"] == label["trackingNumber"]
    assert shipping_cost(api) == "4.50"
    everything_adds_up(hub)


def test_a_label_that_may_have_been_bought_is_looked_for_first(api: Api, hub: Hub, returned: str) -> None:
    courier.in_mood(home(hub), "silent")

    lost = bought(api, returned, "l1")
    assert [(error["code"], error["retryable"]) for error in lost["userErrors"]] == [("OUTCOME_UNKNOWN", True)]
    assert lost["return"]["state"] == "APPROVED"

    run_jobs(hub)
    (sold,) = courier.sales(home(hub))
    shown = api(_SHOWN, id=returned)["node"]
    assert shown == {"state": "LABEL_ISSUED", "label": {"state": "PURCHASED", "trackingNumber": sold["number"]}}
    assert bought(api, returned, "l1")["userErrors"] == []
    assert len(courier.sales(home(hub))) == 1
    assert shipping_cost(api) == "4.50"
    everything_adds_up(hub)


@pytest.mark.parametrize("mood", ["silent", "deaf"])
def test_a_return_that_is_cancelled_while_nobody_knows_keeps_no_label(
    api: Api, hub: Hub, returned: str, mood: str
) -> None:
    courier.in_mood(home(hub), mood)
    bought(api, returned, "l1")
    assert api.done(_CANCEL, id=returned)["return"]["state"] == "CANCELLED"

    run_jobs(hub)

    assert [sold.get("voided") for sold in courier.sales(home(hub))] == ([True] if mood == "silent" else [])
    expected = "VOIDED" if mood == "silent" else "FAILED"
    assert api(_SHOWN, id=returned)["node"]["label"]["state"] == expected
    assert shipping_cost(api) == "0.00"
    everything_adds_up(hub)


def test_the_label_of_a_return_that_is_cancelled_is_given_back(api: Api, hub: Hub, returned: str) -> None:
    bought(api, returned, "l1")
    api.done(_CANCEL, id=returned)
    run_jobs(hub)

    assert [sold["voided"] for sold in courier.sales(home(hub))] == [True]
    assert shipping_cost(api) == "0.00"
    everything_adds_up(hub)


def test_why_there_is_no_label_is_said(api: Api, hub: Hub, returned: str) -> None:
    courier.in_mood(home(hub), "refusing")
    for wish, code, path in (
        ({"carrier": "pigeon"}, "NOT_FOUND", ["carrier"]),
        ({"service": "by balloon"}, "PLUGIN_UNAVAILABLE", ["id"]),
        ({}, "PLUGIN_REJECTED", ["id"]),
    ):
        refused = bought(api, returned, f"key-{code}", **wish)
        assert [(error["code"], error["path"]) for error in refused["userErrors"]] == [(code, path)]
    assert courier.sales(home(hub)) == []

    assert bought(api, returned, "better")["userErrors"] == []
    closed = bought(api, "ret_999", "other")
    assert [error["code"] for error in closed["userErrors"]] == ["NOT_FOUND"]
