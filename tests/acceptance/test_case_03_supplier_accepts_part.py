"""Case 3: a supplier that has ten on order accepts six, lacks three and offers another item for one."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest

from core import clock
from core.hub import Hub
from core.jobs.run import run_jobs
from tests.acceptance import steps, supply, timeline
from tests.acceptance.timeline import shown, told, units, work
from tests.api import Api

TOML = """
[integrations.routing]
plugin = "routing"

[integrations.acme]
plugin = "folder_supplier"

[integrations.bolt]
plugin = "folder_supplier"
"""
ADDRESS = {"name": "Ada", "line1": "1 High Street", "city": "London", "postalCode": "N1 9GU", "country": "GB"}
ACK = "reference,line,sku,status,quantity,reason,substitute_sku"
SHIP = "reference,line,sku,quantity,carrier,tracking_number,shipped_at"
RESOLVE = """
mutation ($id: ID!, $option: String, $key: String!) {
  caseResolve(id: $id, option: $option, idempotencyKey: $key) {
    case { state resolution resolvedBy } userErrors { code message }
  }
}
"""
QUARANTINED = """
{ inbox(filter: {state: [QUARANTINED]}) { nodes { kind error payload integration { key } } } }
"""


@pytest.fixture
def plugins_toml() -> str:
    return TOML


@pytest.fixture
def tomorrow() -> Iterator[None]:
    """The clock a day and a minute on."""
    on = timedelta(days=1, minutes=1)
    clock.shift(on)
    yield
    clock.shift(-on)


def ten_mugs(api: Api, hub: Hub, *, elsewhere: int) -> str:
    """Ten blue mugs are ordered and handed to acme, the first choice; bolt, the second, has so many."""
    for sku in ("MUG-BLUE", "MUG-RED"):
        steps.item(api, sku)
    for key, priority, stock in (("acme", 20, 50), ("bolt", 10, elsewhere)):
        supply.supplier(api, key, priority=priority)
        supply.offer(api, key, "MUG-BLUE", stock)
    found = mugs(api, hub, 10)
    assert work(shown(api, found)) == [("acme", "SUBMITTED", "OPEN", 10, 0, 0, 0)]
    return found


def mugs(api: Api, hub: Hub, quantity: int) -> str:
    line = {"sku": "MUG-BLUE", "quantity": quantity, "unitPrice": "9.00"}
    made = steps.order(api, currency="GBP", lines=[line], shippingAddress=ADDRESS)
    run_jobs(hub)
    order_id: str = made["id"]
    return order_id


def six_three_one(hub: Hub) -> None:
    """Acme, by its own files: six accepted, three out of stock, a red mug offered for the last."""
    acme = supply.player(hub, "acme")
    acme.has, acme.offers, acme.ships = {"MUG-BLUE": 6}, {"MUG-BLUE": "MUG-RED"}, False
    assert acme.play(hub.context("acme")) == 1
    supply.looked(hub)


def cost_of_goods(api: Api) -> list[tuple[str, str]]:
    """What was booked as sold, by the item that left."""
    entries = api(
        '{ journalEntries(filter: {rule: ["shipment"]}) { nodes {'
        " postings { account { code } amount { amount } item { sku } } } } }"
    )["journalEntries"]["nodes"]
    postings = [posting for entry in entries for posting in entry["postings"]]
    return [
        (posting["item"]["sku"], posting["amount"]["amount"])
        for posting in postings
        if posting["account"]["code"] == "5000"
    ]


def first_work(order: dict[str, Any]) -> tuple[str, str]:
    """What acme's rows must name: its reference, and the line."""
    return order["fulfillmentOrders"][0]["id"], order["lines"]["nodes"][0]["id"]


def test_what_it_lacks_goes_to_the_next_supplier_and_the_substitute_waits_for_a_person(api: Api, hub: Hub) -> None:
    order = ten_mugs(api, hub, elsewhere=50)
    supply.offer(api, "acme", "MUG-RED", 5, cost="5.00")

    six_three_one(hub)

    found = shown(api, order)
    assert units(found) == [("MUG-BLUE", 0, 0, 10, 0, 0)]
    assert work(found) == [("acme", "ACCEPTED", "OPEN", 10, 6, 3, 0), ("bolt", "SUBMITTED", "OPEN", 3, 0, 0, 0)]
    (case,) = found["cases"]
    assert (case["kind"], case["code"], case["state"]) == ("SUPPLIER", "substitute_offered", "OPEN")
    assert case["title"] == "MUG-RED offered instead of MUG-BLUE"
    assert case["data"]["quantity"] == 1
    assert [option["key"] for option in case["options"]] == ["accept_substitute", "decline_substitute"]

    resolved = api.done(RESOLVE, id=case["id"], option="accept_substitute", key="yes")["case"]

    assert (resolved["state"], resolved["resolution"]) == ("RESOLVED", "accept_substitute")
    found = shown(api, order)
    assert work(found)[0] == ("acme", "ACCEPTED", "OPEN", 10, 7, 3, 0)
    assert found["fulfillmentOrders"][0]["lines"][0]["substitute"] == {"sku": "MUG-RED"}

    reference, line = first_work(found)
    rows = [f"{reference},{line},MUG-BLUE,6", f"{reference},{line},MUG-RED,1"]
    left = f"Van,PV1,{clock.now().isoformat()}"
    supply.wrote(hub, "acme", "ship-000009.csv", [SHIP, *(f"{row},{left}" for row in rows)])
    bolt = supply.player(hub, "bolt")
    bolt.play(hub.context("bolt"))
    bolt.play(hub.context("bolt"))
    supply.looked(hub)

    found = shown(api, order)
    assert units(found) == [("MUG-BLUE", 0, 0, 0, 10, 0)]
    assert (found["status"], found["fulfillmentStatus"]) == ("COMPLETED", "FULFILLED")
    assert [[(line["sku"], line["quantity"]) for line in sent["lines"]] for sent in found["shipments"]] == [
        [("MUG-BLUE", 6), ("MUG-RED", 1)],
        [("MUG-BLUE", 3)],
    ]
    assert sorted(cost_of_goods(api)) == [("MUG-BLUE", "12.00"), ("MUG-BLUE", "24.00"), ("MUG-RED", "5.00")]
    moved = api('{ stockMovements(filter: {sku: "MUG-RED", reason: [SHIP]}) { nodes { onHandDelta reference } } }')
    assert moved["stockMovements"]["nodes"] == [{"onHandDelta": -1, "reference": found["shipments"][0]["id"]}]
    assert {sent["origin"] for sent in found["shipments"]} == {"SUPPLIER"}
    story = told(found)
    for name in ("order.created", "order.routed", "fulfillment.submitted", "fulfillment.accepted",
                 "fulfillment.substitute_offered", "fulfillment.rejected", "case.opened", "case.resolved",
                 "fulfillment.substitute_accepted", "shipment.handed_over", "order.completed"):  # fmt: skip
        assert name in story
    assert f"{reference}: 3 MUG-BLUE will not be shipped: out of stock" in timeline.sentences(found)
    timeline.ends_well(api, hub)


def test_a_substitute_that_a_person_declines_is_routed_anew(api: Api, hub: Hub) -> None:
    order = ten_mugs(api, hub, elsewhere=50)
    six_three_one(hub)
    (case,) = shown(api, order)["cases"]

    api.done(RESOLVE, id=case["id"], option="decline_substitute", key="no")
    run_jobs(hub)

    found = shown(api, order)
    assert work(found) == [
        ("acme", "ACCEPTED", "OPEN", 10, 6, 4, 0),
        ("bolt", "SUBMITTED", "OPEN", 3, 0, 0, 0),
        ("bolt", "SUBMITTED", "OPEN", 1, 0, 0, 0),
    ]
    assert units(found) == [("MUG-BLUE", 0, 0, 10, 0, 0)]
    timeline.ends_well(api, hub)


def test_where_nobody_else_has_it_the_three_wait_as_backorders(api: Api, hub: Hub) -> None:
    order = ten_mugs(api, hub, elsewhere=0)

    six_three_one(hub)

    found = shown(api, order)
    assert units(found) == [("MUG-BLUE", 0, 3, 7, 0, 0)]
    assert work(found) == [("acme", "ACCEPTED", "OPEN", 10, 6, 3, 0)]
    assert [short["quantity"] for short in found["routing"]["backordered"]] == [3]
    assert "order.backordered" in told(found)
    timeline.ends_well(api, hub)


def test_whoever_refused_an_item_is_passed_over_for_it_for_a_day(api: Api, hub: Hub) -> None:
    ten_mugs(api, hub, elsewhere=50)
    six_three_one(hub)

    meanwhile = shown(api, mugs(api, hub, 2))

    assert work(meanwhile) == [("bolt", "SUBMITTED", "OPEN", 2, 0, 0, 0)]
    why = {each["location"]["code"]: each["rejections"] for each in meanwhile["routing"]["candidates"]}
    assert "The supplier has just refused it" in " ".join(why["acme"])
    timeline.ends_well(api, hub)


def test_a_day_later_it_is_the_first_choice_again(api: Api, hub: Hub, request: pytest.FixtureRequest) -> None:
    ten_mugs(api, hub, elsewhere=50)
    six_three_one(hub)

    request.getfixturevalue("tomorrow")

    assert work(shown(api, mugs(api, hub, 2))) == [("acme", "SUBMITTED", "OPEN", 2, 0, 0, 0)]
    timeline.ends_well(api, hub)


def test_a_late_second_answer_opens_a_case_and_never_makes_an_eleventh_unit(api: Api, hub: Hub) -> None:
    order = ten_mugs(api, hub, elsewhere=50)
    six_three_one(hub)
    before = shown(api, order)
    reference, line = first_work(before)

    supply.wrote(hub, "acme", "ack-000008.csv", [ACK, f"{reference},{line},MUG-BLUE,accepted,4,,"])

    found = shown(api, order)
    late = [case for case in found["cases"] if case["code"] == "late_accepted"]
    assert [(case["kind"], case["state"], case["data"]["lines"]) for case in late] == [
        ("SUPPLIER", "OPEN", [{"lineId": line, "quantity": 3}])
    ]
    assert units(found) == units(before) == [("MUG-BLUE", 0, 0, 10, 0, 0)]
    assert sum(wanted - rejected for _, _, _, wanted, _, rejected, _ in work(found)) == 10

    at = clock.now().isoformat()
    supply.wrote(hub, "acme", "ship-000009.csv", [SHIP, f"{reference},{line},MUG-BLUE,10,Van,PV1,{at}"])
    found = shown(api, order)
    assert units(found) == [("MUG-BLUE", 0, 0, 0, 10, 0)]
    bolt = supply.player(hub, "bolt")
    bolt.play(hub.context("bolt"))
    bolt.play(hub.context("bolt"))
    supply.looked(hub)

    found = shown(api, order)
    assert units(found) == [("MUG-BLUE", 0, 0, 0, 10, 0)]
    assert sum(line["quantity"] for sent in found["shipments"] for line in sent["lines"]) == 10
    timeline.ends_well(api, hub)


def test_the_same_file_twice_has_no_effect_whatever_its_name(api: Api, hub: Hub) -> None:
    order = ten_mugs(api, hub, elsewhere=50)
    six_three_one(hub)
    (kept,) = (hub.context("acme").home / "inbound").iterdir()
    rows = kept.read_text().splitlines()
    before = shown(api, order)

    supply.looked(hub)
    supply.wrote(hub, "acme", "ack-000001.csv", rows)
    supply.wrote(hub, "acme", "ack-000777.csv", rows)

    assert shown(api, order) == before
    timeline.ends_well(api, hub)


def test_a_bad_row_is_set_aside_with_file_line_and_reason_and_the_others_count(api: Api, hub: Hub) -> None:
    order = ten_mugs(api, hub, elsewhere=50)
    reference, line = first_work(shown(api, order))
    rows = [
        f"{reference},{line},MUG-BLUE,partial,6,,",
        f"{reference},{line},MUG-BLUE,rejected,lots,out of stock,",
        f"{reference},{line},MUG-BLUE,rejected,3,out of stock,",
    ]

    supply.wrote(hub, "acme", "ack-000007.csv", [ACK, *rows])

    assert api(QUARANTINED)["inbox"]["nodes"] == [
        {
            "kind": "supplier_row",
            "error": "ack-000007.csv line 3: quantity 'lots' is no whole number of 1 or more. "
            "Ask the supplier for the row again, mended, in a new file.",
            "payload": rows[1],
            "integration": {"key": "acme"},
        }
    ]
    found = shown(api, order)
    assert work(found) == [("acme", "ACCEPTED", "OPEN", 10, 6, 3, 0), ("bolt", "SUBMITTED", "OPEN", 3, 0, 0, 0)]
    timeline.ends_well(api, hub)
