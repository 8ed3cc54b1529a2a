"""Case 18: the shelf is counted while people go on selling from it."""

import threading
import time
from collections.abc import Callable
from contextlib import ExitStack
from functools import partial
from typing import Any

import pytest

from core import clock
from core.config import Config
from core.hub import Hub
from core.jobs.run import run_jobs
from tests.acceptance import steps
from tests.acceptance.crew import at_once, eventually, workers
from tests.acceptance.hours import utc
from tests.acceptance.market import Market, open_markets, order_of, sells, trades
from tests.acceptance.timeline import ends_well, shown, told, units
from tests.api import Api

COUNT = """
mutation ($counted: Int!, $at: DateTime, $key: String!) {
  stockAdjust(adjustments: [{sku: "LAMP", location: "leeds", setOnHand: $counted, asOf: $at, reason: COUNT}],
              idempotencyKey: $key) { levels { onHand } userErrors { message path } }
}
"""
STOCK = """
{
  stockLevels(filter: {sku: ["LAMP"]}) { nodes { onHand reserved } }
  stockMovements(first: 250, filter: {sku: ["LAMP"]}) { nodes { reason onHandDelta occurredAt } }
  trialBalance { account { code } debit { amount } credit { amount } }
}
"""
PLACED = """
query ($channel: String!, $id: String!) { order(channel: $channel, externalId: $id) { lines { nodes { allocated } } } }
"""
CASES = """
{ cases(filter: {kind: [STOCK]}) { nodes { code state title data } } }
"""


@pytest.fixture
def config(config: Config) -> Config:
    config.plugins_file.write_text('[integrations.routing]\nplugin = "routing"\n')
    return config


class Shelf:
    """The lamps that really lie there. Who takes one holds a lock of their own; who counts holds all of them."""

    def __init__(self, lamps: int, hands: int) -> None:
        self.lamps = lamps
        self.taken = 0
        self.hands = [threading.Lock() for _ in range(hands)]
        self._tally = threading.Lock()

    def take(self, hand: int, leave: Callable[[], None]) -> None:
        """One lamp leaves."""
        with self.hands[hand]:
            leave()
            with self._tally:
                self.lamps -= 1
                self.taken += 1

    def counted(self) -> tuple[int, str]:
        """How many lie there, and when that was."""
        with ExitStack() as everybody:
            for hand in self.hands:
                everybody.enter_context(hand)
            return self.lamps, utc(clock.now())


def lamps_in_leeds(api: Api, hub: Hub, quantity: int, *markets: str) -> list[Market]:
    steps.warehouse(api, "leeds")
    steps.item(api, "LAMP")
    steps.stock(api, "LAMP", "leeds", quantity, "4.00", "GBP")
    opened = open_markets(hub, *markets)
    for market in opened:
        trades(api, market, "LAMP")
    run_jobs(hub)
    return opened


def count(api: Api, counted: int, at: str | None = None) -> int:
    """A person enters a count; what is on hand after it."""
    (level,) = api.done(COUNT, counted=counted, at=at, key=steps.key())["levels"]
    on_hand: int = level["onHand"]
    return on_hand


def level(api: Api) -> tuple[int, int]:
    """On hand, and reserved of it."""
    (found,) = api(STOCK)["stockLevels"]["nodes"]
    return found["onHand"], found["reserved"]


def test_what_sells_between_the_count_and_its_entry_still_counts(api: Api, hub: Hub) -> None:
    """The books say 60, but three were stolen. Twelve are sold meanwhile, by three people at once."""
    markets = lamps_in_leeds(api, hub, 60, "amber", "beech", "cedar")
    shelf, sold, entries = Shelf(57, hands=3), list[str](), list[tuple[int, int]]()

    def sell(hand: int) -> None:
        for _ in range(4):
            number = sells(hub, markets[hand], {"LAMP": 1})
            eventually(partial(placed, api, markets[hand], number))
            order_id = order_of(api, markets[hand], number)
            shelf.take(hand, partial(steps.shipped, api, order_id, "leeds"))
            sold.append(order_id)

    def take_stock() -> None:
        eventually(lambda: shelf.taken >= 3)
        lamps, at = shelf.counted()
        eventually(lambda: shelf.lamps <= lamps - 3)
        entries.append((lamps, count(api, lamps, at)))

    with workers(hub, 2):
        at_once(*(partial(sell, hand) for hand in range(3)), take_stock)

    ((lamps, entered),) = entries
    assert 45 <= entered <= lamps - 3  # what left since the count is not there any more
    assert (len(sold), shelf.lamps, level(api)) == (12, 45, (45, 0))
    found = api(STOCK)
    changes = [(each["reason"], each["onHandDelta"]) for each in found["stockMovements"]["nodes"]]
    assert [each for each in changes if each[0] == "COUNT"] == [("COUNT", -3)]
    assert sum(delta for reason, delta in changes if reason == "SHIP") == -12
    lost = [row["debit"]["amount"] for row in found["trialBalance"] if row["account"]["code"] == "5400"]
    assert lost == ["12.00"]
    for order_id in sold:
        names = told(shown(api, order_id))
        assert names.count("shipment.handed_over") == 1
        assert "order.routed" in names
    assert api(CASES)["cases"]["nodes"] == []
    assert count(api, 45) == 45
    ends_well(api, hub)


def test_a_count_below_what_is_promised_takes_back_the_youngest_promises(api: Api, hub: Hub) -> None:
    (market,) = lamps_in_leeds(api, hub, 5, "amber")
    orders = []
    for _ in range(5):
        number = sells(hub, market, {"LAMP": 1})
        run_jobs(hub)
        orders.append(order_of(api, market, number))
    assert level(api) == (5, 5)

    assert count(api, 3) == 3
    run_jobs(hub)

    assert level(api) == (3, 3)
    served, waiting = [("LAMP", 0, 0, 1, 0, 0)], [("LAMP", 0, 1, 0, 0, 0)]
    assert [units(shown(api, order_id)) for order_id in orders] == [served] * 3 + [waiting] * 2
    (case,) = api(CASES)["cases"]["nodes"]
    numbers = [shown(api, order_id)["number"] for order_id in orders[3:]]
    assert (case["code"], case["data"]["missing"], case["data"]["left"]) == ("stock_shortfall", 2, 0)
    assert case["data"]["taken_back"] == dict.fromkeys(numbers, 1)
    assert told(shown(api, orders[4]))[-1] == "order.backordered"

    steps.stock(api, "LAMP", "leeds", 2, "4.00", "GBP")
    run_jobs(hub)
    assert level(api) == (5, 5)
    assert told(shown(api, orders[4]))[-1] == "order.routed"
    ends_well(api, hub)


def test_whoever_is_quicker_no_more_is_promised_than_was_counted(api: Api, hub: Hub) -> None:
    """Twelve are wanted of the ten in the books while somebody enters that there are six."""
    markets = lamps_in_leeds(api, hub, 10, "amber", "beech", "cedar")

    def sell(market: Market) -> list[str]:
        return [sells(hub, market, {"LAMP": 1}) for _ in range(4)]

    def take_stock() -> list[str]:
        time.sleep(0.05)
        count(api, 6)
        return []

    with workers(hub, 3):
        *numbers, _ = at_once(*(partial(sell, market) for market in markets), take_stock)

    assert level(api) == (6, 6)
    orders = [
        shown(api, order_of(api, market, number))
        for market, mine in zip(markets, numbers, strict=True)
        for number in mine
    ]
    assert sorted(units(order) for order in orders) == [[("LAMP", 0, 0, 1, 0, 0)]] * 6 + [[("LAMP", 0, 1, 0, 0, 0)]] * 6
    ends_well(api, hub)


def placed(api: Api, market: Market, number: str) -> bool:
    """Whether an order has come in and has its lamp."""
    found: dict[str, Any] | None = api(PLACED, channel=market.key, id=number)["order"]
    return found is not None and [line["allocated"] for line in found["lines"]["nodes"]] == [1]
