"""Work given to a supplier: handed over, answered, taken back."""

from pathlib import Path
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from core import clock
from core.flows import fulfil
from core.flows.resolve import resolve
from core.flows.supplier_updates import fetch
from core.fulfillment.models import RequestState
from core.hub import Hub
from core.inbox.models import InboxMessage, InboxState
from core.integrations.models import SyncRun
from core.jobs.run import run_jobs
from core.purchasing.models import SupplierOffer
from core.shipments.models import Shipment
from tests.core.flows.fulfil.answers import write
from tests.core.flows.fulfilling import (
    cases,
    level_of,
    lines_of,
    parts_of,
    work_of,
)
from tests.core.stock.ledger import assert_levels_are_sums


def test_a_supplier_gets_one_file_for_an_order_however_often_it_is_handed_over(
    hub: Hub, session: Session, split: Any, folder: Path
) -> None:
    order, *_ = split
    (work,) = work_of(session, order)
    assert (work.request_state, work.external_id) == (RequestState.SUBMITTED, "000001")

    fulfil.submit(hub, work.id)
    fulfil.submit_now(hub, work.id)

    (file,) = (folder / "orders").iterdir()
    assert f",ful_{work.id}," in file.read_text()


def test_a_supplier_accepts_part_has_no_more_and_offers_a_substitute(
    hub: Hub, session: Session, split: Any, folder: Path
) -> None:
    order, tea, first, second = split
    (work,) = work_of(session, order)
    (line,) = parts_of(session, work)
    name = f"ful_{work.id},orl_{line.order_line_id},TEA"
    ack = (
        "reference,line,sku,status,quantity,reason,substitute_sku\n"
        f"{name},partial,6,,\n{name},rejected,3,Out of stock.,\n{name},substituted,1,Out of stock.,TEA-XL\n"
    )
    write(folder, "ack-0001.csv", ack)

    assert fetch(hub, "acme") is not None
    run_jobs(hub)

    kept, moved = work_of(session, order)
    assert (kept.location_id, moved.location_id) == (first.id, second.id)
    assert kept.request_state is RequestState.ACCEPTED
    (kept_line,), (moved_line,) = parts_of(session, kept), parts_of(session, moved)
    assert (kept_line.quantity, kept_line.accepted, kept_line.rejected) == (10, 6, 3)
    assert moved_line.quantity == 3
    assert lines_of(session, order) == [("TEA", 0, 0, 10, 0, 0)]
    offer = session.scalars(select(SupplierOffer).where(SupplierOffer.left_out_until > clock.now())).one()
    assert offer.item_id == tea.id
    assert (level_of(session, tea, first.id)[1], level_of(session, tea, second.id)[1]) == (7, 3)
    (case,) = cases(session)
    assert (case.code, case.data["quantity"], case.data["substitute"]) == ("substitute_offered", 1, "TEA-XL")

    # The same file again has no effect, under another name too.
    write(folder, "ack-0002.csv", ack)
    fetch(hub, "acme")
    run_jobs(hub)
    assert len(work_of(session, order)) == 2
    assert len(cases(session)) == 1

    # A late yes to all ten: never an eleventh unit.
    write(folder, "ack-0003.csv", f"reference,line,sku,status,quantity\n{name},accepted,4\n")
    fetch(hub, "acme")
    run_jobs(hub)
    late = cases(session)[-1]
    assert late.code == "late_accepted"
    assert parts_of(session, kept)[0].accepted == 7
    assert sum(part.quantity - part.rejected for part in [*parts_of(session, kept), *parts_of(session, moved)]) == 10
    assert_levels_are_sums(session)

    # The person declines the substitute: that unit goes to the other supplier as well.
    with hub.transaction() as transaction:
        resolve(transaction, case.id, option="decline_substitute")
    run_jobs(hub)
    assert [parts_of(session, each)[0].quantity for each in work_of(session, order)] == [10, 3, 1]
    assert lines_of(session, order) == [("TEA", 0, 0, 10, 0, 0)]
    assert_levels_are_sums(session)


def test_a_supplier_ships_and_the_rows_of_a_parcel_are_one_shipment(
    hub: Hub, session: Session, split: Any, folder: Path
) -> None:
    order, tea, first, _ = split
    (work,) = work_of(session, order)
    (line,) = parts_of(session, work)
    name = f"ful_{work.id},orl_{line.order_line_id},TEA"
    head = "reference,line,sku,quantity,carrier,tracking_number,shipped_at\n"
    at = f"{clock.now():%Y-%m-%dT%H:%M:%S+00:00}"
    write(folder, "ship-0001.csv", f"{head}{name},4,DPD,D-1,{at}\n{name},2,DPD,D-1,{at}\n")

    fetch(hub, "acme")

    shipment = session.scalars(select(Shipment)).one()
    assert (shipment.origin, shipment.tracking_number, shipment.fulfillment_order_id) == ("SUPPLIER", "D-1", work.id)
    assert parts_of(session, work)[0].shipped == 6
    assert lines_of(session, order) == [("TEA", 0, 0, 4, 6, 0)]
    assert level_of(session, tea, first.id) == (14, 4)
    assert_levels_are_sums(session)


def test_bad_rows_are_set_aside_with_their_place_and_the_others_count(
    hub: Hub, session: Session, split: Any, folder: Path
) -> None:
    order, *_ = split
    (work,) = work_of(session, order)
    (line,) = parts_of(session, work)
    good, unknown = f"ful_{work.id},orl_{line.order_line_id},TEA,accepted,10", "ful_999999,,TEA,accepted,1"
    bad = f"ful_{work.id},,TEA,accepted,many"
    write(folder, "ack-0001.csv", f"reference,line,sku,status,quantity\n{good}\n{unknown}\n{bad}\n")

    run_id = fetch(hub, "acme")

    assert parts_of(session, work)[0].accepted == 10
    run = session.get_one(SyncRun, run_id)
    assert (run.seen, run.updated, run.rejected, run.state) == (3, 1, 2, "PARTIAL")
    messages = session.scalars(select(InboxMessage).where(InboxMessage.state == InboxState.QUARANTINED)).all()
    errors = sorted(message.error or "" for message in messages)
    assert [("ack-0001.csv line 3" in errors[0]), ("ack-0001.csv line 4" in errors[1])] == [True, True]


def test_what_a_supplier_has_is_asked_back_and_open_again_when_it_agrees(
    hub: Hub, session: Session, split: Any, folder: Path
) -> None:
    order, tea, first, _ = split
    (work,) = work_of(session, order)
    (line,) = parts_of(session, work)
    with hub.transaction() as transaction:
        fulfil.cancel(transaction, work.id, reason="Too slow.")
    run_jobs(hub)
    assert work_of(session, order)[0].request_state is RequestState.CANCELLATION_REQUESTED
    assert level_of(session, tea, first.id)[1] == 10

    write(folder, "ack-0001.csv", f"reference,line,sku,status,quantity\nful_{work.id},,TEA,cancelled,10\n")
    fetch(hub, "acme")
    run_jobs(hub)

    old, new = work_of(session, order)
    assert (old.request_state, old.work_state) == (RequestState.CANCELLATION_ACCEPTED, "CANCELLED")
    assert new.location_id != old.location_id
    assert level_of(session, tea, first.id)[1] == 0
    assert lines_of(session, order) == [("TEA", 0, 0, 10, 0, 0)]
    assert line.order_line_id == parts_of(session, new)[0].order_line_id
