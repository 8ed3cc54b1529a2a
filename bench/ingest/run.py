"""Measure orders of channels, from the webhook to an order that is reserved and routed: see the README beside it."""

import argparse
import os
import statistics
import sys
import time
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from itertools import zip_longest
from typing import Any

from sqlalchemy import text

from bench.ingest.bare import bare_inserts
from bench.ingest.played import CHANNELS, PUBLIC, Letter
from bench.ingest.senders import send
from bench.ingest.stores import WARES, Stores, open_stores
from bench.running import Hub, a_hub, stock
from bench.write.usage import cpu_seconds

_PORT = 8767
_RATE = 200
_WARM = 40
_DONE = text(
    """
    select count(*) from orders
    where validated_at is not null and not exists (
        select from order_lines line where line.order_id = orders.id and line.open > 0)
    """
)
_LAST_MESSAGE = text("select coalesce(max(id), 0) from inbox_messages")
_OUTCOME = text(
    """
    select (select count(*) from orders), (select count(*) from reservations), (select count(*) from holds),
           (select count(*) from inbox_messages where state = 'QUARANTINED'), (select count(*) from failed_jobs)
    """
)


def main(arguments: Sequence[str] = ()) -> None:
    parser = argparse.ArgumentParser(prog="python -m bench ingest")
    parser.add_argument("--orders", type=int, default=400, help="orders of each channel in a measurement")
    parser.add_argument("--seconds", type=int, default=10, help=f"for how long {_RATE} webhooks a second are sent")
    options = parser.parse_args(arguments)
    with ExitStack() as stack:
        stores = stack.enter_context(open_stores())
        settings = {"CROSSDOCK_PUBLIC_URL": PUBLIC, "CROSSDOCK_WEB_PROCESSES": "1", "CROSSDOCK_WORKER_PROCESSES": "1"}
        core = max(os.sched_getaffinity(0))
        hub = stack.enter_context(a_hub(port=_PORT, core=core, **settings))
        stores.hub_at(_PORT)
        _prepare(hub, stores.settings)
        bench = _Bench(hub, stores)
        bench.warm()
        bench.answers(options.seconds)
        for channel in CHANNELS:
            bench.orders((channel,), options.orders)
        bench.orders(CHANNELS, options.orders)
        bench.outcome()


@dataclass(slots=True)
class _Bench:
    """expected: how many orders there are once all is done."""

    hub: Hub
    stores: Stores
    expected: int = 0

    def warm(self) -> None:
        """Caches of plans and of statements, tokens, and the keys that webhooks are signed with."""
        for channel in CHANNELS:
            send(self.hub.port, self._sold(channel, _WARM))
        self.stores.release()
        self._await_done()

    def answers(self, seconds: int) -> None:
        """Webhooks at a fixed rate, while the worker does what follows from them."""
        half = _RATE * seconds // 2
        sold = (self._sold(channel, half)[:half] for channel in ("shopify", "ebay"))
        letters = [letter for both in zip(*sold, strict=True) for letter in both]
        before = self._used()
        sent = send(self.hub.port, letters, rate=_RATE)
        used = self._used()["serve"] - before["serve"]
        print(f"\n{len(letters)} webhooks, {_RATE} a second, to a web process on one core; a worker at work beside it")
        print(f"answer, median        {statistics.median(sent.latencies) * 1000:8.1f} ms")
        print(f"answer, 99 of 100     {sent.quantile(0.99) * 1000:8.1f} ms   (goal: under 50)")
        print(f"CPU of serve          {used / len(letters) * 1000:8.2f} ms a webhook")
        self._await_done()

    def orders(self, channels: Sequence[str], orders: int) -> None:
        """All webhooks at full speed; until the last order is routed."""
        letters: list[Letter] = []
        for told in zip_longest(*(self._sold(channel, orders) for channel in channels)):
            letters += [each for each in told if each is not None]
        with self.hub.engine.connect() as connection:
            last: int = connection.execute(_LAST_MESSAGE).scalar_one()
        before, statements = self._used(), self.hub.statements()
        began = self._begin(channels)
        sent = send(self.hub.port, letters) if letters else None
        self._await_done()
        took = time.time() - began
        count = orders * len(channels)
        used = {name: (seconds - before[name]) / count * 1000 for name, seconds in self._used().items()}
        asked = (self.hub.statements() - statements) / count
        messages, bare = bare_inserts(self.hub.engine, after=last)
        print(f"\n{count} orders of {', '.join(channels)}")
        if sent is not None:
            print(f"webhooks answered     {len(letters) / sent.seconds:8.1f} a second, {len(letters)} in all")
        print(f"reserved and routed   {count / took:8.1f} orders/s")
        print(f"SQL statements        {asked:8.1f} an order")
        print(f"CPU, all processes    {sum(used.values()):8.1f} ms an order: {_listed(used)}")
        print(f"bare inserts          {count / bare:8.1f} orders/s: {messages} payloads, one commit each")
        print(f"ratio                 {took / bare:8.1f} times the bare inserts")

    def outcome(self) -> None:
        with self.hub.engine.connect() as connection:
            orders, reservations, holds, aside, failed = connection.execute(_OUTCOME).one()
        print(f"\noutcome               {orders} orders, {reservations} reservations, {holds} holds,")
        print(f"                      {aside} messages set aside, {failed} failed jobs")

    def _sold(self, channel: str, orders: int) -> list[Letter]:
        self.expected += orders
        return self.stores.sell(channel, orders)

    def _begin(self, channels: Sequence[str]) -> float:
        """The moment from which time counts: the hub looks into a queue when it pleases."""
        if "amazon" not in channels:
            return time.time()
        self.stores.release()
        while (taken := self.stores.taken_at()) is None:
            time.sleep(0.02)
        return taken

    def _used(self) -> Mapping[str, float]:
        return cpu_seconds({**self.hub.pids, "stores": self.stores.pid})

    def _await_done(self) -> None:
        for _ in range(1200):
            with self.hub.engine.connect() as connection:
                if connection.execute(_DONE).scalar_one() >= self.expected:
                    return
            time.sleep(0.1)
        sys.exit("Orders were still not routed two minutes after the last one was told of.")


def _listed(used: Mapping[str, float]) -> str:
    return ", ".join(f"{name} {spent:.1f}" for name, spent in used.items())


def _prepare(hub: Hub, settings: Mapping[str, Mapping[str, Any]]) -> None:
    """Goods, kept at two locations; listings that are mapped to them; and stores that tell what happens there."""
    stock(hub, [ware.sku for ware in WARES])
    for channel in CHANNELS:
        hub.ask(
            """mutation($key: String!, $config: JSON!) {
                 integrationCreate(plugin: $key, key: $key, config: $config) { userErrors { message } } }""",
            key=channel,
            config=settings[channel],
        )
        for job in ("listings", "subscribe"):
            hub.ask(
                """mutation($key: String!, $job: String!) {
                     integrationSync(key: $key, job: $job) { userErrors { message } } }""",
                key=channel,
                job=job,
            )
