"""Case 14: the shop says that it shipped two of three itself, while ours are being picked."""

import json
from datetime import datetime
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
from tests.acceptance.timeline import shown, told, units
from tests.api import Api

TOML = """
[integrations.routing]
plugin = "routing"

[integrations.shop]
plugin = "boutique"

[integrations.swift]
plugin = "courier"
"""
LEVEL = """
query { stockLevels(filter: {sku: ["MUG"]}) { nodes { onHand reserved available } } }
"""
ORDER_ID = """
query ($id: String!) { order(channel: "shop", externalId: $id) { id } }
"""
HOME = {"name": "Ada", "line1": "1 High Street", "city": "London", "postal_code": "N1 9GU", "country": "GB"}


@pytest.fixture
def plugins_toml() -> str:
    return TOML


@pytest.fixture
def foreign_plugins() -> dict[str, str]:
    return {"boutique": boutique.__name__, "courier": courier.__name__}


class Shop:
    """The shop outside, and its one order of three mugs."""

    def __init__(self, hub: Hub) -> None:
        self.hub = hub
        self.version = 0
        self.placed = clock.now()
        self.sent: list[dict[str, Any]] = []

    def ships(self, parcel: str, quantity: int, tracking: str, at: datetime | None = None) -> None:
        """It sends a parcel itself, and tells of it."""
        when = (at or clock.now()).isoformat()
        parts = {"parcel": parcel, "units": {"l1": quantity}, "carrier": "DHL", "tracking": tracking, "at": when}
        self.sent.append(parts)
        self.tells()

    def tells(self) -> None:
        """The order as it is there now."""
        self.version += 1
        said = {
            "number": "B-1",
            "placed": self.placed.isoformat(),
            "lines": [{"line": "l1", "sku": "MUG", "quantity": 3}],
            "sent": self.sent,
            "to": HOME,
            "bill": HOME,
        }
        raw = RawOrder(external_id="B-1", payload=json.dumps(said), version=self.version)
        boutique.keep(self.hub.context("shop").home, raw)
        with self.hub.transaction() as session:
            integration = session.scalars(select(Integration).where(Integration.key == "shop")).one()
            inbox.receive(session, integration, [raw])
        run_jobs(self.hub)

    def heard(self) -> list[dict[str, Any]]:
        """What it was told has left."""
        return boutique.told(self.hub.context("shop").home)


def three_mugs(api: Api, hub: Hub) -> tuple[Shop, str]:
    """Ten mugs at 2.00 on the shelf; the shop sold three, and they are reserved. The shop, and our order."""
    shipping.depot(api, "leeds")
    steps.item(api, "MUG")
    steps.stock(api, "MUG", "leeds", 10, "2.00", "GBP")
    shop = Shop(hub)
    shop.tells()
    order: str = api(ORDER_ID, id="B-1")["order"]["id"]
    assert level(api) == (10, 3, 7)
    return shop, order


def level(api: Api) -> tuple[int, int, int]:
    """On hand, reserved, available."""
    (found,) = api(LEVEL)["stockLevels"]["nodes"]
    return found["onHand"], found["reserved"], found["available"]


def test_two_of_three_are_recorded_and_taken_from_the_reservation_while_picking_goes_on(api: Api, hub: Hub) -> None:
    shop, order = three_mugs(api, hub)
    shipping.picked(api, order, 3)

    shop.ships("P-1", 2, "DHL-1")

    found = shown(api, order)
    assert units(found) == [("MUG", 0, 0, 1, 2, 0)]
    assert level(api) == (8, 1, 7)
    (sent,) = found["shipments"]
    assert (sent["origin"], sent["status"], sent["trackingNumber"]) == ("CHANNEL", "HANDED_OVER", "DHL-1")
    assert sent["lines"] == [{"sku": "MUG", "quantity": 2}]
    (line,) = found["fulfillmentOrders"][0]["lines"]
    assert (found["fulfillmentOrders"][0]["workState"], line["picked"]) == ("IN_PROGRESS", 1)
    assert (found["fulfillmentStatus"], found["cases"]) == ("PARTIALLY_FULFILLED", [])
    assert (sent["channelConfirmations"], shop.heard()) == ([], [])
    reference = found["fulfillmentOrders"][0]["id"]
    story = timeline.sentences(found)
    assert f"{reference}: 2 MUG left by other hands; that work stops." in story
    assert any(said.endswith("left with DHL DHL-1, by word of the channel.") for said in story)
    timeline.ends_well(api, hub)


def test_the_one_that_is_left_goes_on_and_only_that_is_confirmed(api: Api, hub: Hub) -> None:
    shop, order = three_mugs(api, hub)
    shipping.picked(api, order, 3)
    shop.ships("P-1", 2, "DHL-1")

    (last,) = shipping.parcels(api, order, 1)
    number = shipping.label_of(shipping.label(api, last, "label"))["trackingNumber"]
    shipping.handed_over(api, last)
    run_jobs(hub)

    found = shown(api, order)
    assert units(found) == [("MUG", 0, 0, 0, 3, 0)]
    assert (found["status"], found["fulfillmentStatus"]) == ("PROCESSING", "FULFILLED")
    assert level(api) == (7, 0, 7)
    assert [(each["tracking"], each["units"]) for each in shop.heard()] == [(number, [["l1", 1]])]
    assert told(found).count("shipment.confirmed") == 1
    timeline.ends_well(api, hub)


def test_the_shop_telling_it_again_and_again_changes_nothing(api: Api, hub: Hub) -> None:
    shop, order = three_mugs(api, hub)
    shop.ships("P-1", 2, "DHL-1")

    shop.tells()
    shop.tells()

    found = shown(api, order)
    assert units(found) == [("MUG", 0, 0, 1, 2, 0)]
    assert (len(found["shipments"]), level(api), found["cases"]) == (1, (8, 1, 7), [])
    timeline.ends_well(api, hub)


def test_all_three_shipped_by_the_shop_end_our_work_and_give_its_label_back(api: Api, hub: Hub) -> None:
    shop, order = three_mugs(api, hub)
    (parcel,) = shipping.packed(api, order, 3)
    shipping.label_of(shipping.label(api, parcel, "label"))

    shop.ships("P-1", 3, "DHL-1")

    found = shown(api, order)
    assert units(found) == [("MUG", 0, 0, 0, 3, 0)]
    assert [each["workState"] for each in found["fulfillmentOrders"]] == ["CANCELLED"]
    assert [(each["origin"], each["status"]) for each in found["shipments"]] == [
        ("HUB", "CANCELLED"),
        ("CHANNEL", "HANDED_OVER"),
    ]
    assert [sold.get("voided") for sold in courier.sales(hub.context("swift").home)] == [True]
    assert (level(api), shop.heard(), found["cases"]) == ((7, 0, 7), [], [])
    timeline.ends_well(api, hub)


def test_both_shipped_is_a_case_about_a_duplicate_with_what_it_cost(api: Api, hub: Hub) -> None:
    shop, order = three_mugs(api, hub)
    (parcel,) = shipping.packed(api, order, 3)
    shipping.label_of(shipping.label(api, parcel, "label"))
    shipping.handed_over(api, parcel)
    run_jobs(hub)

    shop.ships("P-1", 2, "DHL-1")

    found = shown(api, order)
    assert units(found) == [("MUG", 0, 0, 0, 3, 0)]
    assert len(found["shipments"]) == 1
    (case,) = found["cases"]
    assert (case["kind"], case["code"], case["state"]) == ("SHIPMENT", "duplicate_shipment", "OPEN")
    assert case["cost"] == {"amount": "4.00", "currency": "GBP"}
    line = found["lines"]["nodes"][0]["id"]
    assert case["data"]["lines"] == [{"lineId": line, "sku": "MUG", "quantity": 2}]
    assert [option["key"] for option in case["options"]] == ["same_parcel", "write_off"]
    assert len(shop.heard()) == 1
    assert "case.opened" in told(found)
    assert level(api) == (7, 0, 7)
    shop.tells()
    assert [each["id"] for each in shown(api, order)["cases"]] == [case["id"]]
    timeline.ends_well(api, hub)
