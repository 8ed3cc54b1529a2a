"""Case 5: three channels sell the last unit in the same moment."""

import pytest

from bench.ingest.played import CHANNELS
from tests.acceptance.crew import at_once
from tests.acceptance.stores.mall import Mall
from tests.acceptance.timeline import ends_well, units

pytestmark = pytest.mark.long


def test_one_of_three_stores_gets_it_and_all_of_them_show_zero(mall: Mall) -> None:
    mall.opens(LAMP=1)
    assert {name: mall.offered(name, "LAMP") for name in CHANNELS} == dict.fromkeys(CHANNELS, 1)

    sold = at_once(*(lambda name=name: mall.desk(name).sell("LAMP", 1) for name in CHANNELS))
    mall.post(mall.stores.box.empty(), at_once=3)
    mall.hears()

    orders = [mall.order(name, each) for name, each in zip(CHANNELS, sold, strict=True)]
    assert sorted(units(order) for order in orders) == [
        [("LAMP", 0, 0, 1, 0, 0)],
        [("LAMP", 0, 1, 0, 0, 0)],
        [("LAMP", 0, 1, 0, 0, 0)],
    ]
    assert mall.level("LAMP") == (1, 1, 0)
    assert {name: mall.offered(name, "LAMP") for name in CHANNELS} == dict.fromkeys(CHANNELS, 0)
    ends_well(mall.api, mall.hub)
