"""Measure whole read requests over HTTP: see the README beside it."""

import argparse
import os
import sys
import tempfile
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import orjson

from bench.read import report
from bench.read.engine import Statement, look
from bench.read.load import Load, ask, get, load, post
from bench.read.processes import Served, bare, environment, postmaster, serving
from bench.read.questions import Question, questions
from bench.read.report import Measured
from bench.read.seed import seed
from bench.write.usage import cpu_seconds
from core import migrate
from core.access import keys
from core.db import connect, transaction
from core.servers import embedded_postgres, embedded_valkey

CLIENTS = (1, 16)


def main(arguments: Sequence[str] = ()) -> None:
    parser = argparse.ArgumentParser(prog="python -m bench read")
    parser.add_argument("--orders", default="20000", help="how many orders to read among; several with commas")
    parser.add_argument("--seconds", type=float, default=3.0, help="for how long each measurement asks")
    parser.add_argument("--only", default="Q1,Q2,Q3,Q4,Q5", help="which questions to ask, with commas")
    options = parser.parse_args(arguments)
    found = {}
    for orders in (int(text) for text in options.orders.split(",")):
        found[orders] = _measure(orders, options.seconds, set(options.only.split(",")))
    report.growth(found)


def _measure(orders: int, seconds: float, only: set[str]) -> dict[tuple[str, str, int], Measured]:
    with ExitStack() as stack:
        home = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="crossdock-bench-")))
        database = stack.enter_context(embedded_postgres(home, durable=False))
        broker = stack.enter_context(embedded_valkey(home))
        key = _prepared(database)
        took = seed(database, orders)
        print(f"\n{orders:,} orders, written in {took:.0f} s; load average {os.getloadavg()[0]:.1f}", flush=True)
        settings = environment(home, database, broker)
        hub = stack.enter_context(serving("bench.read.served:application", home, settings))
        plain = stack.enter_context(serving("bench.read.plain.server:application", home, settings))
        bench = _Bench(home=home, database=database, key=key, hub=hub, plain=plain, seconds=seconds)
        asked = [each for each in questions(database, orders, bench.ask_hub) if each.name in only]
        looked = look(database, asked)
        for question in asked:
            bench.question(question, looked[question.name].statements)
            report.costs(looked[question.name].costs)
        bench.static()
        return bench.found


def _prepared(database: str) -> str:
    """Migrate, and make a key that may read everything."""
    engine = connect(database)
    migrate.upgrade(engine)
    with transaction(engine) as session:
        _, secret = keys.create(session, "bench", ["admin"])
    engine.dispose()
    return secret


@dataclass(slots=True, kw_only=True)
class _Bench:
    """One database, the servers over it, and what was found so far by question, way of asking and clients."""

    home: Path
    database: str
    key: str
    hub: Served
    plain: Served
    seconds: float
    found: dict[tuple[str, str, int], Measured] = field(default_factory=dict)

    def ask_hub(self, query: str, variables: dict[str, Any]) -> dict[str, Any]:
        """The data of one answer."""
        body = orjson.loads(ask(self.hub.socket, post({"query": query, "variables": variables}, self.key)))
        if "errors" in body:
            sys.exit(f"The hub refused: {body['errors'][0]['message']}")
        data: dict[str, Any] = body["data"]
        return data

    def question(self, question: Question, statements: Sequence[Sequence[Statement]]) -> None:
        """Ask the hub, the plain server and the bare driver, in turn."""
        requests = [post(body, self.key) for body in question.bodies()]
        size = len(ask(self.hub.socket, requests[0]))
        if question.plain:
            self._compare(requests[0])
        report.headline(question, size)
        for clients in CLIENTS:
            self._served(question.name, "hub", self.hub, requests, clients)
            if question.plain:
                self._served(question.name, "plain", self.plain, requests, clients)
        if any(statements):
            with bare(self.database, self.home, statements) as driver:
                for clients in CLIENTS:
                    driver.load(clients, self.seconds / 2)
                    self._note(question.name, "bare", clients, lambda c=clients: driver.load(c, self.seconds))  # type: ignore[misc]
        report.goals(question.name, self.found)

    def static(self) -> None:
        """20 KB that are always the same."""
        report.title("an answer of 20 KB that is always the same")
        for clients in CLIENTS:
            self._served("static", "hub", self.hub, [get("/static")], clients)

    def _compare(self, request: bytes) -> None:
        ours, theirs = (orjson.loads(ask(server.socket, request))["data"] for server in (self.hub, self.plain))
        for data in (ours, theirs):
            for page in data.values():
                page.get("pageInfo", {}).pop("endCursor", None) if isinstance(page, dict) else None
        if ours != theirs:
            sys.exit("The two servers answer the same request differently: there is nothing to compare.")

    def _served(self, name: str, way: str, server: Served, requests: Sequence[bytes], clients: int) -> None:
        load(server.socket, requests, clients=clients, seconds=self.seconds / 2)  # warm: plans, statements, buffers
        before = _statements(server)
        measured = self._note(
            name, way, clients, lambda: load(server.socket, requests, clients=clients, seconds=self.seconds), server
        )
        measured.statements = (_statements(server) - before) / len(measured.load.latencies)
        report.line(way, clients, measured)

    def _note(
        self, name: str, way: str, clients: int, run: Callable[[], Load], server: Served | None = None
    ) -> Measured:
        processes = {"postgres": postmaster(self.database), **({"server": server.pid} if server else {})}
        before = cpu_seconds(processes)
        found = run()
        used = {each: spent - before[each] for each, spent in cpu_seconds(processes).items()}
        measured = Measured(found, used.get("server", found.cpu), used["postgres"])
        self.found[name, way, clients] = measured
        if server is None:
            report.line(way, clients, measured)
        return measured


def _statements(server: Served) -> float:
    for line in ask(server.socket, get("/metrics")).decode().splitlines():
        if line.startswith("crossdock_sql_statements_total"):
            return float(line.split()[-1])
    return 0.0
