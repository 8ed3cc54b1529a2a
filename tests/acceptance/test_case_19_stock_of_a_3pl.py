"""Case 19: a 3PL tells its stock as it was before it saw our last orders; nothing is deducted twice."""

from datetime import datetime

import pytest

from core import clock
from core.config import Config
from core.flows import supplier_stock
from core.hub import Hub
from core.jobs.run import run_jobs
from tests.acceptance import steps, supply
from tests.acceptance.market import ADDRESS
from tests.acceptance.timeline import ends_well, shown, told, units
from tests.api import Api

LOCATION = """
mutation ($authority: StockAuthority!) {
  locationUpsert(code: "depot", name: "Depot", kind: THIRD_PARTY, timezone: "Europe/London", integration: "depot",
                 stockAuthority: $authority) { userErrors { message path } }
}
"""
LEVEL = """
{
  stockLevels(filter: {sku: ["LAMP"]}) { nodes { onHand reserved available } }
  stockMovements(first: 250, filter: {sku: ["LAMP"]}) { nodes { reason onHandDelta } }
}
"""
SET_ASIDE = """{ inbox(filter: {state: [QUARANTINED]}) { nodes { error } } }"""
ACK = "reference,line,sku,status,quantity"
SHIP = "reference,line,sku,quantity,carrier,tracking_number,shipped_at"


@pytest.fixture
def config(config: Config) -> Config:
    config.plugins_file.write_text(
        '[integrations.routing]\nplugin = "routing"\n\n[integrations.depot]\nplugin = "folder_supplier"\n'
    )
    return config


def a_depot(api: Api, hub: Hub, lamps: int, authority: str) -> None:
    """A 3PL that has lamps of ours. Its figures are before orders (LOCATION) or after those that it has accepted."""
    api.done(LOCATION, authority=authority)
    steps.item(api, "LAMP")
    steps.stock(api, "LAMP", "depot", lamps, "4.00", "GBP")
    hub.context("depot").home.joinpath("inbound").mkdir(parents=True, exist_ok=True)


def wants(api: Api, hub: Hub, quantity: int) -> str:
    """An order for lamps, which the depot is asked to ship."""
    line = {"sku": "LAMP", "quantity": quantity, "unitPrice": "10.00"}
    made = steps.order(api, currency="GBP", lines=[line], email="ada@example.com", shippingAddress=ADDRESS)
    run_jobs(hub)
    order_id: str = made["id"]
    return order_id


def answered(api: Api, hub: Hub, name: str, *orders: str) -> None:
    """The depot says yes to all of these."""
    rows = []
    for order in orders:
        found = shown(api, order)
        (work,) = found["fulfillmentOrders"]
        rows.append(f"{work['id']},,LAMP,accepted,{work['lines'][0]['quantity']}")
    supply.wrote(hub, "depot", f"ack-{name}.csv", [ACK, *rows])


def figure(hub: Hub, name: str, quantity: int, as_of: datetime) -> None:
    """The depot's file of what it has, or of what it has left; and then the hub looks."""
    path = hub.context("depot").home / "inbound" / f"stock-{name}.csv"
    path.write_text(f"sku,quantity,as_of\nLAMP,{quantity},{as_of.isoformat()}\n")
    supplier_stock.poll(hub)
    run_jobs(hub)


def level(api: Api) -> tuple[int, int, int]:
    """On hand, reserved, and what can still be promised."""
    (found,) = api(LEVEL)["stockLevels"]["nodes"]
    return found["onHand"], found["reserved"], found["available"]


def test_orders_that_it_has_not_seen_are_not_in_its_figure_and_count_once(api: Api, hub: Hub) -> None:
    a_depot(api, hub, 20, "LOCATION_NET_OF_ORDERS")
    seen = wants(api, hub, 2)
    answered(api, hub, "000001", seen)
    early = wants(api, hub, 1)  # they have its file, and have not looked at it
    taken = clock.now()
    last = [early, wants(api, hub, 2), wants(api, hub, 3)]
    assert level(api) == (20, 8, 12)

    figure(hub, "000001", 18, taken)

    assert level(api) == (20, 8, 12)
    assert [row["reason"] for row in api(LEVEL)["stockMovements"]["nodes"]].count("SNAPSHOT") == 0
    answered(api, hub, "000002", *last)
    figure(hub, "000002", 12, clock.now())
    assert level(api) == (20, 8, 12)

    rows = [f"{shown(api, last[1])['fulfillmentOrders'][0]['id']},,LAMP,2,Van,PV1,{clock.now().isoformat()}"]
    supply.wrote(hub, "depot", "ship-000001.csv", [SHIP, *rows])
    assert level(api) == (18, 6, 12)
    figure(hub, "000003", 12, clock.now())
    assert level(api) == (18, 6, 12)
    assert [units(shown(api, order))[0][3:5] for order in (seen, *last)] == [(2, 0), (1, 0), (0, 2), (3, 0)]
    assert told(shown(api, last[1]))[-1] == "order.completed"
    ends_well(api, hub)


def test_what_is_really_missing_is_found_all_the_same(api: Api, hub: Hub) -> None:
    a_depot(api, hub, 20, "LOCATION_NET_OF_ORDERS")
    seen = wants(api, hub, 2)
    answered(api, hub, "000001", seen)
    taken = clock.now()
    for _ in range(3):
        wants(api, hub, 1)

    figure(hub, "000001", 15, taken)  # 18 were expected

    assert level(api) == (17, 5, 12)
    movements = [(row["reason"], row["onHandDelta"]) for row in api(LEVEL)["stockMovements"]["nodes"]]
    assert ("SNAPSHOT", -3) in movements
    ends_well(api, hub)


def test_a_figure_of_what_lies_there_counts_no_orders_at_all(api: Api, hub: Hub) -> None:
    a_depot(api, hub, 20, "LOCATION")
    seen = wants(api, hub, 2)
    answered(api, hub, "000001", seen)
    taken = clock.now()
    wants(api, hub, 3)

    figure(hub, "000001", 20, taken)

    assert level(api) == (20, 5, 15)
    ends_well(api, hub)


def test_a_figure_that_comes_after_a_later_one_changes_nothing(api: Api, hub: Hub) -> None:
    a_depot(api, hub, 20, "LOCATION")
    first, second = clock.now(), clock.now()

    figure(hub, "000002", 17, second)
    figure(hub, "000001", 19, first)

    assert level(api) == (17, 0, 17)
    ends_well(api, hub)


def test_a_figure_that_cannot_be_is_set_aside_alone(api: Api, hub: Hub) -> None:
    a_depot(api, hub, 20, "LOCATION")
    steps.item(api, "VASE")
    path = hub.context("depot").home / "inbound" / "stock-000001.csv"
    at = clock.now().isoformat()
    path.write_text(f"sku,quantity,as_of\nVASE,2000000000,{at}\nLAMP,17,{at}\n")

    supplier_stock.poll(hub)
    run_jobs(hub)

    assert level(api) == (17, 0, 17)
    (message,) = api(SET_ASIDE)["inbox"]["nodes"]
    assert "2,000,000,000 of VASE cannot lie anywhere" in message["error"]
    ends_well(api, hub)
