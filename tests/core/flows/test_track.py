"""Following parcels."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select, text
from sqlalchemy.orm import Session

from core import clock
from core.config import Config
from core.errors import Invalid
from core.flows import ship, statuses
from core.flows.ship import ShipmentFact
from core.flows.track import Found, file, tell
from core.flows.track.heard import hear
from core.flows.track.silence import notice
from core.hub import Hub
from core.orders.models import Order
from core.orders.states import FulfillmentStatus, OrderStatus
from core.origin import Origin
from core.shipments.models import Shipment, TrackingEvent
from core.shipments.models import ShipmentStatus as S
from crossdock import Scan, TrackingStatus
from tests.builders import a_channel, a_level, a_location, an_item
from tests.core.flows.fulfilling import a_ready_order, cases, configured, events


@pytest.fixture
def config(config: Config) -> Config:
    return configured(config, "")


@pytest.fixture
def sent(session: Session) -> tuple[Order, int, datetime]:
    """An order that left three days ago with a tracking number: (order, shipment id, when)."""
    tea, shelf = an_item(session), a_location(session)
    a_level(session, tea, shelf, 5)
    order = a_ready_order(session, a_channel(session), {tea: 2})
    at = clock.now() - timedelta(days=3)
    fact = ShipmentFact(
        order_id=order.id,
        shipped_at=at,
        origin=Origin.PERSON,
        location_id=shelf.id,
        carrier="DHL",
        tracking_number="D1",
    )
    (shipment_id,) = ship.record(session, [fact])
    statuses.refresh(session, [order.id])
    session.commit()
    assert shipment_id is not None
    return order, shipment_id, at


def test_tracking_that_goes_backwards_leaves_a_delivered_parcel_delivered(session: Session, sent: Any) -> None:
    order, shipment_id, left = sent

    def scan(hours: float, status: S | None, **more: Any) -> Found:
        return Found(shipment_id=shipment_id, occurred_at=left + timedelta(hours=hours), status=status, **more)

    file(session, [scan(30, S.DELIVERED, raw_code="DL")])
    file(session, [scan(10, S.IN_TRANSIT, raw_code="IT", message="Hub")])  # late, from before
    file(session, [scan(40, S.IN_TRANSIT, raw_code="IT")])  # and one from after
    file(session, [scan(12, None, raw_code="ZZ")])  # nobody knows this code
    file(session, [scan(13, S.IN_TRANSIT, raw_code="IT", message="  ")])
    assert file(session, [scan(30, S.DELIVERED, raw_code="DL")]) == set()  # a duplicate
    file(session, [scan(14, S.IN_TRANSIT, raw_code="IT", time_assumed=True)])
    session.commit()

    shipment = session.get_one(Shipment, shipment_id)
    session.refresh(order)
    assert (shipment.status, shipment.delivered_at) == (S.DELIVERED, left + timedelta(hours=30))
    assert (order.fulfillment_status, order.status) == (FulfillmentStatus.DELIVERED, OrderStatus.COMPLETED)
    filed = session.scalars(select(TrackingEvent).order_by(TrackingEvent.occurred_at)).all()
    assert [(scan.raw_code, scan.status, scan.message) for scan in filed] == [
        ("IT", S.IN_TRANSIT, "Hub"),
        ("ZZ", None, None),
        ("IT", S.IN_TRANSIT, None),
        ("IT", S.IN_TRANSIT, None),
        ("DL", S.DELIVERED, None),
        ("IT", S.IN_TRANSIT, None),
    ]
    assert [case.code for case in cases(session)] == ["scan_after_delivery"]
    assert events(session, order).count("shipment.delivered") == 1


def test_a_parcel_in_trouble_opens_one_case(session: Session, sent: Any) -> None:
    order, shipment_id, left = sent
    for hours in (5, 9):
        at = left + timedelta(hours=hours)
        file(session, [Found(shipment_id=shipment_id, occurred_at=at, status=S.DELIVERY_FAILED, raw_code="DF")])
    session.commit()

    session.refresh(order)
    assert order.fulfillment_status is FulfillmentStatus.EXCEPTION
    assert [case.code for case in cases(session)] == ["delivery_exception"]


def test_a_silent_parcel_opens_one_case_for_each_silence(hub: Hub, session: Session, sent: Any) -> None:
    _, shipment_id, left = sent

    notice(hub)
    notice(hub)
    assert [case.code for case in cases(session)] == ["tracking_silent"]

    file(session, [Found(shipment_id=shipment_id, occurred_at=left + timedelta(hours=1), status=S.IN_TRANSIT)])
    session.commit()
    notice(hub)
    assert [case.code for case in cases(session)] == ["tracking_silent", "tracking_silent"]


def test_silence_counts_from_the_last_scan_in_elapsed_hours(hub: Hub, session: Session, sent: Any) -> None:
    _, shipment_id, _ = sent
    seen = clock.now() - timedelta(hours=47, minutes=59)
    file(session, [Found(shipment_id=shipment_id, occurred_at=seen, status=S.IN_TRANSIT)])
    session.commit()

    notice(hub)

    assert cases(session) == []


def test_a_late_parcel_opens_a_case(hub: Hub, session: Session, sent: Any) -> None:
    session.execute(text("update settings set tracking_silence_hours = 240"))
    session.execute(text("update shipments set estimated_delivery = :past"), {"past": clock.now() - timedelta(hours=1)})
    session.commit()

    notice(hub)
    notice(hub)

    assert [case.code for case in cases(session)] == ["delivery_late"]


def test_a_scan_of_the_future_or_of_nothing_is_refused(session: Session, sent: Any) -> None:
    _, shipment_id, left = sent
    with pytest.raises(Invalid):
        tell(session, Found(shipment_id=shipment_id, occurred_at=clock.now() + timedelta(days=1), status=S.DELIVERED))
    with pytest.raises(Invalid):
        tell(session, Found(shipment_id=shipment_id, occurred_at=left, status=S.PACKED))
    with pytest.raises(Invalid):
        tell(session, Found(shipment_id=shipment_id, occurred_at=left))


def test_scans_that_a_carrier_sends_by_itself_are_filed_by_tracking_number(
    hub: Hub, session: Session, sent: Any
) -> None:
    _, shipment_id, left = sent
    scans = [
        Scan(
            tracking_number=number,
            occurred_at=left + timedelta(hours=5),
            status=TrackingStatus.IN_TRANSIT,
            raw_code="IT",
        )
        for number in ("D1", "D2")
    ]

    assert hear(session, "DHL", scans) == 1
    assert hear(session, "another", scans) == 0
    session.commit()

    assert session.get_one(Shipment, shipment_id).status is S.IN_TRANSIT
    assert session.scalars(select(TrackingEvent.raw_code)).all() == ["IT"]
