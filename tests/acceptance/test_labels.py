"""Labels of shipments that are unpacked, cancelled elsewhere or given back: none is kept, and none is paid for."""

import json
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from core import clock
from core.flows import inbox
from core.hub import Hub
from core.integrations.models import Integration
from core.jobs.run import run_jobs
from crossdock import RawOrder
from tests.acceptance import boutique, courier, shipping, steps, timeline
from tests.acceptance.sound import everything_adds_up
from tests.api import Api

TOML = """
[integrations.routing]
plugin = "routing"

[integrations.swift]
plugin = "courier"

[integrations.shop]
plugin = "boutique"
"""
_PAYLOAD = "shipment { status trackingNumber packages { label { state } } } userErrors { code path }"
VOID = f"mutation ($id: ID!, $key: String!) {{ labelVoid(shipmentId: $id, idempotencyKey: $key) {{ {_PAYLOAD} }} }}"
CANCEL = f"mutation ($id: ID!, $key: String!) {{ shipmentCancel(id: $id, idempotencyKey: $key) {{ {_PAYLOAD} }} }}"
SHIPPING_COST = "{ trialBalance { account { code } debit { amount } } }"
ORDER_ID = 'query ($id: String!) { order(channel: "shop", externalId: $id) { id } }'


@pytest.fixture
def plugins_toml() -> str:
    return TOML


@pytest.fixture
def foreign_plugins() -> dict[str, str]:
    return {"boutique": boutique.__name__, "courier": courier.__name__}


@pytest.fixture
def cups(api: Api) -> str:
    """Five cups in Leeds; their SKU."""
    shipping.depot(api, "LEEDS")
    steps.item(api, "CUP")
    steps.stock(api, "CUP", "LEEDS", 5, "2.00", "GBP")
    return "CUP"


@pytest.fixture
def packed(api: Api, hub: Hub, cups: str) -> str:
    """A shipment of two."""
    (shipment,) = shipping.packed(api, shipping.ordered(api, hub, cups, 2), 2)
    return shipment


def home(hub: Hub) -> Path:
    return hub.context("swift").home


def cost(api: Api) -> str:
    rows = {row["account"]["code"]: row["debit"]["amount"] for row in api(SHIPPING_COST)["trialBalance"]}
    found: str = rows.get("5100", "0.00")
    return found


def states(payload: dict[str, Any]) -> tuple[str, list[str | None]]:
    shipment = payload["shipment"]
    return shipment["status"], [package["label"]["state"] for package in shipment["packages"] if package["label"]]


@pytest.mark.parametrize(("mood", "label"), [("silent", "VOIDED"), ("deaf", "FAILED")])
def test_what_became_of_a_label_is_found_out_though_its_shipment_was_unpacked(
    api: Api, hub: Hub, packed: str, mood: str, label: str
) -> None:
    courier.in_mood(home(hub), mood)
    assert [error["code"] for error in shipping.label(api, packed, "l1")["userErrors"]] == ["OUTCOME_UNKNOWN"]

    assert states(api.done(CANCEL, id=packed, key="c1")) == ("CANCELLED", ["UNKNOWN"])
    run_jobs(hub)

    assert [sold.get("voided") for sold in courier.sales(home(hub))] == ([True] if mood == "silent" else [])
    assert states(api.done(CANCEL, id=packed, key="c2")) == ("CANCELLED", [label])
    assert cost(api) == "0.00"
    everything_adds_up(hub)


def test_a_label_is_given_back_once(api: Api, hub: Hub, packed: str) -> None:
    assert api.refused(VOID, id=packed, key="v0") == [("ILLEGAL_STATE", ["shipmentId"])]
    shipping.label_of(shipping.label(api, packed, "l1"))
    assert cost(api) == "4.50"

    for key in ("v1", "v1", "v2"):
        assert states(api.done(VOID, id=packed, key=key)) == ("PACKED", ["VOIDED"])
    assert cost(api) == "0.00"
    assert [sold["voided"] for sold in courier.sales(home(hub))] == [True]

    bought = shipping.label_of(shipping.label(api, packed, "l2"))
    assert bought["state"] == "PURCHASED"
    shipping.handed_over(api, packed)
    assert api.refused(VOID, id=packed, key="v3") == [("ILLEGAL_STATE", ["shipmentId"])]
    assert api.refused(VOID, id="ship_999", key="v4")[0][0] == "NOT_FOUND"
    everything_adds_up(hub)


def test_an_unpacked_shipment_is_packed_anew_and_one_that_left_is_not_unpacked(api: Api, hub: Hub, cups: str) -> None:
    order = shipping.ordered(api, hub, cups, 2)
    (first,) = shipping.packed(api, order, 2)
    shipping.label_of(shipping.label(api, first, "l1"))

    for key in ("c1", "c1", "c2"):
        assert states(api.done(CANCEL, id=first, key=key))[0] == "CANCELLED"
    run_jobs(hub)
    assert [sold["voided"] for sold in courier.sales(home(hub))] == [True]
    assert timeline.units(timeline.shown(api, order)) == [("CUP", 0, 0, 2, 0, 0)]

    (second,) = shipping.parcels(api, order, 2)
    shipping.handed_over(api, second)
    assert api.refused(CANCEL, id=second, key="c3") == [("ILLEGAL_STATE", ["id"])]
    assert api.refused(CANCEL, id="ship_999", key="c4")[0][0] == "NOT_FOUND"
    everything_adds_up(hub)


def test_an_order_that_was_cancelled_at_the_shop_gets_no_label(api: Api, hub: Hub, cups: str) -> None:
    said: dict[str, Any] = {
        "number": "B-1",
        "placed": clock.now().isoformat(),
        "lines": [{"line": "l1", "sku": cups, "quantity": 2}],
        "sent": [],
        "to": {"name": "Ada", "line1": "1 High Street", "city": "London", "postal_code": "N1 9GU", "country": "GB"},
        "bill": {},
    }
    raw = RawOrder(external_id="B-1", payload=json.dumps(said), version=1)
    boutique.keep(hub.context("shop").home, raw)
    with hub.transaction() as session:
        inbox.receive(session, session.scalars(select(Integration).where(Integration.key == "shop")).one(), [raw])
    run_jobs(hub)
    order = api(ORDER_ID, id="B-1")["order"]["id"]
    (shipment,) = shipping.packed(api, order, 2)
    # The shop knows by now, and has told nobody.
    known = RawOrder(external_id="B-1", payload=json.dumps({**said, "cancelled": ["k1"]}), version=2)
    boutique.keep(hub.context("shop").home, known)

    refused = shipping.label(api, shipment, "l1")

    assert [error["code"] for error in refused["userErrors"]] == ["ILLEGAL_STATE"]
    assert courier.sales(home(hub)) == []
    shown = timeline.shown(api, order)
    assert (shown["status"], timeline.units(shown)) == ("CANCELLED", [("CUP", 0, 0, 0, 0, 2)])
    everything_adds_up(hub)
