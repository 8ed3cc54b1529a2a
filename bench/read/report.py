"""The tables that are printed, and whether the goals are met."""

from collections.abc import Mapping
from dataclasses import dataclass

from bench.read.engine import Costs
from bench.read.load import Load
from bench.read.questions import Question

WAYS = {"hub": "Crossdock", "plain": "(a) plain ORM server", "bare": "(b) bare driver"}
_FASTER = {"Q1": 14.0, "Q2": 6.0}
"""How many times the plain server's requests per second the hub should answer."""
_DEARER = {"Q1": 1.7}
"""How many times the bare driver's CPU time a request may take."""
_RATE = {"Q4": 4000.0}
_SLOWER = {"Q1": 0.30, "Q5": 0.30}
"""How much of its rate a query may lose from the smallest number of orders to the largest."""

Found = Mapping[tuple[str, str, int], "Measured"]
"""By question, way of asking and number of clients."""


@dataclass(slots=True)
class Measured:
    """What one way of asking took: CPU seconds of the server (or the driver's process) and of PostgreSQL."""

    load: Load
    server: float
    postgres: float
    statements: float = 1.0

    @property
    def cpu(self) -> float:
        """CPU seconds a request, on both sides of the driver."""
        return (self.server + self.postgres) / len(self.load.latencies)


def headline(question: Question, size: int) -> None:
    title(f"{question.name}  {question.title}, {size / 1024:.1f} KB")


def title(text: str) -> None:
    print(f"\n{text}")
    print(f"  {'':22} clients  requests/s   p50 ms   p99 ms  server CPU  PostgreSQL CPU  SQL  clients' CPU")


def line(way: str, clients: int, one: Measured) -> None:
    """One way of asking; CPU in milliseconds a request."""
    count = len(one.load.latencies)
    server, postgres, own = (seconds / count * 1000 for seconds in (one.server, one.postgres, one.load.cpu))
    shown, statements = (f"{own:10.3f}", f"{one.statements:4.1f}") if way != "bare" else ("", "")
    print(
        f"  {WAYS[way]:22} {clients:7} {one.load.rate:11,.0f} {one.load.quantile(0.5) * 1000:8.2f} "
        f"{one.load.quantile(0.99) * 1000:8.2f} {server:11.3f} {postgres:15.3f} {statements:4} {shown}".rstrip(),
        flush=True,
    )


def costs(one: Costs) -> None:
    print(
        f"  engine alone: parse and validate {one.parsed:.1f} ms, plan and write SQL {one.planned:.1f} ms, "
        f"each later request {one.hot:.2f} ms"
    )


def goals(name: str, found: Found) -> None:
    """Each goal of a question, with 16 clients."""
    clients = max(clients for _, _, clients in found)
    hub = found[name, "hub", clients]
    if (plain := found.get((name, "plain", clients))) is not None:
        _goal(f"{hub.load.rate / plain.load.rate:.1f} times (a)", hub.load.rate / plain.load.rate, _FASTER.get(name))
        print(f"        {plain.cpu / hub.cpu:.1f} times less CPU than (a)")
    if (bare := found.get((name, "bare", clients))) is not None:
        ratio = hub.cpu / bare.cpu
        _goal(f"{ratio:.2f} times the CPU of (b)", ratio, _DEARER.get(name), most=True)
    if (rate := _RATE.get(name)) is not None:
        _goal(f"{hub.load.rate:,.0f} requests/s", hub.load.rate, rate)


def growth(found: Mapping[int, Found]) -> None:
    """What it costs to have more orders."""
    if len(found) < 2:  # noqa: PLR2004
        return
    few, many = min(found), max(found)
    print(f"\n{many:,} orders beside {few:,}, 16 clients")
    for name, way, clients in found[few]:
        if way != "hub" or clients == 1 or name == "static":
            continue
        before, after = found[few][name, way, clients], found[many][name, way, clients]
        lost = 1 - after.load.rate / before.load.rate
        text = f"{name}: {lost:+.0%} of the rate, {after.cpu / before.cpu - 1:+.0%} CPU"
        _goal(text, after.cpu / before.cpu - 1, _SLOWER.get(name), most=True)


def _goal(text: str, value: float, goal: float | None, *, most: bool = False) -> None:
    if goal is None:
        print(f"        {text}")
        return
    met = value <= goal if most else value >= goal
    wanted = f"{goal:.0%}" if goal < 1 else f"{goal:,g}"
    print(f"  {'met' if met else 'MISSED':6}{text} (goal: {'at most' if most else 'at least'} {wanted})")
