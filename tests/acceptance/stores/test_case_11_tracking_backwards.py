"""Case 11: tracking goes backwards, in words that nobody knows, twice; the parcel stays delivered."""

from datetime import datetime, timedelta
from typing import Any

import pytest

from bench.ingest.played import CHANNELS
from core import clock
from tests.acceptance.stores.mall import Mall
from tests.acceptance.timeline import ends_well, told

pytestmark = pytest.mark.long

_TRACK = """
mutation ($id: ID!, $scan: TrackingEventInput!) {
  shipmentTrack(shipmentId: $id, input: $scan) { userErrors { code message path } }
}
"""
_SCANS = """
query ($id: ID!) { node(id: $id) { ... on Shipment { status trackingEvents { status rawCode message } } } }
"""


def scan(at: datetime, status: str | None = None, **said: str) -> dict[str, Any]:
    return {"occurredAt": at.isoformat(), "status": status, **said}


@pytest.mark.parametrize("store", CHANNELS)
def test_it_stays_delivered_and_the_store_hears_of_it_once(mall: Mall, store: str) -> None:
    mall.opens(MUG=10)
    sold = mall.sells(store)
    parcel = mall.ships(store, sold, 1)
    now = clock.now()
    delivered = scan(now + timedelta(seconds=-30), "DELIVERED", code="D1", message="At the door")

    for each in (
        delivered,
        scan(now + timedelta(seconds=-60), "OUT_FOR_DELIVERY"),
        scan(now + timedelta(seconds=-10), "IN_TRANSIT"),
        scan(now + timedelta(seconds=-5), code="ZZ-9", message="  "),
        delivered,
    ):
        mall.api.done(_TRACK, id=parcel, scan=each)
        mall.run()
    mall.hears()

    seen = mall.api(_SCANS, id=parcel)["node"]
    assert seen["status"] == "DELIVERED"
    assert len(seen["trackingEvents"]) == 4
    assert [each["message"] for each in seen["trackingEvents"] if each["rawCode"] == "ZZ-9"] == [None]
    order = mall.order(store, sold)
    assert [case["code"] for case in order["cases"]] == ["scan_after_delivery"]
    assert [told(order).count(name) for name in ("shipment.delivered", "shipment.confirmed")] == [1, 1]
    assert [each["state"] for each in order["shipments"][0]["channelConfirmations"]] == ["CONFIRMED"]
    ends_well(mall.api, mall.hub)
