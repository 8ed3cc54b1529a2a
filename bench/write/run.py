"""Measure `orderCreate` from the request to an order that is reserved, routed and booked."""

import random
import statistics
import sys
import time
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor

from sqlalchemy import Engine, text

from bench.running import Hub, a_hub, stock
from bench.write.bare import bare_inserts
from bench.write.usage import cpu_seconds

ORDERS, CLIENTS, ITEMS = 2000, 8, 200
_PORT = 8766

CREATE = """
mutation($input: OrderCreateInput!, $key: String!) {
  orderCreate(input: $input, idempotencyKey: $key) { order { id } userErrors { code message path } }
}
"""
_UNFINISHED = text(
    """
    select count(*) from orders
    where validated_at is null or exists (
        select from order_lines line where line.order_id = orders.id and line.open > 0)
    """
)
_OUTCOME = text(
    """
    select (select count(*) from orders), (select count(*) from fulfillment_orders),
           (select count(*) from reservations), (select count(*) from journal_entries where rule = 'sale'),
           (select count(*) from holds)
    """
)


def main() -> None:
    with a_hub(port=_PORT) as hub:
        stock(hub, [f"SKU-{number:03}" for number in range(ITEMS)])
        _send(hub, range(100))  # warm: caches of plans and of statements
        _await_done(hub.engine)
        _measure(hub)


def _measure(hub: Hub) -> None:
    before, used = hub.statements(), cpu_seconds(hub.pids)
    started = time.perf_counter()
    latencies = _send(hub, range(100, 100 + ORDERS))
    answered = time.perf_counter() - started
    _await_done(hub.engine)
    took = time.perf_counter() - started
    statements = (hub.statements() - before) / ORDERS
    cpu = {name: seconds - used[name] for name, seconds in cpu_seconds(hub.pids).items()}
    with hub.engine.connect() as connection:
        orders, work, reservations, sales, holds = connection.execute(_OUTCOME).one()
    bare = bare_inserts(hub.engine, first_order=101)
    latencies.sort()
    print(f"orders                {ORDERS} by {CLIENTS} clients, one web process, one worker process")
    print(f"outcome               {orders} orders, {work} fulfillment orders, {reservations} reservations,")
    print(f"                      {sales} sales booked, {holds} holds")
    print(f"answered              {ORDERS / answered:8.1f} orders/s")
    print(f"routed and booked     {ORDERS / took:8.1f} orders/s   (goal: 100)")
    print(f"answer, median        {statistics.median(latencies) * 1000:8.1f} ms")
    print(f"answer, 99 of 100     {latencies[int(len(latencies) * 0.99)] * 1000:8.1f} ms")
    print(f"SQL statements        {statements:8.1f} an order   (goal: at most 40)")
    print(f"CPU, all processes    {sum(cpu.values()) / ORDERS * 1000:8.1f} ms an order: {_shares(cpu)}")
    print(f"bare inserts          {ORDERS / bare:8.1f} orders/s of the same rows")
    print(f"ratio                 {took / bare:8.1f} times the bare inserts")


def _shares(cpu: Mapping[str, float]) -> str:
    return ", ".join(f"{name} {seconds / ORDERS * 1000:.1f}" for name, seconds in cpu.items())


def _send(hub: Hub, numbers: range) -> list[float]:
    def one(number: int) -> float:
        began = time.perf_counter()
        hub.ask(CREATE, input=_order(number), key=f"bench-{number}")
        return time.perf_counter() - began

    with ThreadPoolExecutor(CLIENTS) as pool:
        return list(pool.map(one, numbers))


def _order(number: int) -> dict[str, object]:
    chance = random.Random(number)
    return {
        "externalId": f"bench-{number}",
        "currency": "GBP",
        "paid": True,
        "email": f"shopper-{number}@example.org",
        "shippingAddress": {
            "name": "A. Shopper",
            "line1": "1 High Street",
            "city": "London",
            "postalCode": "SW1A 1AA",
            "country": "GB",
        },
        "lines": [
            {
                "sku": f"SKU-{sku:03}",
                "quantity": chance.randint(1, 3),
                "unitPrice": f"{chance.randint(100, 9999) / 100:.2f}",
            }
            for sku in chance.sample(range(ITEMS), chance.randint(1, 5))
        ],
    }


def _await_done(engine: Engine) -> None:
    for _ in range(1200):
        with engine.connect() as connection:
            if connection.execute(_UNFINISHED).scalar_one() == 0:
                return
        time.sleep(0.05)
    sys.exit("Orders were still not routed a minute after the last one was sent.")
