"""What a 3PL took in for us is received of its purchase order, once."""

from datetime import timedelta
from decimal import Decimal

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from core import clock
from core.cases.models import Case, CaseState
from core.flows import inbox, purchase, sync
from core.flows.purchase import Received, Wanted
from core.hub import Hub
from core.inbox.models import InboxMessage, InboxState
from core.integrations.models import SyncCursor, SyncRun, SyncState
from core.jobs.run import run_jobs
from core.purchasing.models import PurchaseOrder, PurchaseOrderState, Supplier
from core.stock.models import LocationKind, StockLevel, StockMovement
from crossdock import Money, ReceiptData
from tests.builders import a_location
from tests.core.flows.suppliers.wholesaler import Wholesaler
from tests.core.ledgers.build import balances


@pytest.fixture
def bought(hub: Hub, session: Session, acme: Supplier) -> PurchaseOrder:
    """Ten RED and five BLUE that are on their way to the 3PL."""
    a_location(session, "THREE", kind=LocationKind.THIRD_PARTY, integration_id=acme.integration_id)
    return a_purchase(session, "THREE")


def a_purchase(session: Session, location: str, *, send: bool = True) -> PurchaseOrder:
    wanted = [Wanted(sku=sku, quantity=units, unit_cost=Decimal(2)) for sku, units in (("RED", 10), ("BLUE", 5))]
    made = purchase.create(session, "acme", location, wanted)
    if send:
        purchase.approve(session, made)
        purchase.send(session, made)
    session.commit()
    return session.get_one(PurchaseOrder, made)


def a_receipt(name: str, lines: dict[str, int], order: str | None = "PO-1", *, hours_ago: int = 1) -> ReceiptData:
    at = clock.now() - timedelta(hours=hours_ago)
    return ReceiptData(external_id=name, purchase_order=order, at=at, lines=tuple(lines.items()))


def looked(hub: Hub, session: Session) -> SyncRun:
    run = sync.sync(hub, "acme", "receipts")
    run_jobs(hub)
    session.expire_all()
    return session.get_one(SyncRun, run)


def levels(session: Session) -> dict[int, int]:
    return {level.item_id: level.on_hand for level in session.scalars(select(StockLevel))}


def asked(session: Session) -> list[tuple[str, CaseState]]:
    session.expire_all()
    return [(case.code, case.state) for case in session.scalars(select(Case).order_by(Case.id))]


def messages(session: Session) -> list[InboxState]:
    return list(session.scalars(select(InboxMessage.state).order_by(InboxMessage.id)))


def test_a_receipt_is_booked_once_however_often_it_is_told(
    hub: Hub, session: Session, bought: PurchaseOrder, wholesaler: Wholesaler
) -> None:
    receipt = a_receipt("R-1", {"RED": 10, "BLUE": 5})
    wholesaler.took_in = [receipt, receipt]

    first, second = looked(hub, session), looked(hub, session)

    assert (first.state, first.seen, first.created, first.unchanged) == (SyncState.SUCCEEDED, 2, 1, 1)
    assert (second.seen, second.created, second.unchanged) == (2, 0, 2)
    assert (bought.state, levels(session), asked(session)) == (PurchaseOrderState.RECEIVED, {1: 10, 2: 5}, [])
    assert set(session.scalars(select(StockMovement.occurred_at))) == {receipt.at}
    assert balances(session) == {"1200": 3000, "2100": -3000}
    assert messages(session) == [InboxState.APPLIED]


def test_the_next_look_says_how_far_the_last_one_came(
    hub: Hub, session: Session, bought: PurchaseOrder, wholesaler: Wholesaler
) -> None:
    latest = a_receipt("R-2", {"BLUE": 5})
    wholesaler.took_in = [latest, a_receipt("R-1", {"RED": 10}, hours_ago=9)]
    looked(hub, session)
    wholesaler.took_in = [a_receipt("R-3", {"RED": 1}, hours_ago=3)]
    looked(hub, session)
    looked(hub, session)

    assert wholesaler.cursors == [None, latest.at.isoformat(), latest.at.isoformat()]
    assert session.scalars(select(SyncCursor.cursor).where(SyncCursor.job == "receipts")).one() == latest.at.isoformat()


def test_what_is_short_is_asked_once_until_the_rest_has_come(
    hub: Hub, session: Session, bought: PurchaseOrder, wholesaler: Wholesaler
) -> None:
    wholesaler.took_in = [a_receipt("R-1", {"RED": 4, "BLUE": 0}), a_receipt("R-2", {"RED": 3})]

    looked(hub, session)

    assert (bought.state, levels(session)[1]) == (PurchaseOrderState.PARTIALLY_RECEIVED, 7)
    assert asked(session) == [("receipt_short", CaseState.OPEN)]
    message = session.scalars(select(Case.message)).one()
    assert message.startswith("RED: 4 of 10. BLUE: 0 of 5. Wait for the rest")

    purchase.receive(session, bought.id, [Received(sku="RED", quantity=3), Received(sku="BLUE", quantity=5)])
    session.commit()
    assert asked(session) == [("receipt_short", CaseState.RESOLVED)]


def test_nobody_is_asked_for_the_rest_of_what_was_closed(
    hub: Hub, session: Session, bought: PurchaseOrder, wholesaler: Wholesaler
) -> None:
    wholesaler.took_in = [a_receipt("R-1", {"RED": 4})]
    looked(hub, session)

    purchase.close(session, bought.id)
    session.commit()

    assert asked(session) == [("receipt_short", CaseState.RESOLVED)]


def test_more_than_was_ordered_is_taken_in_and_asked_about(
    hub: Hub, session: Session, bought: PurchaseOrder, wholesaler: Wholesaler
) -> None:
    wholesaler.took_in = [a_receipt("R-1", {"RED": 12, "BLUE": 5})]

    looked(hub, session)

    assert levels(session) == {1: 12, 2: 5}
    (case,) = session.scalars(select(Case))
    assert (case.code, case.subject, case.data) == ("receipt_over", f"po_{bought.id}", {"units": {"RED": 2}})


def test_what_is_not_on_the_purchase_order_waits_and_the_rest_is_booked(
    hub: Hub, session: Session, bought: PurchaseOrder, wholesaler: Wholesaler
) -> None:
    wholesaler.took_in = [a_receipt("R-1", {"RED": 10, "B-77": 5, "TEA": 1, "BLUE": -2})]

    looked(hub, session)

    assert (levels(session)[1], levels(session)[2]) == (10, 0)
    (message,) = session.scalars(select(InboxMessage))
    assert (message.state, message.left_out) == (InboxState.QUARANTINED, ["B-77", "BLUE", "TEA"])
    (case,) = session.scalars(select(Case))
    assert (case.code, case.data) == ("receipt_unbooked", {"units": {"B-77": 5, "TEA": 1, "BLUE": -2}})


def test_what_waited_is_booked_when_it_is_replayed_and_nothing_twice(
    hub: Hub, session: Session, bought: PurchaseOrder, wholesaler: Wholesaler
) -> None:
    wholesaler.took_in = [a_receipt("R-1", {"RED": 10, "B-77": 5})]
    looked(hub, session)
    purchase.offer_set(session, "acme", "BLUE", Money(200, "GBP"), {"supplier_sku": "B-77"})
    session.commit()

    for _ in range(2):
        inbox.replay(session, session.scalars(select(InboxMessage.id)).all())
        session.commit()
        run_jobs(hub)
        session.expire_all()

    assert (levels(session), messages(session)) == ({1: 10, 2: 5}, [InboxState.APPLIED])
    assert asked(session) == [("receipt_unbooked", CaseState.RESOLVED)]


@pytest.mark.parametrize(
    ("named", "lines", "why"),
    [
        (None, {"RED": 1}, "It names no purchase order."),
        ("PO-99", {"RED": 1}, "There is no purchase order 'PO-99'."),
        ("PO-1", {}, "It names no goods."),
        ("PO-2", {"RED": 1}, "PO-2 brings goods to a location for which this integration does not speak."),
        ("po_3", {"RED": 1}, "PO-3: the purchase order is draft; this needs it"),
    ],
)
def test_a_receipt_that_fits_nothing_is_kept_for_a_person(
    hub: Hub,
    session: Session,
    bought: PurchaseOrder,
    wholesaler: Wholesaler,
    named: str | None,
    lines: dict[str, int],
    why: str,
) -> None:
    a_location(session, "MAIN")
    a_purchase(session, "MAIN")
    a_purchase(session, "THREE", send=False)
    wholesaler.took_in = [a_receipt("R-1", lines, named)]

    looked(hub, session)

    assert set(levels(session).values()) == {0}
    (message,) = session.scalars(select(InboxMessage))
    assert message.state is InboxState.QUARANTINED
    assert (message.error or "").startswith(why)
    assert asked(session) == [("receipt_unbooked", CaseState.OPEN)]


def test_other_words_take_the_place_of_what_was_not_booked(
    hub: Hub, session: Session, bought: PurchaseOrder, wholesaler: Wholesaler
) -> None:
    wholesaler.took_in = [a_receipt("R-1", {"RED": 10, "BLUE": 5}, "PO-17")]
    looked(hub, session)
    wholesaler.took_in = [a_receipt("R-1", {"RED": 10, "BLUE": 5}, "PO-1")]

    run = looked(hub, session)

    assert (run.updated, levels(session), messages(session)) == (1, {1: 10, 2: 5}, [InboxState.APPLIED])
    assert asked(session) == [("receipt_unbooked", CaseState.RESOLVED)]


def test_other_words_for_what_was_booked_change_nothing_and_are_asked_about_once(
    hub: Hub, session: Session, bought: PurchaseOrder, wholesaler: Wholesaler
) -> None:
    wholesaler.took_in = [a_receipt("R-1", {"RED": 10, "BLUE": 5})]
    looked(hub, session)
    wholesaler.took_in = [a_receipt("R-1", {"RED": 8, "BLUE": 5})]

    for _ in range(2):
        looked(hub, session)

    assert levels(session) == {1: 10, 2: 5}
    (case,) = session.scalars(select(Case))
    assert case.code == "receipt_retold"
    assert "It was 10 RED, 5 BLUE of PO-1 when it was booked, and is 8 RED, 5 BLUE of PO-1 now." in case.message
