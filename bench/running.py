"""A hub for a measurement: servers of its own, one web process, one worker process and one scheduler."""

import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx2
import psutil  # type: ignore[import-untyped]  # it ships no types
from sqlalchemy import Engine, text

from core.db import connect
from core.metrics import FOLDER_VARIABLE
from core.servers import embedded_postgres, embedded_valkey
from core.servers.process import bound_command

_KEY = "bench-admin-key-0123456789"
_CROSSDOCK = (sys.executable, "-m", "core.cli")
_PROCESSES = ("serve", "worker", "scheduler")
_PLUGINS = '[integrations.routing]\nplugin = "routing"\n\n[integrations.warehouse]\nplugin = "warehouse"\n'


@dataclass(frozen=True, slots=True)
class Hub:
    """pids: of its processes and those of its servers, by name."""

    client: httpx2.Client
    engine: Engine
    port: int
    pids: Mapping[str, int]

    def ask(self, query: str, **variables: Any) -> dict[str, Any]:
        """The data of an answer. Ends the process where the hub refuses."""
        answer = self.client.post("/graphql", json={"query": query, "variables": variables}).json()
        problems = answer.get("errors") or [
            problem for field in answer["data"].values() for problem in field.get("userErrors", [])
        ]
        if problems:
            sys.exit(f"The hub refused: {json.dumps(problems[0])}")
        data: dict[str, Any] = answer["data"]
        return data

    def statements(self) -> float:
        """What all processes have sent to PostgreSQL so far."""
        for line in self.client.get("/metrics").text.splitlines():
            if line.startswith("crossdock_sql_statements_total"):
                return float(line.split()[-1])
        return 0.0


@contextmanager
def a_hub(*, port: int, core: int | None = None, **settings: str) -> Iterator[Hub]:
    """A hub that runs until the block ends. core: the one that its web process may use.

    `settings` are environment variables. Ends the process with a sentence where a part of it does not start.
    """
    with ExitStack() as stack:
        home = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="crossdock-bench-")))
        database = stack.enter_context(embedded_postgres(home))
        broker = stack.enter_context(embedded_valkey(home))
        environment = _environment(home, database, broker, port) | settings
        (home / "plugins.toml").write_text(_PLUGINS, encoding="utf-8")
        subprocess.run([*_CROSSDOCK, "migrate"], env=environment, check=True)
        pids = {name: stack.enter_context(_running(environment, name)) for name in _PROCESSES}
        if core is not None:
            os.sched_setaffinity(pids["serve"], {core})  # before it has threads, which inherit it
        engine = connect(database)
        stack.callback(engine.dispose)
        client = stack.enter_context(httpx2.Client(base_url=f"http://127.0.0.1:{port}", timeout=60))
        client.headers["authorization"] = f"Bearer {_KEY}"
        _await_ready(client, pids)
        yield Hub(client, engine, port, {**pids, "postgres": _postmaster(engine), "valkey": _valkey()})


def stock(hub: Hub, skus: Sequence[str]) -> None:
    """More than enough of these items, each kept at two warehouses."""
    for place, code in enumerate(("north", "south")):
        hub.ask(
            """mutation($code: String!, $priority: Int!) {
                 locationUpsert(code: $code, kind: WAREHOUSE, integration: "warehouse", priority: $priority,
                   timezone: "Europe/London") { userErrors { message } } }""",
            code=code,
            priority=place,
        )
    for sku in skus:
        hub.ask(
            "mutation($sku: String!) { itemUpsert(sku: $sku, weightGrams: 300) { userErrors { message } } }", sku=sku
        )
    hub.ask(
        """mutation($adjustments: [StockAdjustInput!]!) {
             stockAdjust(adjustments: $adjustments, idempotencyKey: "opening") { userErrors { message } } }""",
        adjustments=[
            {
                "sku": sku,
                "location": code,
                "setOnHand": 100_000,
                "reason": "COUNT",
                "unitCost": {"amount": "2.50", "currency": "GBP"},
            }
            for sku in skus
            for code in ("north", "south")
        ],
    )


def _environment(home: Path, database: str, broker: str, port: int) -> dict[str, str]:
    counts = home / "counts"
    counts.mkdir()
    return {
        **os.environ,
        FOLDER_VARIABLE: str(counts),  # one for all, so that the web process can tell what all of them counted
        "CROSSDOCK_DATABASE_URL": database,
        "CROSSDOCK_REDIS_URL": broker,
        "CROSSDOCK_HOME": str(home / "hub"),
        "CROSSDOCK_PORT": str(port),
        "CROSSDOCK_ADMIN_KEY": _KEY,
        "CROSSDOCK_PLUGINS_FILE": str(home / "plugins.toml"),
        "CROSSDOCK_LOG_LEVEL": "warning",
        "CROSSDOCK_SAMPLE": "0",
    }


@contextmanager
def _running(environment: dict[str, str], command: str) -> Iterator[int]:
    process = subprocess.Popen(bound_command([*_CROSSDOCK, command]), env=environment)  # ends with us, however we end
    try:
        yield process.pid
    finally:
        process.terminate()
        process.wait(timeout=15)


def _await_ready(client: httpx2.Client, pids: Mapping[str, int]) -> None:
    for _ in range(1200):
        if any(psutil.Process(pid).status() == psutil.STATUS_ZOMBIE for pid in pids.values()):
            sys.exit("A process of the hub ended before it was ready; its output above says why.")
        with suppress(httpx2.HTTPError):
            if client.get("/readyz").is_success:
                return
        time.sleep(0.1)
    sys.exit("The hub was not ready within two minutes.")


def _postmaster(engine: Engine) -> int:
    """The process of PostgreSQL that all its others descend from."""
    with engine.connect() as connection:
        lines = connection.scalar(text("select pg_read_file('postmaster.pid', 0, 20)"))
    return int(lines.split()[0])


def _valkey() -> int:
    found = [each.pid for each in psutil.Process().children(recursive=True) if "valkey" in each.name()]
    return int(found[0])
