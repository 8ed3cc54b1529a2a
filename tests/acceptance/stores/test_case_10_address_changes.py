"""Case 10: the shopper moves after the order was routed: a shop lets us send it there, a marketplace does not."""

import pytest

from tests.acceptance.stores.mall import Mall
from tests.acceptance.timeline import ends_well

pytestmark = pytest.mark.long

_MOVE = """
mutation ($id: ID!, $to: AddressInput!) {
  orderSetAddress(id: $id, shippingAddress: $to) { userErrors { code message path } }
}
"""
_EDINBURGH = {"name": "Ada", "line1": "9 Royal Mile", "city": "Edinburgh", "postalCode": "EH1 2NG", "country": "GB"}


@pytest.mark.parametrize("store", ["amazon", "ebay"])
def test_a_marketplace_that_forbids_it_is_heard(mall: Mall, store: str) -> None:
    mall.opens(MUG=10)
    sold = mall.sells(store)
    before = mall.order(store, sold)["shippingAddress"]

    (refused,) = mall.api(_MOVE, id=mall.ours(store, sold), to=_EDINBURGH)["orderSetAddress"]["userErrors"]

    assert (refused["code"], refused["path"]) == ("PLUGIN_REJECTED", ["shippingAddress"])
    assert mall.order(store, sold)["shippingAddress"] == before
    ends_well(mall.api, mall.hub)


def test_a_shops_order_goes_to_the_new_address(mall: Mall) -> None:
    mall.opens(MUG=10)
    sold = mall.sells("shopify")

    mall.api.done(_MOVE, id=mall.ours("shopify", sold), to=_EDINBURGH)
    mall.hears()

    order = mall.order("shopify", sold)
    assert order["shippingAddress"]["city"] == "Edinburgh"
    assert mall.level() == (10, 1, 9)
    ends_well(mall.api, mall.hub)
