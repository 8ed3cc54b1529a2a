"""Case 15: a listing is mapped to another item: what was sold keeps its meaning, what is offered follows at once."""

import pytest

from bench.ingest.played import CHANNELS
from tests.acceptance.stores.mall import Mall
from tests.acceptance.timeline import ends_well, units

pytestmark = pytest.mark.long

_LISTINGS = "{ listings { nodes { channel { key } externalId externalSku item { sku } waitingOrders } } }"
_MAP = """
mutation ($channel: String!, $listing: String!, $sku: String) {
  listingMap(channel: $channel, externalId: $listing, sku: $sku) {
    releasedOrders { id } userErrors { code message path }
  }
}
"""
_LINES = "query ($id: ID!) { order(id: $id) { lines { nodes { sku item { sku } } } } }"


def listing(mall: Mall, store: str, sku: str) -> str:
    """The store's id of what it sells under a SKU."""
    there = mall.api(_LISTINGS)["listings"]["nodes"]
    return next(
        str(each["externalId"]) for each in there if (each["channel"]["key"], each["externalSku"]) == (store, sku)
    )


def means(mall: Mall, store: str, sold: str) -> list[tuple[str, str]]:
    lines = mall.api(_LINES, id=mall.ours(store, sold))["order"]["lines"]["nodes"]
    return [(line["sku"], line["item"]["sku"]) for line in lines]


@pytest.mark.parametrize("store", CHANNELS)
def test_orders_keep_their_item_and_the_figure_there_follows(mall: Mall, store: str) -> None:
    mall.opens(MUG=9, LAMP=4)
    before = mall.sells(store, "MUG", 2)
    assert mall.offered(store, "MUG") == 7

    mall.api.done(_MAP, channel=store, listing=listing(mall, store, "MUG"), sku="LAMP")
    mall.run()

    assert mall.offered(store, "MUG") == 4
    after = mall.sells(store, "MUG", 1)
    assert (means(mall, store, before), means(mall, store, after)) == ([("MUG", "MUG")], [("MUG", "LAMP")])
    assert (mall.level("MUG"), mall.level("LAMP")) == ((9, 2, 7), (4, 1, 3))
    assert mall.offered(store, "MUG") == 3
    ends_well(mall.api, mall.hub)


@pytest.mark.parametrize("store", CHANNELS)
def test_what_nobody_mapped_comes_in_held_and_mapping_it_releases_it(mall: Mall, store: str) -> None:
    mall.opens(MUG=9, LAMP=4)
    mall.api.done(_MAP, channel=store, listing=listing(mall, store, "MUG"), sku=None)
    mall.run()
    sold = [mall.sells(store, "MUG", 1) for _ in range(2)]
    held = [mall.order(store, each) for each in sold]
    assert [[hold["kind"] for hold in order["holds"]] for order in held] == [["SKU_UNMAPPED"]] * 2

    done = mall.api.done(_MAP, channel=store, listing=listing(mall, store, "MUG"), sku="LAMP")
    mall.run()

    assert [order["id"] for order in done["releasedOrders"]] == [mall.ours(store, each) for each in sold]
    assert [units(mall.order(store, each)) for each in sold] == [[("MUG", 0, 0, 1, 0, 0)]] * 2
    ends_well(mall.api, mall.hub)
