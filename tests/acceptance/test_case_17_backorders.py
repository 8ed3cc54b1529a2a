"""Case 17: who waited is served by priority, then by age; also from a purchase order that comes short."""

from typing import Any

import pytest

from core.config import Config
from core.hub import Hub
from core.jobs.run import run_jobs
from tests.acceptance import steps
from tests.acceptance.market import ADDRESS, open_markets, order_of, sells, trades
from tests.acceptance.timeline import ends_well, sentences, shown, told, units
from tests.api import Api

SUPPLIER = """
mutation { supplierUpsert(key: "glow", name: "Glow", currency: "GBP") { supplier { id } userErrors { message } } }
"""
BUY = """
mutation ($lines: [PurchaseLineInput!]!, $key: String!) {
  purchaseOrderCreate(supplier: "glow", location: "leeds", lines: $lines, idempotencyKey: $key) {
    purchaseOrder { id } userErrors { message path }
  }
}
"""
APPROVE = "mutation ($id: ID!) { purchaseOrderApprove(id: $id) { userErrors { message } } }"
SEND = "mutation ($id: ID!) { purchaseOrderSend(id: $id) { userErrors { message } } }"
CLOSE = """
mutation ($id: ID!) { purchaseOrderClose(id: $id, reason: "They have no more") { userErrors { message } } }
"""
RECEIVE = """
mutation ($id: ID!, $lines: [PurchaseReceiptInput!]!, $key: String!) {
  purchaseOrderReceive(id: $id, lines: $lines, idempotencyKey: $key) {
    purchaseOrder { state lines { quantity received } } userErrors { message path }
  }
}
"""
PURCHASE = """
query ($id: ID!) {
  node(id: $id) { ... on PurchaseOrder { state lines { quantity received demand { id } } } }
}
"""
PRIORITY = (
    "mutation ($id: ID!, $priority: Int!) { orderSetPriority(id: $id, priority: $priority) { userErrors { message } } }"
)
LEVEL = """
{ stockLevels(filter: {sku: ["LAMP"]}) { nodes { onHand reserved incoming available } } }
"""


@pytest.fixture
def config(config: Config) -> Config:
    config.plugins_file.write_text('[integrations.routing]\nplugin = "routing"\n')
    return config


def a_sold_out_lamp(api: Api) -> None:
    """None is left in the warehouse; one supplier makes them."""
    steps.warehouse(api, "leeds")
    steps.item(api, "LAMP")
    api.done(SUPPLIER)


def wants(api: Api, placed: str, quantity: int = 1, *, priority: int = 0) -> str:
    """An order for lamps, placed at that time of the first of November."""
    made = steps.order(
        api,
        currency="GBP",
        lines=[{"sku": "LAMP", "quantity": quantity, "unitPrice": "10.00"}],
        email="ada@example.com",
        shippingAddress=ADDRESS,
        placedAt=f"2026-11-01T{placed}:00Z",
        priority=priority,
    )
    order_id: str = made["id"]
    return order_id


def served(api: Api, orders: dict[str, str]) -> dict[str, tuple[int, int]]:
    """Units (that wait, that have a place) of each order that waits no more, or in part only."""
    counted = {name: units(shown(api, order_id))[0] for name, order_id in orders.items()}
    return {name: (waiting, placed) for name, (_, _, waiting, placed, _, _) in counted.items() if placed}


def bought(api: Api, quantity: int) -> str:
    """A purchase order for lamps that the supplier has."""
    lines = [{"sku": "LAMP", "quantity": quantity, "unitCost": "4.00"}]
    order_id: str = api.done(BUY, lines=lines, key=steps.key())["purchaseOrder"]["id"]
    api.done(APPROVE, id=order_id)
    api.done(SEND, id=order_id)
    return order_id


def came(api: Api, hub: Hub, purchase: str, quantity: int) -> dict[str, Any]:
    """So many lamps of it arrive."""
    payload = api.done(RECEIVE, id=purchase, lines=[{"sku": "LAMP", "quantity": quantity}], key=steps.key())
    run_jobs(hub)
    found: dict[str, Any] = payload["purchaseOrder"]
    return found


def waiting_customers(api: Api, hub: Hub) -> dict[str, str]:
    """Five orders that wait for a lamp each, entered in no order at all."""
    a_sold_out_lamp(api)
    (market,) = open_markets(hub, "amber")
    trades(api, market, "LAMP", priority=5)
    orders = {
        "young": wants(api, "12:00"),
        "urgent": wants(api, "13:00", priority=9),
        "old": wants(api, "08:00"),
        "middle": wants(api, "10:00"),
    }
    told_by_market = sells(hub, market, {"LAMP": 1})
    run_jobs(hub)
    orders["market"] = order_of(api, market, told_by_market)
    for order_id in orders.values():
        assert units(shown(api, order_id)) == [("LAMP", 0, 1, 0, 0, 0)]
    return orders


def test_those_who_waited_are_served_by_priority_then_age(api: Api, hub: Hub) -> None:
    """The order's own priority counts before its channel's, and age after both."""
    orders = waiting_customers(api, hub)

    for expected in ("urgent", "market", "old", "middle", "young"):
        before = served(api, orders)
        steps.stock(api, "LAMP", "leeds", 1, "4.00", "GBP")
        run_jobs(hub)
        assert served(api, orders) == {**before, expected: (0, 1)}

    for order_id in orders.values():
        assert [name for name in told(shown(api, order_id)) if name in {"order.backordered", "order.routed"}] == [
            "order.backordered",
            "order.routed",
        ]
    ends_well(api, hub)


def test_a_higher_priority_given_while_it_waits_counts(api: Api, hub: Hub) -> None:
    orders = waiting_customers(api, hub)
    api.done(PRIORITY, id=orders["young"], priority=10)

    steps.stock(api, "LAMP", "leeds", 2, "4.00", "GBP")
    run_jobs(hub)

    assert served(api, orders) == {"young": (0, 1), "urgent": (0, 1)}
    ends_well(api, hub)


def test_a_short_receipt_serves_the_first_in_line(api: Api, hub: Hub) -> None:
    orders = waiting_customers(api, hub)
    purchase = bought(api, 5)
    in_line = [orders[name] for name in ("urgent", "market", "old", "middle", "young")]
    assert demand(api, purchase) == [line_of(api, order_id) for order_id in in_line]
    assert api(LEVEL)["stockLevels"]["nodes"] == [{"onHand": 0, "reserved": 0, "incoming": 5, "available": 0}]

    arrived = came(api, hub, purchase, 3)

    assert arrived == {"state": "PARTIALLY_RECEIVED", "lines": [{"quantity": 5, "received": 3}]}
    assert served(api, orders) == {"urgent": (0, 1), "market": (0, 1), "old": (0, 1)}
    assert demand(api, purchase) == [line_of(api, orders[name]) for name in ("middle", "young")]
    assert api(LEVEL)["stockLevels"]["nodes"] == [{"onHand": 3, "reserved": 3, "incoming": 2, "available": 0}]

    api.done(CLOSE, id=purchase)
    run_jobs(hub)
    assert api(LEVEL)["stockLevels"]["nodes"] == [{"onHand": 3, "reserved": 3, "incoming": 0, "available": 0}]
    assert demand(api, purchase) == []
    assert served(api, orders) == {"urgent": (0, 1), "market": (0, 1), "old": (0, 1)}

    came(api, hub, bought(api, 2), 2)
    assert len(served(api, orders)) == 5
    assert "1 from Leeds." in sentences(shown(api, orders["young"]))[-1]
    ends_well(api, hub)


def test_an_order_for_several_takes_what_there_is_and_keeps_its_place(api: Api, hub: Hub) -> None:
    a_sold_out_lamp(api)
    orders = {"large": wants(api, "08:00", 4), "small": wants(api, "09:00", 1)}
    run_jobs(hub)
    purchase = bought(api, 5)

    came(api, hub, purchase, 3)
    assert served(api, orders) == {"large": (1, 3)}
    came(api, hub, purchase, 1)
    assert served(api, orders) == {"large": (0, 4)}
    came(api, hub, purchase, 1)
    assert served(api, orders) == {"large": (0, 4), "small": (0, 1)}
    ends_well(api, hub)


def demand(api: Api, purchase: str) -> list[str]:
    """Ids of the order lines that wait for a purchase order, the first in line first."""
    (line,) = api(PURCHASE, id=purchase)["node"]["lines"]
    return [each["id"] for each in line["demand"]]


def line_of(api: Api, order_id: str) -> str:
    (line,) = shown(api, order_id)["lines"]["nodes"]
    found: str = line["id"]
    return found
