"""Case 7: an order that Amazon fulfils never touches own stock, and its fees are known with the payout."""

import pytest

from tests.acceptance.stores.mall import Mall
from tests.acceptance.timeline import ends_well, units

pytestmark = pytest.mark.long

_PROFIT = """
query ($id: ID!) { order(id: $id) { profit { cogs { amount } channelFees { amount } settled } } }
"""


def test_own_stock_is_not_touched_and_nothing_is_confirmed(mall: Mall) -> None:
    mall.opens(MUG=10)
    account = mall.stores.account
    sold = account.place_order(("MUG", 2), fulfilled_by="AMAZON")
    mall.hears()
    waiting = mall.order("amazon", sold)
    assert (waiting["fulfillmentOrders"], waiting["shipments"], waiting["onHold"]) == ([], [], False)

    account.ship_from_amazon(sold)
    mall.hears()

    order = mall.order("amazon", sold)
    (sent,) = order["shipments"]
    assert (sent["origin"], sent["location"], sent["channelConfirmations"]) == ("CHANNEL", None, [])
    assert units(order) == [("MUG", 0, 0, 0, 2, 0)]
    assert mall.level() == (10, 0, 10)
    profit = mall.api(_PROFIT, id=mall.ours("amazon", sold))["order"]["profit"]
    assert (profit["cogs"]["amount"], profit["settled"]) == ("4.00", False)

    account.pay_out()
    mall.sync("settlements", "amazon")
    mall.run()

    profit = mall.api(_PROFIT, id=mall.ours("amazon", sold))["order"]["profit"]
    assert profit["settled"]
    assert profit["channelFees"]["amount"] != "0.00"
    ends_well(mall.api, mall.hub)
