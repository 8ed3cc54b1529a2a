"""Case 25: Redis is wiped, again and again. Every pending job comes back, and none is done twice."""

import json
import os
import signal
import sys
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from pathlib import Path
from subprocess import STDOUT, Popen
from typing import Any

import pytest
import redis

from core.config import Config, variable
from core.hub import Hub, open_hub
from core.servers.process import bound_command
from tests.acceptance import steps
from tests.acceptance.crew import eventually
from tests.acceptance.market import ADDRESS
from tests.acceptance.timeline import ends_well, shown, told, units
from tests.api import Api

QUEUES = "{ queues { name pending running failed } }"
STOCK = """
{
  stockLevels(filter: {sku: ["LAMP"]}) { nodes { onHand reserved } }
  stockMovements(first: 250, filter: {sku: ["LAMP"], reason: [RESERVE]}) { nodes { reservedDelta reference } }
  failedJobs { nodes { job error } }
}
"""

pytestmark = pytest.mark.slow


@pytest.fixture
def config(config: Config) -> Config:
    config.plugins_file.write_text('[integrations.routing]\nplugin = "routing"\n')
    return config


@pytest.fixture
def hub(config: Config, database_url: str, redis_url: str) -> Iterator[Hub]:
    """A hub that wakes workers, as the web server's does."""
    hub = open_hub(config, database_url, redis_url=redis_url)
    yield hub
    hub.close()


@contextmanager
def stopped(processes: Iterable[Popen[bytes]]) -> Iterator[None]:
    """They stand still for as long as the block lasts, and do not know it."""
    standing = list(processes)
    for process in standing:
        process.send_signal(signal.SIGSTOP)
    try:
        yield
    finally:
        for process in standing:
            process.send_signal(signal.SIGCONT)


@contextmanager
def running(config: Config, logs: Mapping[Path, str]) -> Iterator[dict[Path, Popen[bytes]]]:
    """Commands of `crossdock`, each a process of its own that writes its log, until the block ends."""
    environment = {
        **os.environ,
        variable("database_url"): config.database_url or "",
        variable("redis_url"): config.redis_url or "",
        variable("home"): str(config.home),
        variable("plugins_file"): str(config.plugins_file),
        variable("worker_threads"): "4",
        variable("log_level"): "debug",
        variable("log_format"): "json",
    }
    with ExitStack() as stack:
        processes = {}
        for log, command in logs.items():
            out = stack.enter_context(log.open("w"))
            line = bound_command([sys.executable, "-m", "core.cli", command])
            processes[log] = stack.enter_context(Popen(line, stdout=out, stderr=STDOUT, env=environment))
        try:
            yield processes
        finally:
            for process in processes.values():
                process.terminate()
        assert [process.wait(15) for process in processes.values()] == [0] * len(processes)


def said(log: Path, event: str) -> list[dict[str, Any]]:
    """What a process has logged under these words."""
    lines = [json.loads(line) for line in log.read_text().splitlines() if line.startswith("{") and line.endswith("}")]
    return [line for line in lines if line["event"] == event]


def a_lamp_is_ordered(api: Api) -> str:
    line = {"sku": "LAMP", "quantity": 1, "unitPrice": "10.00"}
    made = steps.order(api, currency="GBP", lines=[line], email="ada@example.com", shippingAddress=ADDRESS)
    order_id: str = made["id"]
    return order_id


def left(api: Api) -> int:
    """Jobs that wait or run, in all queues."""
    return sum(queue["pending"] + queue["running"] for queue in api(QUEUES)["queues"])


def test_every_pending_job_comes_back_and_none_twice(
    api: Api, hub: Hub, config: Config, redis_url: str, tmp_path: Path
) -> None:
    workers = [tmp_path / "worker.log", tmp_path / "another.log"]
    logs = {tmp_path / "scheduler.log": "scheduler", **dict.fromkeys(workers, "worker")}
    with redis.Redis.from_url(redis_url) as broker, running(config, logs) as processes:
        steps.warehouse(api, "leeds")
        steps.item(api, "LAMP")
        steps.stock(api, "LAMP", "leeds", 100, "4.00", "GBP")
        orders = [a_lamp_is_ordered(api) for _ in range(10)]
        eventually(lambda: all(said(log, "worker ready") for log in workers))
        for number in range(10):
            orders.append(a_lamp_is_ordered(api))
            if number % 3 == 0:
                broker.flushall()
        try:
            eventually(lambda: left(api) == 0, seconds=12)
        except AssertionError:
            from sqlalchemy import text
            with hub.engine.connect() as c:
                for r in c.execute(text("select id,name,queue,state,run_at,worker,attempts,error, now() from jobs")): print("ROW", tuple(map(str,r)))
                for r in c.execute(text("select name, seen_at from workers")): print("ROW", tuple(map(str,r)))
            print("ROW", {k: broker.pttl(k) for k in broker.keys()})
            for l in [*logs]: print("ROW", [x[:200] for x in l.read_text().splitlines()[-5:]])
            raise

        with stopped(processes[log] for log in workers):
            orders += [a_lamp_is_ordered(api) for _ in range(10)]
            assert left(api) >= 10
            assert broker.exists("crossdock:orders")  # a wake-up is on its way
            broker.flushall()
        eventually(lambda: left(api) == 0)

    found = api(STOCK)
    assert found["failedJobs"]["nodes"] == []
    assert found["stockLevels"]["nodes"] == [{"onHand": 100, "reserved": 30}]
    assert [each["reservedDelta"] for each in found["stockMovements"]["nodes"]] == [1] * 30
    for order_id in orders:
        order = shown(api, order_id)
        assert units(order) == [("LAMP", 0, 0, 1, 0, 0)]
        assert told(order) == ["order.created", "order.routed"]
    ran = [line for log in workers for line in said(log, "job done")]
    assert max(Counter(line["job_id"] for line in ran).values()) == 1
    assert sum(line["jobs"] for line in ran if line["job"] == "orders.advance") == 30
    ends_well(api, hub)
