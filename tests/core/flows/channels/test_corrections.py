"""A wrong tracking number is told to the channel as a correction, and what the channel corrects is corrected here."""

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from core import clock
from core.errors import IllegalState
from core.external.models import ExternalCall
from core.flows import ship
from core.flows.confirm import confirm_later
from core.hub import Hub
from core.jobs.run import run_jobs
from core.orders.models import Order, OrderLine
from core.origin import Origin
from core.shipments.models import ChannelConfirmation, ConfirmationState, Package, Shipment
from tests.core.flows.channels.sandbox import Shop
from tests.core.flows.channels.test_acts import acts, bring, run
from tests.core.flows.fulfilling import cases


def left(session: Session, order: Order, **facts: Any) -> int:
    """All of it left with the number WRONG; the shipment."""
    given = {"carrier": "DHL", "tracking_number": "WRONG", "origin": Origin.PERSON, **facts}
    (shipment,) = ship.record(session, [ship.ShipmentFact(order_id=order.id, shipped_at=clock.now(), **given)])
    assert shipment is not None
    confirm_later(session, shipment)
    session.commit()
    return shipment


def correct(session: Session, shipment: int, number: str) -> None:
    ship.correct(session, shipment, ship.Correction(tracking_number=number))
    session.commit()


def told(shop: Shop) -> list[tuple[str, str | None]]:
    """What the shop heard: (tracking number, what it corrects)."""
    return [(act["tracking"], act["corrects"]) for act in acts(shop, "shipment")]


def names(shop: Shop) -> list[str]:
    return [act["id"] for act in acts(shop, "shipment")]


def confirmation(session: Session) -> ChannelConfirmation:
    session.expire_all()
    return session.scalars(select(ChannelConfirmation)).one()


def test_each_correction_names_the_receipt_of_the_telling_before(hub: Hub, session: Session, shop: Shop) -> None:
    shipment = left(session, bring(hub, session, shop))
    run(hub, session)
    for number in ("RIGHT", "RIGHT", "WRONG"):
        correct(session, shipment, number)
        run(hub, session)

    first, second, third = names(shop)
    assert told(shop) == [("WRONG", None), ("RIGHT", first), ("WRONG", second)]
    kept = confirmation(session)
    assert (kept.state, kept.external_ids, kept.corrections) == (
        ConfirmationState.CONFIRMED,
        [first, second, third],
        2,
    )


def test_what_was_not_told_yet_is_told_right_at_once(hub: Hub, session: Session, shop: Shop) -> None:
    shipment = left(session, bring(hub, session, shop))
    correct(session, shipment, "RIGHT")
    run(hub, session)

    assert told(shop) == [("RIGHT", None)]


def test_a_telling_without_an_answer_is_found_out_before_it_is_corrected(
    hub: Hub, session: Session, shop: Shop
) -> None:
    shipment = left(session, bring(hub, session, shop))
    shop.faults["/acts"] = ["500 after"]
    run(hub, session)
    correct(session, shipment, "RIGHT")
    run(hub, session)
    run(hub, session)

    (first, _) = names(shop)
    assert told(shop) == [("WRONG", None), ("RIGHT", first)]
    assert confirmation(session).state is ConfirmationState.CONFIRMED


def test_a_telling_that_was_refused_is_told_anew_once_it_is_corrected(hub: Hub, session: Session, shop: Shop) -> None:
    shipment = left(session, bring(hub, session, shop))
    shop.faults["/acts"] = ["422"]
    run(hub, session)
    assert [case.code for case in cases(session)] == ["confirmation_refused"]

    correct(session, shipment, "RIGHT")
    run(hub, session)

    assert told(shop) == [("RIGHT", None)]
    assert confirmation(session).state is ConfirmationState.CONFIRMED


def test_what_an_earlier_release_told_is_corrected_by_the_answer_that_it_kept(
    hub: Hub, session: Session, shop: Shop
) -> None:
    shipment = left(session, bring(hub, session, shop))
    run(hub, session)
    kept = confirmation(session)
    kept.external_ids, kept.told = [], None
    session.commit()

    correct(session, shipment, "RIGHT")
    run(hub, session)

    assert told(shop) == [("WRONG", None), ("RIGHT", names(shop)[0])]
    assert (
        len(session.scalars(select(ExternalCall.id).where(ExternalCall.purpose == "shipment_confirmation")).all()) == 2
    )


def test_what_the_channel_told_is_corrected_by_the_channel_alone(hub: Hub, session: Session, shop: Shop) -> None:
    order = bring(hub, session, shop)
    facts = {"origin": Origin.CHANNEL, "external_id": "F-1", "service": "Express"}
    shipment = left(session, order, **facts)
    with pytest.raises(IllegalState, match="correct it there"):
        correct(session, shipment, "RIGHT")
    session.rollback()

    assert left(session, order, **{**facts, "tracking_number": "RIGHT"}) == shipment
    assert left(session, order, **{**facts, "tracking_number": None}) == shipment
    run(hub, session)

    session.expire_all()
    found = session.get_one(Shipment, shipment)
    assert (found.carrier, found.service, found.tracking_number) == ("DHL", "Express", "RIGHT")
    assert session.scalars(select(Package.tracking_number)).all() == ["RIGHT"]
    assert (told(shop), cases(session)) == ([], [])


def coming_back(order: Order, line: OrderLine, name: str, units: int) -> ship.ShipmentFact:
    """A part of our own parcel, as the channel tells it."""
    return ship.ShipmentFact(
        order_id=order.id,
        shipped_at=clock.now() + timedelta(seconds=1),
        origin=Origin.CHANNEL,
        lines=[(line.id, units)],
        external_id=name,
        tracking_number="WRONG",
    )


@pytest.mark.parametrize("answered", [True, False])
def test_a_parcel_of_ours_that_the_channel_counts_as_two_is_one(
    hub: Hub, session: Session, shop: Shop, answered: bool
) -> None:
    order = bring(hub, session, shop)
    (line,) = session.scalars(select(OrderLine).where(OrderLine.order_id == order.id))
    shipment = left(session, order)
    shop.faults["/acts"] = [] if answered else ["500 after"]
    run_jobs(hub)
    session.rollback()
    if answered:
        confirmation(session).external_ids = ["F-1,F-2"]
        session.commit()

    for _ in range(2):
        for name in ("F-1", "F-2"):
            assert ship.record(session, [coming_back(order, line, name, 1)]) == [shipment]
    session.commit()

    assert cases(session) == []


def test_another_parcel_with_the_number_of_ours_is_another_once_ours_has_its_name(
    hub: Hub, session: Session, shop: Shop
) -> None:
    order = bring(hub, session, shop)
    (line,) = session.scalars(select(OrderLine).where(OrderLine.order_id == order.id))
    shipment = left(session, order, lines=[(line.id, 2)])
    run(hub, session)

    assert ship.record(session, [coming_back(order, line, "F-9", 1)]) != [shipment]
