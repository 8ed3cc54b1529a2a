"""Case 10: the shopper moves house after the order was routed."""

import csv
from typing import Any

import pytest

from core.hub import Hub
from core.jobs.heartbeat import alive
from core.jobs.run import drain, run_jobs
from tests.acceptance import courier, shipping, steps, supply, timeline, watch
from tests.acceptance.shipping import ADDRESS, label, label_of
from tests.acceptance.timeline import shown, told, units, work
from tests.api import Api

TOML = """
[integrations.routing]
plugin = "routing"

[integrations.watch]
plugin = "watch"

[integrations.swift]
plugin = "courier"

[integrations.acme]
plugin = "folder_supplier"
"""
NEXT_DOOR = {**ADDRESS, "line1": "3 High Street"}
PARIS = {"name": "Ada", "line1": "5 Rue Cler", "city": "Paris", "postalCode": "75007", "country": "FR"}
GOTHAM = {**ADDRESS, "line1": "1 Park Row", "city": "Gotham"}
EDINBURGH = {**ADDRESS, "line1": "9 Royal Mile", "city": "Edinburgh", "postalCode": "EH1 2NG"}
NOWHERE = {**ADDRESS, "postalCode": "no code"}
MOVE = """
mutation ($id: ID!, $to: AddressInput!, $version: Int) {
  orderSetAddress(id: $id, shippingAddress: $to, expectedVersion: $version) {
    order { version } userErrors { code message path }
  }
}
"""
ITEM = """
mutation { itemUpsert(sku: "TEA-1", name: "Tea", weightGrams: 200) { userErrors { message } } }
"""
NEAREST = 'mutation { settingsUpdate(routingStrategy: "nearest") { userErrors { message } } }'
LEVEL = """
query { stockLevels(filter: {sku: ["TEA-1"]}) { nodes { location { code } onHand reserved } } }
"""
CHECK = "query ($id: ID!) { order(id: $id) { addressCheck { verdict } } }"
POSTAGE = """
query { journalEntries(first: 50, filter: {rule: ["label", "label_voided"]}) {
  nodes { rule postings { account { code } amount { amount } } } } }
"""


@pytest.fixture
def plugins_toml() -> str:
    return TOML


@pytest.fixture
def foreign_plugins() -> dict[str, str]:
    return {"courier": courier.__name__, "watch": watch.__name__}


def two_pots(api: Api, hub: Hub) -> str:
    """Two pots of tea for London, routed to our own house; ten are there."""
    shipping.depot(api, "leeds")
    api.done(ITEM)
    steps.stock(api, "TEA-1", "leeds", 10, "2.00", "GBP")
    return shipping.ordered(api, hub, "TEA-1", 2, billingAddress=ADDRESS)


def two_from_acme(api: Api, hub: Hub) -> str:
    """Two pots of tea for London that a supplier has been asked to ship, and that it has taken."""
    steps.item(api, "TEA-1")
    supply.supplier(api, "acme", priority=10)
    supply.offer(api, "acme", "TEA-1", 50)
    order = shipping.ordered(api, hub, "TEA-1", 2, billingAddress=ADDRESS)
    acme = supply.player(hub, "acme")
    acme.ships = False
    acme.play(hub.context("acme"))
    supply.looked(hub)
    assert work(shown(api, order)) == [("acme", "ACCEPTED", "OPEN", 2, 2, 0, 0)]
    return order


def moves(api: Api, hub: Hub, order: str, to: dict[str, str]) -> None:
    api.done(MOVE, id=order, to=to)
    run_jobs(hub)


def levels(api: Api) -> dict[str, tuple[int, int]]:
    """On hand and reserved, by location."""
    found = api(LEVEL)["stockLevels"]["nodes"]
    return {each["location"]["code"]: (each["onHand"], each["reserved"]) for each in found}


def goes_to(order: dict[str, Any]) -> tuple[str, str]:
    """The street that the parcel goes to, and that of the bill."""
    return order["shippingAddress"]["line1"], order["billingAddress"]["line1"]


def live(order: dict[str, Any]) -> list[tuple[str, int]]:
    """(location, units) of the work that is not over."""
    return [
        (each["location"]["code"], sum(line["quantity"] for line in each["lines"]))
        for each in order["fulfillmentOrders"]
        if each["workState"] in {"SCHEDULED", "OPEN", "IN_PROGRESS"}
    ]


def letters(hub: Hub) -> list[tuple[str, str]]:
    """What acme was ever sent, in order: the kind of each file, and where to."""
    sent = (hub.context("acme").home / "sent").glob("*.csv")
    files = sorted((list(csv.reader(path.read_text().splitlines())) for path in sent), key=lambda rows: int(rows[0][2]))
    return [(rows[0][1], next((row[3] for row in rows if row[0] == "SHIP_TO"), "")) for rows in files]


def test_next_door_is_checked_again_and_stays_where_it_is(api: Api, hub: Hub) -> None:
    order = two_pots(api, hub)
    before = shown(api, order)

    moves(api, hub, order, NEXT_DOOR)

    found = shown(api, order)
    assert goes_to(found) == ("3 High Street", "1 High Street")
    assert found["fulfillmentOrders"] == before["fulfillmentOrders"]
    assert (units(found), levels(api)) == ([("TEA-1", 0, 0, 2, 0, 0)], {"leeds": (10, 2)})
    assert told(found).count("order.routed") == 1
    assert api(CHECK, id=order)["order"]["addressCheck"]["verdict"] == "VALID"
    assert f"Order {found['number']} goes to Ada, 3 High Street, London N1 9GU, GB." in timeline.sentences(found)
    timeline.ends_well(api, hub)


def test_where_it_costs_more_to_send_it_is_routed_anew(api: Api, hub: Hub) -> None:
    order = two_pots(api, hub)

    moves(api, hub, order, PARIS)

    found = shown(api, order)
    assert goes_to(found) == ("5 Rue Cler", "1 High Street")
    assert [each["workState"] for each in found["fulfillmentOrders"]] == ["CANCELLED", "OPEN"]
    assert (live(found), levels(api)) == ([("leeds", 2)], {"leeds": (10, 2)})
    assert told(found).count("order.routed") == 2
    timeline.ends_well(api, hub)


def test_where_another_house_is_nearer_it_moves_there(api: Api, hub: Hub) -> None:
    api.done(NEAREST)
    api.done(ITEM)
    for code, city, postcode in (("london", "London", "E1 6AN"), ("glasgow", "Glasgow", "G1 1XQ")):
        shipping.depot(
            api, code, address={"line1": "7 Dock Road", "city": city, "postalCode": postcode, "country": "GB"}
        )
        steps.stock(api, "TEA-1", code, 10, "2.00", "GBP")
    order = shipping.ordered(api, hub, "TEA-1", 2)
    assert (live(shown(api, order)), levels(api)) == ([("london", 2)], {"london": (10, 2), "glasgow": (10, 0)})

    moves(api, hub, order, EDINBURGH)

    assert (live(shown(api, order)), levels(api)) == ([("glasgow", 2)], {"london": (10, 0), "glasgow": (10, 2)})
    timeline.ends_well(api, hub)


def test_a_supplier_that_was_not_asked_yet_only_hears_of_the_new_address(api: Api, hub: Hub) -> None:
    steps.item(api, "TEA-1")
    supply.supplier(api, "acme", priority=10)
    supply.offer(api, "acme", "TEA-1", 50)
    line = {"sku": "TEA-1", "quantity": 2, "unitPrice": "10.00"}
    order = steps.order(api, currency="GBP", lines=[line], shippingAddress=ADDRESS)["id"]
    with alive(hub.engine, "orders only") as worker:
        drain(hub, "orders", worker)
    assert work(shown(api, order)) == [("acme", "UNSUBMITTED", "OPEN", 2, 0, 0, 0)]

    moves(api, hub, order, NEXT_DOOR)

    found = shown(api, order)
    assert (found["pendingShippingAddress"], live(found)) == (None, [("acme", 2)])
    assert letters(hub) == [("ORDER", "3 High Street")]
    timeline.ends_well(api, hub)


def test_what_cannot_be_delivered_waits_for_a_person(api: Api, hub: Hub) -> None:
    order = two_pots(api, hub)

    moves(api, hub, order, NOWHERE)

    found = shown(api, order)
    assert found["onHold"]
    assert [(hold["kind"], hold["code"], hold["releasedAt"]) for hold in found["holds"]] == [
        ("ADDRESS", "address_invalid", None)
    ]
    timeline.ends_well(api, hub)


def test_the_risk_is_assessed_again(api: Api, hub: Hub) -> None:
    order = two_pots(api, hub)
    assert shown(api, order)["holds"] == []

    moves(api, hub, order, GOTHAM)

    found = shown(api, order)
    assert [(hold["kind"], hold["code"], hold["releasedAt"]) for hold in found["holds"]] == [
        ("FRAUD", "watch.gotham", None)
    ]
    assert "order.held" in told(found)

    moves(api, hub, order, ADDRESS)

    found = shown(api, order)
    assert (found["onHold"], live(found)) == (False, [("leeds", 2)])
    timeline.ends_well(api, hub)


def test_a_supplier_that_has_it_is_asked_to_give_it_back_first(api: Api, hub: Hub) -> None:
    order = two_from_acme(api, hub)

    moves(api, hub, order, NEXT_DOOR)

    waiting = shown(api, order)
    assert waiting["pendingShippingAddress"] == {"line1": "3 High Street"}
    assert goes_to(waiting) == ("1 High Street", "1 High Street")
    assert work(waiting) == [("acme", "CANCELLATION_REQUESTED", "OPEN", 2, 2, 0, 0)]
    assert letters(hub) == [("ORDER", "1 High Street"), ("CANCEL", "")]

    acme = supply.player(hub, "acme")
    acme.ships = False
    acme.play(hub.context("acme"))
    supply.looked(hub)

    found = shown(api, order)
    assert (found["pendingShippingAddress"], goes_to(found)) == (None, ("3 High Street", "1 High Street"))
    assert live(found) == [("acme", 2)]
    assert letters(hub) == [("ORDER", "1 High Street"), ("CANCEL", ""), ("ORDER", "3 High Street")]
    story = ["order.routed", "order.address_pending", "fulfillment.cancelled", "order.readdressed"]
    assert [name for name in told(found) if name in story] == [*story, "order.routed"]
    timeline.ends_well(api, hub)


def test_a_supplier_that_shipped_meanwhile_keeps_the_old_address_and_a_case_says_so(api: Api, hub: Hub) -> None:
    order = two_from_acme(api, hub)
    supply.player(hub, "acme").play(hub.context("acme"))
    moves(api, hub, order, NEXT_DOOR)

    supply.player(hub, "acme").play(hub.context("acme"))
    supply.looked(hub)

    found = shown(api, order)
    assert (found["pendingShippingAddress"], goes_to(found)) == (None, ("1 High Street", "1 High Street"))
    assert units(found) == [("TEA-1", 0, 0, 0, 2, 0)]
    assert [case["code"] for case in found["cases"]] == ["address_change_refused"]
    timeline.ends_well(api, hub)


def test_a_labelled_parcel_gets_its_label_back_and_is_rated_and_bought_again(api: Api, hub: Hub) -> None:
    order = two_pots(api, hub)
    (old,) = shipping.packed(api, order, 2)
    assert label_of(label(api, old, "old"))["cost"] == {"amount": "4.50", "currency": "GBP"}

    moves(api, hub, order, PARIS)

    found = shown(api, order)
    assert [(sent["id"], sent["status"]) for sent in found["shipments"]] == [(old, "CANCELLED")]
    assert found["shipments"][0]["packages"][0]["label"]["state"] == "VOIDED"
    (new,) = shipping.packed(api, order, 2)
    assert label_of(label(api, new, "new"))["cost"] == {"amount": "9.90", "currency": "GBP"}
    sold = sorted(courier.sales(hub.context("swift").home), key=lambda each: each["price"])
    assert [(each["to"], each["price"], each.get("voided", False)) for each in sold] == [
        ("1 High Street", 450, True),
        ("5 Rue Cler", 990, False),
    ]
    assert levels(api) == {"leeds": (10, 2)}
    story = ["label.purchased", "order.readdressed", "label.voided"]
    assert [name for name in told(shown(api, order)) if name in story] == [*story, "label.purchased"]
    timeline.ends_well(api, hub)


def test_what_has_left_cannot_go_elsewhere(api: Api, hub: Hub) -> None:
    order = two_pots(api, hub)
    (parcel,) = shipping.packed(api, order, 2)
    label_of(label(api, parcel, "label"))
    shipping.handed_over(api, parcel)
    run_jobs(hub)
    before = shown(api, order)

    assert api.refused(MOVE, id=order, to=NEXT_DOOR) == [("ILLEGAL_STATE", ["id"])]

    run_jobs(hub)
    assert shown(api, order) == before
    assert goes_to(before) == ("1 High Street", "1 High Street")
    timeline.ends_well(api, hub)


def test_somebody_else_was_quicker(api: Api, hub: Hub) -> None:
    order = two_pots(api, hub)
    version = shown(api, order)["version"]
    moves(api, hub, order, NEXT_DOOR)

    assert api.refused(MOVE, id=order, to=PARIS, version=version) == [("VERSION_CONFLICT", ["expectedVersion"])]

    assert goes_to(shown(api, order))[0] == "3 High Street"
    timeline.ends_well(api, hub)
