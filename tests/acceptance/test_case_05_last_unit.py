"""Case 5: the last unit is sold on three channels within a tenth of a second."""

import threading
from functools import partial
from typing import Any

import pytest

from core.config import Config
from core.hub import Hub
from core.jobs.run import run_jobs
from tests.acceptance import steps
from tests.acceptance.crew import at_once, eventually, workers
from tests.acceptance.market import ADDRESS, Market, open_markets, order_of, sells, trades
from tests.acceptance.timeline import ends_well, shown, told, units
from tests.api import Api

LEVELS = """
query ($sku: [String!]) { stockLevels(filter: {sku: $sku}) { nodes { onHand reserved available } } }
"""
LISTINGS = """
query ($sku: [String!]) {
  listings(filter: {sku: $sku}) {
    nodes { channel { key } publishState publishedQuantity publishedSequence confirmedQuantity confirmedSequence }
  }
}
"""
PROMISE = "query ($sku: String!) { availableToPromise(sku: $sku) { available } }"


@pytest.fixture
def config(config: Config) -> Config:
    config.plugins_file.write_text('[integrations.routing]\nplugin = "routing"\n')
    return config


def a_shelf(api: Api, **quantities: int) -> None:
    """So many of each item, all in one warehouse."""
    steps.warehouse(api, "leeds")
    for sku, quantity in quantities.items():
        steps.item(api, sku)
        steps.stock(api, sku, "leeds", quantity, "4.00", "GBP")


def level(api: Api, sku: str) -> tuple[int, int, int]:
    """On hand, reserved, available."""
    (found,) = api(LEVELS, sku=[sku])["stockLevels"]["nodes"]
    return found["onHand"], found["reserved"], found["available"]


def listings(api: Api, sku: str) -> dict[str, dict[str, Any]]:
    """What each channel was told and what it confirmed, by channel."""
    return {each.pop("channel")["key"]: each for each in api(LISTINGS, sku=[sku])["listings"]["nodes"]}


def told_of(market: Market) -> list[tuple[int, int]]:
    """(quantity, sequence) as it heard them."""
    return [(quantity, sequence) for _, quantity, sequence in market.told]


def test_one_of_three_gets_the_last_unit(api: Api, hub: Hub) -> None:
    a_shelf(api, LAMP=1)
    markets = open_markets(hub, "amber", "beech", "cedar")
    for market, shortage in zip(markets, ("BACKORDER", "HOLD", "BACKORDER"), strict=True):
        trades(api, market, "LAMP", shortage=shortage)
    run_jobs(hub)
    assert [told_of(market) for market in markets] == [[(1, 1)]] * 3

    with workers(hub, 3):
        numbers = at_once(*(partial(sells, hub, market, {"LAMP": 1}) for market in markets))

    orders = [shown(api, order_of(api, *pair)) for pair in zip(markets, numbers, strict=True)]
    (winner,) = [order for order in orders if units(order) == [("LAMP", 0, 0, 1, 0, 0)]]
    losers = [order for order in orders if order is not winner]
    assert [units(order) for order in losers] == [[("LAMP", 0, 1, 0, 0, 0)]] * 2
    assert [order["fulfillmentStatus"] for order in losers] == ["BACKORDERED"] * 2
    assert told(winner)[-1] == "order.routed"
    assert all("order.backordered" in told(order) for order in losers)
    assert not any("order.routed" in told(order) for order in losers)
    held = [(hold["kind"], hold["releasedAt"]) for hold in orders[1]["holds"]]
    assert held == ([] if orders[1] is winner else [("STOCK", None)])
    assert [order["holds"] for order in (orders[0], orders[2])] == [[], []]
    assert level(api, "LAMP") == (1, 1, 0)

    for market in markets:
        quantities, sequences = zip(*told_of(market), strict=True)
        assert quantities == (1, 0)
        assert list(sequences) == sorted(set(sequences))
        assert listings(api, "LAMP")[market.key] == {
            "publishState": "CONFIRMED",
            "publishedQuantity": 0,
            "publishedSequence": sequences[-1],
            "confirmedQuantity": 0,
            "confirmedSequence": sequences[-1],
        }
    ends_well(api, hub)


def test_a_late_answer_with_an_older_sequence_does_not_win(api: Api, hub: Hub) -> None:
    a_shelf(api, LAMP=1)
    (market,) = open_markets(hub, "amber")
    heard, answer = threading.Event(), threading.Event()

    def slow_to_answer(quantity: int) -> None:
        if quantity == 1:
            heard.set()
            assert answer.wait(10)

    market.on_hearing = slow_to_answer
    with workers(hub, 2):
        trades(api, market, "LAMP")
        assert heard.wait(10)
        sells(hub, market, {"LAMP": 1})
        eventually(lambda: listings(api, "LAMP")["amber"]["confirmedSequence"] == 2)
        answer.set()

    assert told_of(market) == [(1, 1), (0, 2)]
    assert listings(api, "LAMP")["amber"] == {
        "publishState": "CONFIRMED",
        "publishedQuantity": 0,
        "publishedSequence": 2,
        "confirmedQuantity": 0,
        "confirmedSequence": 2,
    }
    ends_well(api, hub)


def test_two_lines_of_one_component_are_summed_before_they_are_checked(api: Api, hub: Hub) -> None:
    """Three are there. Either line alone could be had, both together could not."""
    a_shelf(api, LAMP=3)
    (market, strict) = open_markets(hub, "amber", "beech")
    trades(api, market, "LAMP")
    trades(api, strict, "LAMP", shortage="HOLD")

    whole_or_not = sells(hub, strict, [("LAMP", 2), ("LAMP", 2)])
    run_jobs(hub)
    held = shown(api, order_of(api, strict, whole_or_not))
    assert units(held) == [("LAMP", 0, 2, 0, 0, 0), ("LAMP", 0, 2, 0, 0, 0)]
    assert [hold["kind"] for hold in held["holds"]] == ["STOCK"]
    assert level(api, "LAMP") == (3, 0, 3)

    as_far_as_it_goes = sells(hub, market, [("LAMP", 2), ("LAMP", 2)])
    run_jobs(hub)
    order = shown(api, order_of(api, market, as_far_as_it_goes))
    assert sorted(units(order)) == [("LAMP", 0, 0, 2, 0, 0), ("LAMP", 0, 1, 1, 0, 0)]
    assert level(api, "LAMP") == (3, 3, 0)
    assert "3 from Leeds; 1 wait for stock." in order["events"]["nodes"][-1]["message"]
    ends_well(api, hub)


def test_two_bundles_that_share_a_component_get_no_more_of_it_than_there_is(api: Api, hub: Hub) -> None:
    a_shelf(api, LAMP=1, BULB=5, SHADE=5)
    for kit, other in (("DESK-SET", "BULB"), ("FLOOR-SET", "SHADE")):
        steps.item(api, kit, components=[{"sku": "LAMP", "quantity": 1}, {"sku": other, "quantity": 1}])
        assert api(PROMISE, sku=kit)["availableToPromise"] == {"available": 1}
    lines = [{"sku": kit, "quantity": 1, "unitPrice": "30.00"} for kit in ("DESK-SET", "FLOOR-SET")]

    both = steps.order(api, currency="GBP", lines=lines, email="ada@example.com", shippingAddress=ADDRESS)
    run_jobs(hub)

    assert level(api, "LAMP") == (1, 1, 0)
    order = api(
        "query ($id: ID!) { order(id: $id) { lines { nodes { components { sku allocated backordered } } } } }",
        id=both["id"],
    )["order"]
    lamps = [
        (part["allocated"], part["backordered"])
        for line in order["lines"]["nodes"]
        for part in line["components"]
        if part["sku"] == "LAMP"
    ]
    assert sorted(lamps) == [(0, 1), (1, 0)]
    assert [api(PROMISE, sku=kit)["availableToPromise"]["available"] for kit in ("DESK-SET", "FLOOR-SET")] == [0, 0]
    assert told(shown(api, both["id"]))[-1] == "order.routed"
    ends_well(api, hub)
