"""Case 14: the store's own people send a part of it, or all, while ours are at it."""

import pytest

from bench.ingest.played import CHANNELS
from tests.acceptance import shipping
from tests.acceptance.stores.mall import Mall
from tests.acceptance.timeline import ends_well, units

pytestmark = pytest.mark.long


@pytest.mark.parametrize("store", CHANNELS)
def test_two_of_three_are_recorded_and_taken_from_the_reservation(mall: Mall, store: str) -> None:
    mall.opens(MUG=10)
    sold = mall.sells(store, units=3)
    shipping.picked(mall.api, mall.ours(store, sold), 3)

    mall.sends(store, sold, 2, "DHL1")

    order = mall.order(store, sold)
    assert units(order) == [("MUG", 0, 0, 1, 2, 0)]
    assert mall.level() == (8, 1, 7)
    (sent,) = order["shipments"]
    assert (sent["origin"], sent["trackingNumber"], sent["channelConfirmations"]) == ("CHANNEL", "DHL1", [])
    assert order["cases"] == []
    ends_well(mall.api, mall.hub)


@pytest.mark.parametrize("store", CHANNELS)
def test_both_shipped_is_a_case_with_its_cost(mall: Mall, store: str) -> None:
    mall.opens(MUG=10)
    sold = mall.sells(store, units=2)
    (parcel,) = shipping.packed(mall.api, mall.ours(store, sold), 2)
    shipping.label_of(shipping.label(mall.api, parcel, "label"))
    shipping.handed_over(mall.api, parcel)

    mall.sends(store, sold, 2, "DHL1")

    order = mall.order(store, sold)
    assert units(order) == [("MUG", 0, 0, 0, 2, 0)]
    cost = {case["code"]: case["cost"] for case in order["cases"]}
    assert cost["duplicate_shipment"] == {"amount": "4.00", "currency": "GBP"}
    ends_well(mall.api, mall.hub)
