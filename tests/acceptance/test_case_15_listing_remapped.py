"""Case 15: a listing is mapped to another item; and one that nobody mapped holds its orders until somebody does."""

from typing import Any

import pytest

from core.config import Config
from core.hub import Hub
from core.jobs.run import run_jobs
from tests.acceptance import steps
from tests.acceptance.market import Market, open_markets, order_of, sells, trades
from tests.acceptance.timeline import ends_well, sentences, shown, told, units
from tests.api import Api

MAP = """
mutation ($channel: String!, $listing: String!, $sku: String) {
  listingMap(channel: $channel, externalId: $listing, sku: $sku) {
    listing { item { sku } waitingOrders publishedQuantity } releasedOrders { id } userErrors { code message path }
  }
}
"""
LISTINGS = "{ listings { nodes { externalId item { sku } waitingOrders publishedQuantity } } }"
LINES = "query ($id: ID!) { order(id: $id) { lines { nodes { sku item { sku } } } } }"
PARTS = """
query ($id: ID!) { order(id: $id) {
  lines { nodes { sku allocated components { sku allocated total { amount } } } }
} }
"""
PROFIT = "{ profitReport(groupBy: SKU) { nodes { key units } } }"


@pytest.fixture
def config(config: Config) -> Config:
    config.plugins_file.write_text('[integrations.routing]\nplugin = "routing"\n')
    return config


def a_market(api: Api, hub: Hub, **stock: int) -> Market:
    """It is connected, and these items lie in Leeds."""
    steps.warehouse(api, "leeds")
    for sku, quantity in stock.items():
        steps.item(api, sku)
        steps.stock(api, sku, "leeds", quantity, "4.00", "GBP")
    (market,) = open_markets(hub, "amber")
    trades(api, market)
    return market


def ordered(api: Api, hub: Hub, market: Market, quantity: int, sku: str = "LAMP") -> str:
    """Our id of an order that the market tells of."""
    number = sells(hub, market, {sku: quantity})
    run_jobs(hub)
    return order_of(api, market, number)


def mapped(api: Api, hub: Hub, market: Market, sku: str | None, listing: str = "LAMP") -> list[str]:
    """Say what a listing means; the orders that this released."""
    done = api.done(MAP, channel=market.key, listing=listing, sku=sku)
    run_jobs(hub)
    return [order["id"] for order in done["releasedOrders"]]


def item_of(api: Api, order: str) -> list[tuple[str, str | None]]:
    """(what was sold, what it means) of each line."""
    lines = api(LINES, id=order)["order"]["lines"]["nodes"]
    return [(line["sku"], line["item"] and line["item"]["sku"]) for line in lines]


def test_orders_keep_the_item_that_they_were_placed_for_and_stock_follows_at_once(api: Api, hub: Hub) -> None:
    market = a_market(api, hub, LAMP=9, TORCH=4)
    mapped(api, hub, market, "LAMP")
    assert market.told[-1][:2] == ("LAMP", 9)
    shipped = ordered(api, hub, market, 2)
    steps.shipped(api, shipped, "leeds")
    waiting = ordered(api, hub, market, 3)
    run_jobs(hub)
    sequence = market.told[-1][2]
    assert market.told[-1][:2] == ("LAMP", 4)

    assert mapped(api, hub, market, "TORCH") == []

    name, quantity, now = market.told[-1]
    assert (name, quantity) == ("LAMP", 4)
    assert now >= sequence
    assert [listing["item"]["sku"] for listing in api(LISTINGS)["listings"]["nodes"]] == ["TORCH"]
    assert item_of(api, shipped) == item_of(api, waiting) == [("LAMP", "LAMP")]
    assert units(shown(api, waiting)) == [("LAMP", 0, 0, 3, 0, 0)]
    assert {row["key"]: row["units"] for row in api(PROFIT)["profitReport"]["nodes"]} == {"LAMP": 5}

    later = ordered(api, hub, market, 1)

    assert item_of(api, later) == [("LAMP", "TORCH")]
    assert market.told[-1][:2] == ("LAMP", 3)
    assert {row["key"]: row["units"] for row in api(PROFIT)["profitReport"]["nodes"]} == {"LAMP": 5, "TORCH": 1}
    steps.stock(api, "LAMP", "leeds", 50, "4.00", "GBP")
    run_jobs(hub)
    assert market.told[-1][:2] == ("LAMP", 3)  # lamps are of no concern to it any more
    ends_well(api, hub)


def test_another_item_with_other_stock_is_told_with_the_mapping_itself(api: Api, hub: Hub) -> None:
    market = a_market(api, hub, LAMP=9, TORCH=2)
    mapped(api, hub, market, "LAMP")
    before = market.told[-1][2]

    mapped(api, hub, market, "TORCH")

    assert [each[:2] for each in market.told] == [("LAMP", 9), ("LAMP", 2)]
    assert market.told[-1][2] > before
    mapped(api, hub, market, None)
    assert market.told[-1][:2] == ("LAMP", 0)  # what means nothing cannot be sold
    ends_well(api, hub)


def test_what_nobody_mapped_comes_in_held_and_mapping_it_releases_all_oldest_first(api: Api, hub: Hub) -> None:
    market = a_market(api, hub, TORCH=5)
    orders = [ordered(api, hub, market, 2, "MYSTERY") for _ in range(4)]

    for order in orders:
        found = shown(api, order)
        (hold,) = found["holds"]
        assert (found["onHold"], hold["kind"]) == (True, "SKU_UNMAPPED")
        assert "MYSTERY" in hold["message"]
        assert units(found) == [("MYSTERY", 2, 0, 0, 0, 0)]
    (listing,) = api(LISTINGS)["listings"]["nodes"]
    assert (listing["externalId"], listing["item"], listing["waitingOrders"]) == ("MYSTERY", None, 4)
    assert market.told == []

    assert mapped(api, hub, market, "TORCH", "MYSTERY") == orders

    (listing,) = api(LISTINGS)["listings"]["nodes"]
    assert (listing["item"], listing["waitingOrders"]) == ({"sku": "TORCH"}, 0)
    after = [shown(api, order) for order in orders]
    assert [each["onHold"] for each in after] == [False] * 4
    # Five there are: the two oldest are served, the third waits, and so does the fourth.
    placed = [units(each)[0][3] for each in after]
    assert placed[:2] == [2, 2]
    assert sum(placed) <= 5
    assert market.told[-1][:2] == ("MYSTERY", 0)
    for each in after:
        story = told(each)
        assert story.index("order.held") < story.index("order.released")
        assert any("MYSTERY" in sentence for sentence in sentences(each))
    ends_well(api, hub)


def test_a_bundle_may_be_what_it_meant(api: Api, hub: Hub) -> None:
    market = a_market(api, hub, LAMP=6, BULB=9)
    order = ordered(api, hub, market, 2, "SET")
    parts: list[dict[str, Any]] = [
        {"sku": "LAMP", "quantity": 1, "priceShare": "0.8"},
        {"sku": "BULB", "quantity": 2, "priceShare": "0.2"},
    ]

    steps.item(api, "KIT", components=parts)
    assert mapped(api, hub, market, "KIT", "SET") == [order]

    (line,) = api(PARTS, id=order)["order"]["lines"]["nodes"]
    assert line == {
        "sku": "SET",
        "allocated": 2,
        "components": [
            {"sku": "LAMP", "allocated": 2, "total": {"amount": "16.00"}},
            {"sku": "BULB", "allocated": 4, "total": {"amount": "4.00"}},
        ],
    }
    assert market.told[-1][:2] == ("SET", 2)
    ends_well(api, hub)
