"""What was packed, before it leaves."""

from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from core.errors import IllegalState, Invalid
from core.flows import fulfil, ship
from core.hub import Hub
from core.shipments.models import Document, Package, ShipmentLine
from tests.core.flows.fulfilling import level_of, work_of
from tests.core.flows.ship.carrying import line_ids, run_jobs_named


def test_unpacking_puts_the_units_back_into_the_work(hub: Hub, session: Session, packed: Any) -> None:
    order, tea, shelf, shipment_id = packed

    ship.cancel(session, shipment_id)
    ship.cancel(session, shipment_id)
    session.commit()

    (work,) = work_of(session, order)
    again = fulfil.pack(session, work.id, [fulfil.Packed(weight_grams=900)])
    ship.hand_over(session, [again])
    session.commit()
    with pytest.raises(IllegalState):
        ship.cancel(session, again)
    assert level_of(session, tea, shelf.id) == (7, 0)


def test_a_packed_shipment_has_a_packing_slip(hub: Hub, session: Session, packed: Any) -> None:
    run_jobs_named(hub, "shipments.print_slip")
    run_jobs_named(hub, "shipments.print_slip")

    slip = session.scalars(select(Document)).one()
    assert (slip.kind, slip.format, slip.shipment_id) == ("PACKING_SLIP", "pdf", packed[3])
    assert slip.content.startswith(b"%PDF")


def test_what_left_cannot_be_withdrawn(hub: Hub, session: Session, packed: Any) -> None:
    order, *_, shipment_id = packed
    ship.hand_over(session, [shipment_id])
    (line,) = line_ids(session, order)

    withdrawn = fulfil.withdraw(session, order.id, {line: 3})

    assert (withdrawn.taken, withdrawn.refused) == ({}, {line: 3})


def test_packages_hold_exactly_what_is_there(hub: Hub, session: Session, packed: Any) -> None:
    order, _, _, shipment_id = packed
    (work,) = work_of(session, order)
    (line,) = line_ids(session, order)
    with pytest.raises(IllegalState):
        fulfil.pack(session, work.id, [fulfil.Packed(weight_grams=10)])
    session.rollback()
    ship.cancel(session, shipment_id)
    session.commit()

    too_much = [fulfil.Packed(weight_grams=10, lines={line: 2}), fulfil.Packed(weight_grams=10, lines={line: 2})]
    with pytest.raises(Invalid, match="1 are left to pack, not 2"):
        fulfil.pack(session, work.id, too_much)
    session.rollback()
    two = fulfil.pack(
        session, work.id, [fulfil.Packed(weight_grams=600, lines={line: 2}), fulfil.Packed(weight_grams=300)]
    )

    contents = select(Package.position, Package.expected_weight_grams, ShipmentLine.quantity).join(
        ShipmentLine, ShipmentLine.package_id == Package.id
    )
    rows = session.execute(contents.where(Package.shipment_id == two).order_by(Package.position)).all()
    assert [tuple(row) for row in rows] == [(1, 500, 2), (2, 250, 1)]
