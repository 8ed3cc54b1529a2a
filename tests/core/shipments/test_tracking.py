"""Where a shipment is, by its scans."""

from datetime import UTC, datetime, timedelta

import pytest

from core.shipments.models import ShipmentStatus as S
from core.shipments.tracking import Sighting, delivered_at, odd, parcel_status, shipment_status

T = datetime(2026, 11, 22, 12, tzinfo=UTC)


def at(hours: int, status: S | None) -> Sighting:
    return Sighting(T + timedelta(hours=hours), status)


@pytest.mark.parametrize(
    ("scans", "status"),
    [
        ([], S.HANDED_OVER),
        ([at(0, S.LABELLED)], S.HANDED_OVER),
        ([at(0, S.IN_TRANSIT), at(5, None)], S.IN_TRANSIT),
        ([at(5, S.OUT_FOR_DELIVERY), at(1, S.IN_TRANSIT)], S.OUT_FOR_DELIVERY),
        ([at(5, S.DELIVERED), at(1, S.IN_TRANSIT), at(9, S.IN_TRANSIT)], S.DELIVERED),
        ([at(1, S.LOST), at(2, S.IN_TRANSIT)], S.IN_TRANSIT),
        ([at(1, S.RETURNED_TO_SENDER), at(2, S.IN_TRANSIT)], S.RETURNED_TO_SENDER),
    ],
)
def test_a_parcel_is_where_its_latest_scan_says_and_stays_where_it_arrived(scans: list[Sighting], status: S) -> None:
    assert parcel_status(scans) is status
    assert parcel_status(list(reversed(scans))) is status


def test_a_shipment_is_delivered_when_all_of_its_parcels_are() -> None:
    arrived, moving = [at(3, S.DELIVERED)], [at(4, S.IN_TRANSIT)]

    assert shipment_status({1: arrived, 2: moving}) is S.IN_TRANSIT
    assert shipment_status({1: arrived, 2: []}) is S.HANDED_OVER
    assert shipment_status({1: arrived, 2: [at(1, S.EXCEPTION)], 3: [at(1, S.LOST)]}) is S.LOST
    assert shipment_status({1: arrived, 2: [at(8, S.DELIVERED)]}) is S.DELIVERED
    assert delivered_at({1: arrived, 2: moving}) is None
    assert delivered_at({1: arrived, 2: [at(8, S.DELIVERED), at(9, S.DELIVERED)]}) == T + timedelta(hours=8)


def test_only_a_later_scan_that_contradicts_a_delivery_is_odd() -> None:
    strange = at(9, S.IN_TRANSIT)

    assert odd([at(1, S.IN_TRANSIT), at(5, S.DELIVERED), at(6, S.DELIVERED), at(7, None), strange]) == [strange]
    assert odd([at(1, S.IN_TRANSIT), strange]) == []
