"""Worker, web server, PostgreSQL and Valkey are killed at random moments; nothing is lost, nothing is done twice."""

import random
import signal
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from tests.e2e.running import Running, a_home, eventually

pytestmark = pytest.mark.long

SAMPLE = Path(__file__).parents[2] / "plugins" / "csv_orders" / "sample" / "online-retail-days.csv.gz"
ORDERS = 120
VICTIMS = ["crossdock worker", "crossdock serve", "valkey-server", "bin/postgres"]

PREPARE = """
mutation {
  locationUpsert(code: "kent", name: "Kent", kind: WAREHOUSE) { userErrors { message } }
  itemUpsert(sku: "MUG", name: "Mug") { userErrors { message } }
  stockAdjust(idempotencyKey: "opening", adjustments: [{
    sku: "MUG", location: "kent", delta: 1000, reason: RECEIPT, unitCost: {amount: "2.00", currency: "GBP"}
  }]) { userErrors { message } }
}
"""
CREATE = """
mutation ($input: OrderCreateInput!, $key: String!) {
  orderCreate(input: $input, idempotencyKey: $key) { order { id } userErrors { message } }
}
"""
QUEUES = "{ queues { name pending running failed } }"
OUTCOME = """
query ($after: String) {
  orders(first: 100, after: $after, filter: {channel: ["manual"]}) {
    nodes { id onHold lines { nodes { quantity allocated } } journalEntries { nodes { rule } }
      events(first: 50) { nodes { name } } }
    pageInfo { hasNextPage endCursor }
  }
}
"""
STOCK = """{ item(sku: "MUG") { levels { onHand reserved } } }"""


def test_nothing_is_lost_and_nothing_is_done_twice(tmp_path: Path) -> None:
    dice = random.Random(20101201)  # noqa: S311
    with a_home(tmp_path) as hub:
        with hub.up() as process:
            for answer in hub.insist(PREPARE).values():
                assert answer["userErrors"] == []
            with ThreadPoolExecutor(5) as clients:
                importing = clients.submit(import_until_done, hub)
                created = [clients.submit(create, hub, number) for number in range(ORDERS)]
                for victim in dice.sample(VICTIMS, len(VICTIMS)):
                    time.sleep(dice.uniform(0.3, 1.5))
                    assert hub.kill(process.pid, victim)
                ids = [each.result() for each in created]
                importing.result()
            hub.kill(process.pid, "crossdock worker")  # once more, in the midst of what is left
            process.send_signal(signal.SIGKILL)
        with hub.up():
            eventually(lambda: at_rest(hub))
            check(hub, ids)


def import_until_done(hub: Running) -> None:
    """As an operator does: when it ends with a sentence, run it again; it goes on where it stopped."""
    said = ""
    for _ in range(8):
        done = hub.command("import", "orders", str(SAMPLE), "--channel", "uk-shop", "--mapping", "online-retail")
        if done.returncode == 0:
            return
        said = done.stderr
        assert "Traceback" not in said
        time.sleep(0.5)
    pytest.fail(said)


def create(hub: Running, number: int) -> str:
    """An order for one mug; asked for again with the same key until it is answered."""
    address = {"name": "Ada", "line1": "1 High Street", "city": "Leeds", "postalCode": "LS1 4DY", "country": "GB"}
    wanted = {
        "currency": "GBP",
        "paid": True,
        "externalId": f"burst-{number}",
        "shippingAddress": address,
        "lines": [{"sku": "MUG", "quantity": 1, "unitPrice": "5.00"}],
    }
    answer = hub.insist(CREATE, input=wanted, key=f"burst-{number}")["orderCreate"]
    assert answer["userErrors"] == []
    order_id: str = answer["order"]["id"]
    return order_id


def at_rest(hub: Running) -> bool:
    return all(queue["pending"] == queue["running"] == 0 for queue in hub.insist(QUEUES)["queues"])


def check(hub: Running, ids: list[str]) -> None:
    assert len(set(ids)) == ORDERS
    orders = list(all_orders(hub))
    assert sorted(order["id"] for order in orders) == sorted(ids)
    for order in orders:
        assert not order["onHold"]
        assert [(line["quantity"], line["allocated"]) for line in order["lines"]["nodes"]] == [(1, 1)]
        assert sorted(entry["rule"] for entry in order["journalEntries"]["nodes"]) == ["payment", "sale"]
        names = [event["name"] for event in order["events"]["nodes"]]
        assert (names.count("order.created"), names.count("order.routed")) == (1, 1)
    assert hub.insist(STOCK)["item"]["levels"] == [{"onHand": 1000, "reserved": ORDERS}]
    assert [queue["failed"] for queue in hub.insist(QUEUES)["queues"]] == [0] * 7

    again = hub.command("import", "orders", str(SAMPLE), "--channel", "uk-shop", "--mapping", "online-retail")
    assert "7,419 rows" in again.stdout
    assert "7,419 unchanged" in again.stdout
    verified = hub.command("verify")
    assert verified.returncode == 0, verified.stdout


def all_orders(hub: Running) -> list[Any]:
    orders: list[Any] = []
    after = None
    while True:
        page = hub.insist(OUTCOME, after=after)["orders"]
        orders += page["nodes"]
        if not page["pageInfo"]["hasNextPage"]:
            return orders
        after = page["pageInfo"]["endCursor"]
