"""Case 12: what a store pays out is matched to the cent, once, and an order that was never imported is fetched."""

from decimal import Decimal

import pytest

from bench.ingest.played import CHANNELS
from core.flows import settle
from tests.acceptance.stores.mall import Mall
from tests.acceptance.timeline import ends_well

pytestmark = pytest.mark.long

_READ = """
{ settlements { nodes { state payout { amount } matched { amount } unmatched { amount }
  lines { nodes { kind state amount { amount } order { externalId } } } } }
  journalEntries { totalCount } }
"""


def missed(mall: Mall, store: str) -> str:
    """The store's id of an order that is paid out, and that the hub never heard of."""
    if store == "amazon":  # it pays for what has left
        sold = mall.stores.account.place_order(("MUG", 1), fulfilled_by="AMAZON")
        mall.stores.account.ship_from_amazon(sold)
    else:
        sold = mall.desk(store).sell("MUG", 1)
    mall.stores.box.empty()
    mall.stores.account.queue.clear()
    return sold


@pytest.mark.parametrize("store", CHANNELS)
def test_matched_and_unmatched_are_the_payout_and_a_second_time_books_nothing(mall: Mall, store: str) -> None:
    mall.opens(MUG=10)
    sold = mall.sells(store, units=2)
    mall.ships(store, sold, 2)
    told = {sold, missed(mall, store)}

    mall.desk(store).act("pay_out")
    mall.sync("settlements", store)
    mall.run()
    settle.match_open(mall.hub)
    mall.run()

    first = mall.api(_READ)
    (found,) = first["settlements"]["nodes"]
    payout, matched, unmatched = (Decimal(found[name]["amount"]) for name in ("payout", "matched", "unmatched"))
    lines = found["lines"]["nodes"]
    assert payout == matched + unmatched == sum(Decimal(line["amount"]["amount"]) for line in lines)
    assert (found["state"], payout > 0, unmatched == 0) == ("POSTED", True, True)
    assert {line["order"]["externalId"] for line in lines if line["order"]} == told
    mall.sync("settlements", store)
    mall.run()
    assert mall.api(_READ) == first
    ends_well(mall.api, mall.hub)
