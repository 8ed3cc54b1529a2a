"""Case 1: cancelled on the marketplace after the label was bought."""

import pytest

from bench.ingest.played import CHANNELS
from tests.acceptance import courier, shipping
from tests.acceptance.stores.mall import Mall
from tests.acceptance.timeline import ends_well, units

pytestmark = pytest.mark.long


def bought(mall: Mall, store: str) -> tuple[str, str]:
    """An order of two with its parcel labelled: the store's id, and our parcel."""
    mall.opens(MUG=10)
    sold = mall.sells(store, units=2)
    (parcel,) = shipping.packed(mall.api, mall.ours(store, sold), 2)
    shipping.label_of(shipping.label(mall.api, parcel, "label"))
    return sold, parcel


@pytest.mark.parametrize("store", CHANNELS)
def test_work_stops_and_the_label_is_given_back(mall: Mall, store: str) -> None:
    sold, _ = bought(mall, store)
    assert mall.level() == (10, 2, 8)

    mall.desk(store).act("cancel", sold)
    mall.hears()

    order = mall.order(store, sold)
    assert order["status"] == "CANCELLED"
    assert [each["status"] for each in order["shipments"]] == ["CANCELLED"]
    assert [label.get("voided") for label in courier.sales(mall.hub.context("swift").home)] == [True]
    assert units(order) == [("MUG", 0, 0, 0, 0, 2)]
    assert mall.level() == (10, 0, 10)
    ends_well(mall.api, mall.hub)


@pytest.mark.parametrize("store", CHANNELS)
def test_no_label_is_bought_for_what_was_cancelled_there_and_nobody_told_us(mall: Mall, store: str) -> None:
    mall.opens(MUG=10)
    sold = mall.sells(store, units=2)
    (parcel,) = shipping.packed(mall.api, mall.ours(store, sold), 2)
    mall.desk(store).act("cancel", sold)
    mall.stores.box.empty()

    refused = shipping.label(mall.api, parcel, "label")

    assert [error["code"] for error in refused["userErrors"]] == ["ILLEGAL_STATE"]
    mall.run()
    assert courier.sales(mall.hub.context("swift").home) == []
    assert mall.order(store, sold)["status"] == "CANCELLED"
    assert mall.level() == (10, 0, 10)
    ends_well(mall.api, mall.hub)


@pytest.mark.parametrize("store", CHANNELS)
def test_what_was_handed_over_is_not_cancelled_and_the_store_is_told_that_it_left(mall: Mall, store: str) -> None:
    """The store cancelled before it heard of the parcel: it is told all the same, and refuses."""
    sold, parcel = bought(mall, store)
    shipping.handed_over(mall.api, parcel)
    mall.desk(store).act("cancel", sold)
    mall.hears()

    order = mall.order(store, sold)
    assert units(order) == [("MUG", 0, 0, 0, 2, 0)]
    assert [each["status"] for each in order["shipments"]] == ["HANDED_OVER"]
    assert mall.level() == (8, 0, 8)
    assert [(case["kind"], case["code"]) for case in order["cases"]] == [
        ("SHIPMENT", "confirmation_refused"),
        ("RETURN", "cancelled_after_shipping"),
    ]
    ends_well(mall.api, mall.hub)
