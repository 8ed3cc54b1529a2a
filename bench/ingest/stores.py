"""The other side in a process of its own, so that its CPU time can be told from the hub's."""

import base64
import json
import random
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from bench.ingest.played import Letter, Played, played
from crossdock import Money
from crossdock.sandbox import Ware
from plugins.amazon.sandbox import queue
from plugins.shopify.sandbox.store import Bought

WARES = tuple(
    Ware(sku=f"SKU-{number}", title=f"Thing {number}", price=Money(1250, "GBP"), available=100_000)
    for number in range(1, 41)
)
"""What each of them sells."""


class Stores:
    """The process, as its parent talks to it. settings: with which a hub reaches each, by channel."""

    def __init__(self, process: "subprocess.Popen[str]") -> None:
        self._process = process
        self.pid = process.pid
        self.settings: Mapping[str, Mapping[str, Any]] = self._said()

    def hub_at(self, port: int) -> None:
        """Where the hub listens, for what is asked of it at once."""
        self._ask(hub=port)

    def sell(self, channel: str, orders: int) -> list[Letter]:
        """Place orders of one to three lines; the webhooks that tell of them. Amazon's wait before its queue."""
        told = self._ask(sell=channel, orders=orders)
        return [Letter(channel, headers, base64.b64decode(body)) for headers, body in told]

    def release(self) -> None:
        """Let the queue have what waits before it."""
        self._ask(release=True)

    def taken_at(self) -> float | None:
        """When the hub first took of what was released last, as `time.time()`; None: not yet."""
        moment: float | None = self._ask(taken=True)
        return moment

    def _ask(self, **what: Any) -> Any:
        assert self._process.stdin is not None
        self._process.stdin.write(json.dumps(what) + "\n")
        self._process.stdin.flush()
        return self._said()

    def _said(self) -> Any:
        assert self._process.stdout is not None
        return json.loads(self._process.stdout.readline())


@contextmanager
def open_stores() -> Iterator[Stores]:
    """The three stores, until the block ends."""
    command = [sys.executable, "-m", "bench.ingest.stores"]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        try:
            yield Stores(process)
        finally:
            assert process.stdin is not None
            process.stdin.close()


class _Sales:
    """What happens in the stores, and what waits before the queue."""

    def __init__(self, stores: Played) -> None:
        self.stores = stores
        self.held: list[tuple[Any, str]] = []
        self.released = 0
        self.chance = random.Random(4)
        stores.account.notify = lambda order, kind: self.held.append((order, kind))

    def answer(self, said: Mapping[str, Any]) -> Any:
        if "hub" in said:
            self.stores.box.hub = said["hub"]
        elif "release" in said:
            self._release()
        elif "taken" in said:
            return self._taken()
        elif "sell" in said:
            return self._sell(said["sell"], said["orders"])
        return None

    def _release(self) -> None:
        with self.stores.account.lock:
            for order, kind in self.held:
                queue.tell(self.stores.account, order, kind)
            self.held.clear()
            self.released = len(self.stores.account.queue)

    def _taken(self) -> float | None:
        with self.stores.account.lock:
            waiting = self.stores.account.queue
            return time.time() if len(waiting) < self.released or any(each.receipt for each in waiting) else None

    def _sell(self, channel: str, orders: int) -> list[tuple[dict[str, str], str]]:
        for _ in range(orders):
            some = self.chance.sample(WARES, self.chance.randint(1, 3))
            goods = [(ware.sku, self.chance.randint(1, 3)) for ware in some]
            match channel:
                case "shopify":
                    self.stores.shop.place_order(*(Bought(sku=sku, quantity=units) for sku, units in goods))
                case "amazon":
                    with self.stores.account.lock:
                        self.stores.account.place_order(*goods)
                case "ebay":
                    self.stores.seller.place_order(goods)
        return [(dict(each.headers), base64.b64encode(each.body).decode()) for each in self.stores.box.empty()]


def _main() -> None:
    with played(WARES) as stores:
        print(json.dumps(stores.settings), flush=True)
        sales = _Sales(stores)
        for line in sys.stdin:
            print(json.dumps(sales.answer(json.loads(line))), flush=True)


if __name__ == "__main__":
    _main()
