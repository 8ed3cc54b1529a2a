"""Measure `orderCreate` from the request to an order that is reserved, routed and booked."""

import json
import os
import random
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from pathlib import Path

import httpx2
from sqlalchemy import Engine, text

from bench.write.bare import bare_inserts
from bench.write.usage import cpu_seconds
from core.db import connect
from core.metrics import FOLDER_VARIABLE
from core.servers import embedded_postgres, embedded_valkey

ORDERS, CLIENTS, ITEMS = 2000, 8, 200
_PROCESSES = ("serve", "worker", "scheduler")
KEY = "bench-admin-key-0123456789"
PORT = 8766

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
    with ExitStack() as stack:
        home = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="crossdock-bench-")))
        database = stack.enter_context(embedded_postgres(home))
        broker = stack.enter_context(embedded_valkey(home))
        environment = _environment(home, database, broker)
        _crossdock(environment, "migrate")
        processes = {name: stack.enter_context(_running(environment, name)) for name in _PROCESSES}
        engine = connect(database)
        stack.callback(engine.dispose)
        client = stack.enter_context(httpx2.Client(base_url=f"http://127.0.0.1:{PORT}", timeout=60))
        client.headers["authorization"] = f"Bearer {KEY}"
        _await_ready(client, processes.values())
        _stock(client)
        _send(client, range(100))  # warm: caches of plans and of statements
        _await_done(engine)
        pids = {name: process.pid for name, process in processes.items()}
        _measure(client, engine, {**pids, "postgres": _postmaster(engine)})


def _measure(client: httpx2.Client, engine: Engine, pids: Mapping[str, int]) -> None:
    before, used = _statements(client), cpu_seconds(pids)
    started = time.perf_counter()
    latencies = _send(client, range(100, 100 + ORDERS))
    answered = time.perf_counter() - started
    _await_done(engine)
    took = time.perf_counter() - started
    statements = (_statements(client) - before) / ORDERS
    cpu = {name: seconds - used[name] for name, seconds in cpu_seconds(pids).items()}
    with engine.connect() as connection:
        orders, work, reservations, sales, holds = connection.execute(_OUTCOME).one()
    bare = bare_inserts(engine, first_order=101)
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


def _environment(home: Path, database: str, broker: str) -> dict[str, str]:
    plugins = home / "plugins.toml"
    plugins.write_text('[integrations.routing]\nplugin = "routing"\n\n[integrations.warehouse]\nplugin = "warehouse"\n')
    counts = home / "counts"
    counts.mkdir()
    return {
        **os.environ,
        FOLDER_VARIABLE: str(counts),  # one for all, so that the web process can tell what all of them counted
        "CROSSDOCK_DATABASE_URL": database,
        "CROSSDOCK_REDIS_URL": broker,
        "CROSSDOCK_HOME": str(home / "hub"),
        "CROSSDOCK_PORT": str(PORT),
        "CROSSDOCK_ADMIN_KEY": KEY,
        "CROSSDOCK_PLUGINS_FILE": str(plugins),
        "CROSSDOCK_LOG_LEVEL": "warning",
        "CROSSDOCK_SAMPLE": "0",
    }


def _crossdock(environment: dict[str, str], *arguments: str) -> None:
    subprocess.run([Path(sys.executable).parent / "crossdock", *arguments], env=environment, check=True)


@contextmanager
def _running(environment: dict[str, str], command: str) -> Iterator[subprocess.Popen[bytes]]:
    process = subprocess.Popen([Path(sys.executable).parent / "crossdock", command], env=environment)
    try:
        yield process
    finally:
        process.terminate()
        process.wait(timeout=15)


def _await_ready(client: httpx2.Client, processes: Iterable[subprocess.Popen[bytes]]) -> None:
    for _ in range(300):
        if any(process.poll() is not None for process in processes):
            sys.exit("A process of the hub ended before it was ready; its output above says why.")
        try:
            if client.get("/readyz").is_success:
                return
        except httpx2.HTTPError:
            pass
        time.sleep(0.1)
    sys.exit("The hub was not ready within 30 seconds.")


def _ask(client: httpx2.Client, query: str, **variables: object) -> dict[str, dict[str, object]]:
    answer = client.post("/graphql", json={"query": query, "variables": variables}).json()
    problems = answer.get("errors") or [
        problem for field in answer["data"].values() for problem in field.get("userErrors", [])
    ]
    if problems:
        sys.exit(f"The hub refused: {json.dumps(problems[0])}")
    data: dict[str, dict[str, object]] = answer["data"]
    return data


def _stock(client: httpx2.Client) -> None:
    for place, code in enumerate(("north", "south")):
        _ask(
            client,
            """mutation($code: String!, $priority: Int!) {
                 locationUpsert(code: $code, kind: WAREHOUSE, integration: "warehouse", priority: $priority,
                   timezone: "Europe/London") { userErrors { message } } }""",
            code=code,
            priority=place,
        )
    for number in range(ITEMS):
        _ask(
            client,
            "mutation($sku: String!) { itemUpsert(sku: $sku, weightGrams: 300) { userErrors { message } } }",
            sku=f"SKU-{number:03}",
        )
    adjustments = [
        {
            "sku": f"SKU-{number:03}",
            "location": code,
            "setOnHand": 100_000,
            "reason": "COUNT",
            "unitCost": {"amount": "2.50", "currency": "GBP"},
        }
        for number in range(ITEMS)
        for code in ("north", "south")
    ]
    _ask(
        client,
        """mutation($adjustments: [StockAdjustInput!]!) {
             stockAdjust(adjustments: $adjustments, idempotencyKey: "opening") { userErrors { message } } }""",
        adjustments=adjustments,
    )


def _send(client: httpx2.Client, numbers: range) -> list[float]:
    def one(number: int) -> float:
        began = time.perf_counter()
        _ask(client, CREATE, input=_order(number), key=f"bench-{number}")
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


def _statements(client: httpx2.Client) -> float:
    for line in client.get("/metrics").text.splitlines():
        if line.startswith("crossdock_sql_statements_total"):
            return float(line.split()[-1])
    return 0.0


def _postmaster(engine: Engine) -> int:
    """The process of PostgreSQL that all its others descend from."""
    with engine.connect() as connection:
        lines = connection.scalar(text("select pg_read_file('postmaster.pid', 0, 20)"))
    return int(lines.split()[0])
