"""A listing that offers a few of many: what its store takes off by itself is told again at once."""

import pytest

from tests.acceptance.stores.mall import Mall

pytestmark = pytest.mark.long

_CAP = """
mutation ($channel: String!, $id: String!) {
  listingMap(channel: $channel, externalId: $id, sku: "MUG", cap: 3) { userErrors { message } }
}
"""
_LISTINGS = """
{ item(sku: "MUG") { listings { channel { key } externalId publishedQuantity } } }
"""


@pytest.mark.parametrize("store", ["shopify", "ebay", "amazon"])
def test_a_capped_listing_offers_as_many_as_before_after_each_sale(mall: Mall, store: str) -> None:
    mall.opens(MUG=50)
    listed = {each["channel"]["key"]: each["externalId"] for each in mall.api(_LISTINGS)["item"]["listings"]}
    mall.api.done(_CAP, channel=store, id=listed[store])
    mall.run()
    assert mall.offered(store) == 3

    for _ in range(2):
        mall.sells(store, units=2)
        assert mall.offered(store) == 3
