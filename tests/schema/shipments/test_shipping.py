"""One order from routing to the door, through the API alone."""

from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.orm import Session

from core import clock
from core.config import Config
from core.hub import Hub
from core.integrations.mirror import mirror
from tests.api import Api
from tests.builders import a_channel, a_level, a_location, an_item
from tests.core.flows.fulfilling import a_ready_order, configured
from tests.schema.access.holders import holder

ERRORS = "userErrors { code path }"
ROUTE = f"mutation ($id: ID!) {{ orderRoute(id: $id) {{ order {{ status }} {ERRORS} }} }}"
PREVIEW = """query ($id: ID!) { routingPreview(orderId: $id) {
  decidedAt assignments { location { code } lines { sku quantity } } } }"""
FIND_WORK = """query ($filter: FulfillmentOrderFilter, $sort: FulfillmentOrderSort) {
  fulfillmentOrders(filter: $filter, sort: $sort) { totalCount nodes { id order { number } lines { sku } } } }"""
WORK = """{ fulfillmentOrders { nodes { id requestState workState location { code } lines { orderLine { id } sku
  quantity accepted picked shipped } availableActions { action allowed } } } }"""
ACCEPT = f"""mutation ($id: ID!, $lines: [LineQuantity!], $key: String) {{
  fulfillmentAccept(id: $id, lines: $lines, idempotencyKey: $key) {{
    fulfillmentOrder {{ requestState }} {ERRORS} }} }}"""
PICK = f"""mutation ($id: ID!, $lines: [PickLineInput!]!, $key: String!) {{
  fulfillmentPick(id: $id, lines: $lines, idempotencyKey: $key) {{ fulfillmentOrder {{ workState }} {ERRORS} }} }}"""
PACK = f"""mutation ($id: ID!, $packages: [PackageInput!]!, $key: String!) {{
  fulfillmentPack(id: $id, packages: $packages, idempotencyKey: $key) {{
    shipment {{ id status packages {{ kind weightGrams lines {{ sku quantity }} }} }} {ERRORS} }} }}"""
RATES = f"""mutation ($id: ID!) {{ shippingRatesFetch(shipmentId: $id) {{
  shipment {{ rates {{ id cost {{ amount }} }} }} {ERRORS} }} }}"""
BUY = f"""mutation ($id: ID!, $rate: ID, $key: String!) {{
  labelPurchase(shipmentId: $id, rateId: $rate, idempotencyKey: $key) {{
    shipment {{ status trackingNumber packages {{ label {{ state url trackingNumber }} }} }} {ERRORS} }} }}"""
HAND = f"""mutation ($ids: [ID!]!, $key: String!) {{ shipmentHandOver(ids: $ids, idempotencyKey: $key) {{
  shipments {{ status shippedAt }} {ERRORS} }} }}"""
TRACK = f"""mutation ($id: ID!, $input: TrackingEventInput!) {{ shipmentTrack(shipmentId: $id, input: $input) {{
  shipment {{ status trackingEvents {{ status place }} }} {ERRORS} }} }}"""
CREATE = f"""mutation ($input: ShipmentInput!, $key: String!) {{ shipmentCreate(input: $input, idempotencyKey: $key) {{
  shipment {{ id status carrier trackingNumber cost {{ amount }} lines {{ sku quantity }} }} {ERRORS} }} }}"""
CORRECT = f"""mutation ($id: ID!, $input: ShipmentCorrectionInput!, $key: String!) {{
  shipmentCorrect(id: $id, input: $input, idempotencyKey: $key) {{
    shipment {{ carrier service trackingNumber trackingUrl packages {{ id trackingNumber }} }} {ERRORS} }} }}"""
FIND = "query ($filter: ShipmentFilter) { shipments(filter: $filter) { totalCount } }"


@pytest.fixture
def config(config: Config) -> Config:
    return configured(config, '[integrations.post]\nplugin = "table_rate"\n')


@pytest.fixture
def order(hub: Hub, session: Session) -> str:
    """The id of an order of 3 TEA to London; 10 are in LEEDS."""
    mirror(session, hub.registry)
    tea = an_item(session, "TEA", weight_grams=250, barcode="5012345678900")
    shelf = a_location(session, "LEEDS", address={"city": "Leeds", "postal_code": "LS1 4AP", "country": "GB"})
    a_level(session, tea, shelf, 10)
    session.execute(
        text("insert into item_costs (item_id, quantity, value_minor) values (:id, 10, 2000)"), {"id": tea.id}
    )
    made = a_ready_order(session, a_channel(session, "shop"), {tea: 3})
    session.commit()
    return f"ord_{made.id}"


def the_work(api: Api) -> dict[str, Any]:
    (work,) = api(WORK)["fulfillmentOrders"]["nodes"]
    found: dict[str, Any] = work
    return found


def actions(thing: dict[str, Any]) -> set[str]:
    return {one["action"] for one in thing["availableActions"] if one["allowed"]}


def test_an_order_is_picked_packed_labelled_handed_over_and_delivered(api: Api, order: str) -> None:
    preview = api(PREVIEW, id=order)
    assert preview["routingPreview"] == {
        "decidedAt": None,
        "assignments": [{"location": {"code": "LEEDS"}, "lines": [{"sku": "TEA", "quantity": 3}]}],
    }
    api.done(ROUTE, id=order)
    work = the_work(api)
    line = work["lines"][0]["orderLine"]["id"]
    assert actions(work) >= {"fulfillmentPick", "fulfillmentPack"}
    assert api.done(ACCEPT, id=work["id"], key="a1")["fulfillmentOrder"] == {"requestState": "ACCEPTED"}
    to_fetch = api('{ pickList(location: "LEEDS") { item { sku } quantity picked fulfillmentOrders { id } } }')
    assert to_fetch["pickList"] == [
        {"item": {"sku": "TEA"}, "quantity": 3, "picked": 0, "fulfillmentOrders": [{"id": work["id"]}]}
    ]
    assert api("{ worklist { toPick toPack toShip unrouted } }")["worklist"] == {
        "toPick": 1,
        "toPack": 0,
        "toShip": 0,
        "unrouted": 0,
    }

    picked = [{"lineId": line, "quantity": 3, "barcode": "5012345678900"}]
    wrong = api.refused(PICK, id=work["id"], lines=[{**picked[0], "barcode": "4006381333931"}], key="p0")
    assert [code for code, _ in wrong] == ["INVALID"]
    too_many = api.refused(PICK, id=work["id"], lines=[{"lineId": line, "quantity": 4}], key="p0")
    assert [code for code, _ in too_many] == ["INVALID"]
    api.done(PICK, id=work["id"], lines=picked, key="p1")
    assert the_work(api)["lines"][0]["picked"] == 3
    parcels = [{"weightGrams": 800, "lines": [{"lineId": line, "quantity": 3}]}]
    shipment = api.done(PACK, id=work["id"], packages=parcels, key="k1")["shipment"]
    assert shipment["packages"] == [{"kind": "PARCEL", "weightGrams": 800, "lines": [{"sku": "TEA", "quantity": 3}]}]
    assert api.done(PACK, id=work["id"], packages=parcels, key="k1")["shipment"]["id"] == shipment["id"]

    assert api.refused(HAND, ids=["ship_99"], key="h0") == [("NOT_FOUND", ["ids"])]
    rates = api.done(RATES, id=shipment["id"])["shipment"]["rates"]
    bought = api.done(BUY, id=shipment["id"], rate=rates[0]["id"], key="b1")["shipment"]
    (label,) = [package["label"] for package in bought["packages"]]
    assert (bought["status"], label["state"]) == ("LABELLED", "PURCHASED")
    assert api.client.get(label["url"]).status_code == 200
    again = api.done(BUY, id=shipment["id"], rate=rates[0]["id"], key="b1")["shipment"]
    assert again["trackingNumber"] == bought["trackingNumber"]
    assert api(FIND, filter={"labelState": ["PURCHASED"], "carrier": ["post"]})["shipments"]["totalCount"] == 1

    (handed,) = api.done(HAND, ids=[shipment["id"]], key="h1")["shipments"]
    assert (handed["status"], handed["shippedAt"] is not None) == ("HANDED_OVER", True)
    scan = {"status": "DELIVERED", "occurredAt": clock.now().isoformat(), "place": "London"}
    tracked = api.done(TRACK, id=shipment["id"], input=scan)["shipment"]
    assert tracked == {"status": "DELIVERED", "trackingEvents": [{"status": "DELIVERED", "place": "London"}]}
    assert api.done(TRACK, id=shipment["id"], input=scan)["shipment"] == tracked
    for wanted, count in (
        ({"status": ["DELIVERED"]}, 1),
        ({"trackingNumber": bought["trackingNumber"]}, 1),
        ({"location": ["LEEDS"]}, 1),
        ({"location": ["YORK"]}, 0),
        ({"late": True}, 0),
        ({"late": False}, 1),
        ({"shippedAt": {"to": "2020-01-01T00:00:00Z"}}, 0),
    ):
        assert api(FIND, filter=wanted)["shipments"]["totalCount"] == count


def test_what_left_without_our_label_is_written_down_once(api: Api, order: str) -> None:
    line = api("query ($id: ID!) { order(id: $id) { lines { nodes { id } } } }", id=order)["order"]["lines"]["nodes"][
        0
    ]["id"]
    left = {
        "orderId": order,
        "location": "LEEDS",
        "lines": [{"lineId": line, "quantity": 2}],
        "carrier": "Royal Mail",
        "trackingNumber": "RM123",
        "cost": {"amount": "3.50", "currency": "GBP"},
    }

    made = api.done(CREATE, input=left, key="k1")["shipment"]

    assert made == {
        "id": made["id"],
        "status": "HANDED_OVER",
        "carrier": "Royal Mail",
        "trackingNumber": "RM123",
        "cost": {"amount": "3.50"},
        "lines": [{"sku": "TEA", "quantity": 2}],
    }
    assert api.done(CREATE, input=left, key="k1")["shipment"] == made
    for fields, code, path in (
        ({"orderId": "ord_99"}, "NOT_FOUND", None),
        ({"orderId": "itm_1"}, "NOT_FOUND", ["input", "orderId"]),
        ({"fulfillmentOrderId": "ful_99"}, "NOT_FOUND", None),
        ({"location": "NOWHERE"}, "NOT_FOUND", None),
        ({"lines": [{"lineId": line, "quantity": 0}]}, "INVALID", ["input", "lines", "0", "quantity"]),
        ({"cost": {"amount": "3.505", "currency": "GBP"}}, "INVALID", ["input", "cost", "amount"]),
    ):
        ((found, where),) = api.refused(CREATE, input={**left, **fields}, key=f"k-{fields}")
        assert (found, where if path else None) == (code, path)


def test_a_wrong_tracking_number_is_corrected(api: Api, order: str) -> None:
    left = {"orderId": order, "location": "LEEDS", "carrier": "DHL", "service": "Express", "trackingNumber": "WRONG"}
    shipment = api.done(CREATE, input=left, key="k1")["shipment"]["id"]
    url = "https://track.example/RM1"

    number = api.done(CORRECT, id=shipment, input={"trackingNumber": "RIGHT", "trackingUrl": url}, key="c1")["shipment"]
    (package,) = number["packages"]
    assert number | {"packages": package["trackingNumber"]} == {
        "carrier": "DHL",
        "service": "Express",
        "trackingNumber": "RIGHT",
        "trackingUrl": url,
        "packages": "RIGHT",
    }
    right = {"carrier": "Royal Mail", "packageId": package["id"], "trackingNumber": "RM1"}
    both = api.done(CORRECT, id=shipment, input=right, key="c2")["shipment"]
    assert (both["carrier"], both["service"], both["trackingNumber"], both["trackingUrl"]) == (
        "Royal Mail",
        None,
        "RM1",
        None,
    )
    api.done(CORRECT, id=shipment, input=right | {"service": " "}, key="c3")
    told = api("{ events(first: 50) { nodes { name } } }")["events"]["nodes"]
    assert [each["name"] for each in told].count("shipment.corrected") == 2
    for wrong, refused in (
        ({"packageId": "pkg_99"}, ("NOT_FOUND", ["input", "packageId"])),
        ({"packageId": "itm_1"}, ("NOT_FOUND", ["input", "packageId"])),
    ):
        assert api.refused(CORRECT, id=shipment, input=wrong, key=f"k-{wrong}") == [refused]


def test_what_has_not_left_has_nothing_to_correct(api: Api, order: str) -> None:
    api.done(ROUTE, id=order)
    work = the_work(api)
    parcels = [{"weightGrams": 800, "lines": [{"lineId": work["lines"][0]["orderLine"]["id"], "quantity": 3}]}]
    shipment = api.done(PACK, id=work["id"], packages=parcels, key="k1")["shipment"]["id"]

    refused = api.refused(CORRECT, id=shipment, input={"trackingNumber": "RIGHT"}, key="c1")

    assert refused == [("ILLEGAL_STATE", ["id"])]


def test_work_is_found_by_each_filter_and_in_one_statement(api: Api, order: str) -> None:
    api.done(ROUTE, id=order)
    for wanted, count in (
        ({"location": ["LEEDS"]}, 1),
        ({"location": ["YORK"]}, 0),
        ({"method": ["SELF"]}, 1),
        ({"method": ["DROPSHIP"]}, 0),
        ({"requestState": ["REJECTED"]}, 0),
        ({"workState": ["OPEN"]}, 1),
        ({"sku": "TEA"}, 1),
        ({"sku": "CUP"}, 0),
        ({"late": True}, 0),
        ({"late": False}, 1),
        ({"shipBy": {"to": "2020-01-01T00:00:00Z"}}, 0),
    ):
        assert api(FIND_WORK, filter=wanted)["fulfillmentOrders"]["totalCount"] == count, wanted
    for sort in ("SHIP_BY_ASC", "PRIORITY_DESC", "CREATED_AT_ASC", None):
        api.statements.clear()
        assert api(FIND_WORK, sort=sort)["fulfillmentOrders"]["totalCount"] == 1
        assert len(api.statements) == 1
    strategies = api("{ routingStrategies { name summary plugin { name } } }")["routingStrategies"]
    assert {one["plugin"]["name"] for one in strategies} == {"routing"}


def test_actions_say_which_scope_is_missing(api: Api, order: str) -> None:
    api.done(ROUTE, id=order)
    reader = holder(api, "orders:read")

    assert actions(the_work(reader)) == set()
    assert actions(the_work(api)) != set()
