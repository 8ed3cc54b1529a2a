"""Three channels tell of two thousand things at once, twice and in the wrong order, while workers are killed.

Afterwards the hub has every order as its store has it, once, and every store may sell what there is.
"""

import asyncio
import http.client
import random
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path
from queue import SimpleQueue
from typing import Any

import pytest
from starlette.types import ASGIApp, Receive, Scope, Send
from starlette.types import Message as AsgiMessage

from bench.ingest.played import CHANNELS, PUBLIC, Letter, Played, played
from core import clock
from plugins.amazon.sandbox.store import Message
from tests.e2e.market import ON_HAND, WARES, Market
from tests.e2e.running import Running, a_home, eventually

pytestmark = [pytest.mark.slow, pytest.mark.long]

MESSAGES, SENDERS = 2_000, 6
OPEN = """
mutation ($key: String!, $config: JSON!) {
  integrationCreate(plugin: $key, key: $key, config: $config) { userErrors { message } }
}
"""
SYNC = "mutation ($key: String!, $job: String!) { integrationSync(key: $key, job: $job) { userErrors { message } } }"
PREPARE = """
mutation { locationUpsert(code: "kent", name: "Kent", kind: WAREHOUSE) { userErrors { message } } }
"""
ITEM = """
mutation ($sku: String!, $units: Int!) {
  itemUpsert(sku: $sku) { userErrors { message } }
  stockAdjust(idempotencyKey: $sku, adjustments: [{
    sku: $sku, location: "kent", delta: $units, reason: RECEIPT, unitCost: {amount: "2.00", currency: "GBP"}
  }]) { userErrors { message } }
}
"""
ORDERS = """
query ($channel: String!, $after: String) {
  orders(first: 100, after: $after, filter: {channel: [$channel]}) {
    nodes { externalId status onHold lines { nodes { sku quantity open backordered allocated cancelled } }
      events(first: 50) { nodes { name } } }
    pageInfo { hasNextPage endCursor }
  }
}
"""
INBOX = """
query ($channel: String!, $after: String) {
  inbox(first: 100, after: $after, filter: {integration: [$channel]}) {
    nodes { kind externalId externalVersion }
    pageInfo { hasNextPage endCursor }
  }
}
"""
STOCK = "query ($sku: String!) { item(sku: $sku) { levels { onHand reserved available } } }"
STATE = """
{ queues { name pending running failed } inbox(first: 1, filter: {state: [QUARANTINED, RECEIVED]}) { nodes { id } }
  cases(first: 5) { nodes { code } } }
"""


def test_every_order_is_here_once_and_every_store_knows_what_there_is(tmp_path: Path) -> None:
    dice = random.Random(20261127)  # noqa: S311  # a burst that repeats, not a key
    with ExitStack() as stack:
        stores = stack.enter_context(played(WARES, around=lambda app: Dawdling(app, dice)))
        hub = stack.enter_context(a_home(tmp_path))
        hub.environment |= {"CROSSDOCK_PUBLIC_URL": PUBLIC, "CROSSDOCK_WORKER_PROCESSES": "2"}
        stores.box.hub = hub.port
        process = stack.enter_context(hub.up())
        prepare(hub, stores)
        market = Market(stores, dice)
        hub_hears(hub, market, lambda: hub.kill(process.pid, "crossdock worker"))
        check(hub, market)


def prepare(hub: Running, stores: Played) -> None:
    """Goods of the hub's own, and the three channels, whose listings are mapped to them by SKU."""
    accepted(hub, PREPARE)
    for sku, units in ON_HAND.items():
        accepted(hub, ITEM, sku=sku, units=units)
    for channel in CHANNELS:
        accepted(hub, OPEN, key=channel, config=stores.settings[channel])
        for job in ("subscribe", "listings"):
            accepted(hub, SYNC, key=channel, job=job)


def hub_hears(hub: Running, market: Market, kill: Callable[[], bool]) -> None:
    """Send everything as fast as it is answered, and kill a worker twice in the midst of it."""
    letters: SimpleQueue[Letter | None] = SimpleQueue()
    account = market.stores.account
    with ThreadPoolExecutor(SENDERS) as senders:
        sending = [senders.submit(send_all, hub.port, letters) for _ in range(SENDERS)]
        for number, message in enumerate(market.messages(MESSAGES)):
            if isinstance(message, Letter):
                letters.put(message)
            else:
                with account.lock:
                    account.queue.append(Message(f"{number}", message.body, clock.now()))
            if number in {MESSAGES // 3, MESSAGES * 2 // 3}:
                eventually(letters.empty)
                assert kill()
        for _ in range(SENDERS):
            letters.put(None)
        answered = [status for each in sending for status in each.result()]
    assert set(answered) == {200}
    assert len(answered) > MESSAGES // 2
    assert min(market.twice, market.overtaken) > MESSAGES // 20


def send_all(port: int, letters: "SimpleQueue[Letter | None]") -> list[int]:
    """The statuses that came back, each sender on a connection of its own."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    answered = []
    while (letter := letters.get()) is not None:
        connection.request("POST", f"/webhooks/{letter.channel}", letter.body, dict(letter.headers))
        answer = connection.getresponse()
        answer.read()
        answered.append(answer.status)
    connection.close()
    return answered


def check(hub: Running, market: Market) -> None:
    eventually(lambda: not market.stores.account.queue and at_rest(hub), seconds=240)
    eventually(lambda: all(market.figures(channel) == promised(hub) for channel in CHANNELS), seconds=30)
    heard = [(channel, *message.values()) for channel in CHANNELS for message in everything(hub, INBOX, channel)]
    assert len(heard) == len(set(heard))
    assert sum(kind == "event" for _, kind, *_ in heard) == market.told
    reserved = dict.fromkeys(ON_HAND, 0)
    short = False
    for channel in CHANNELS:
        orders = list(everything(hub, ORDERS, channel))
        books = market.books(channel)
        assert sorted(order["externalId"] for order in orders) == sorted(books)
        for order in orders:
            assert wanted(order) == books[order["externalId"]]
            assert (order["status"] == "CANCELLED") == (not books[order["externalId"]])
            names = [event["name"] for event in order["events"]["nodes"]]
            assert (names.count("order.created"), order["onHold"]) == (1, False)
            for line in order["lines"]["nodes"]:
                assert line["open"] == 0
                reserved[line["sku"]] += line["allocated"]
                short |= line["backordered"] > 0
    assert short, "nothing ran out, so nobody was at risk of being promised too much"
    for sku, units in ON_HAND.items():
        (level,) = hub.insist(STOCK, sku=sku)["item"]["levels"]
        assert level == {"onHand": units, "reserved": reserved[sku], "available": units - reserved[sku]}
    state = hub.insist(STATE)
    assert [queue["failed"] for queue in state["queues"]] == [0] * len(state["queues"])
    assert state["inbox"]["nodes"] == state["cases"]["nodes"] == []
    log = (hub.home.parent / "up.log").read_text(encoding="utf-8")
    assert "violates check constraint" not in log, "PostgreSQL had to refuse what nobody should have tried"
    verified = hub.command("verify")
    assert verified.returncode == 0, verified.stdout


def at_rest(hub: Running) -> bool:
    return all(queue["pending"] == queue["running"] == 0 for queue in hub.insist(STATE)["queues"])


def promised(hub: Running) -> dict[str, int]:
    """What a channel may sell: all that nobody has."""
    return {sku: hub.insist(STOCK, sku=sku)["item"]["levels"][0]["available"] for sku in ON_HAND}


def wanted(order: Any) -> dict[str, int]:
    """Units by SKU that are not cancelled. Lines that are no goods, such as postage, are of no SKU that is sold."""
    left: dict[str, int] = {}
    for line in order["lines"]["nodes"]:
        units = line["quantity"] - line["cancelled"]
        if line["sku"] in ON_HAND and units:
            left[line["sku"]] = left.get(line["sku"], 0) + units
    return left


def everything(hub: Running, query: str, channel: str) -> Iterator[Any]:
    """All nodes of a list of one channel's, page after page."""
    after = None
    while True:
        (page,) = hub.insist(query, channel=channel, after=after).values()
        yield from page["nodes"]
        if not page["pageInfo"]["hasNextPage"]:
            return
        after = page["pageInfo"]["endCursor"]


def accepted(hub: Running, mutation: str, **variables: Any) -> None:
    for answer in hub.insist(mutation, **variables).values():
        assert answer["userErrors"] == []


class Dawdling:
    """Between the stores and the hub: at times an answer takes so long that a newer one overtakes it."""

    def __init__(self, app: ASGIApp, dice: random.Random) -> None:
        self.app, self.dice = app, dice

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        slow = self.dice.random() < 0.03

        async def later(message: AsgiMessage) -> None:
            if slow and message["type"] == "http.response.start":
                await asyncio.sleep(0.3)
            await send(message)

        await self.app(scope, receive, later)
