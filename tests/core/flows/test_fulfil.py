"""The work given to locations: handed over, answered, taken back, picked."""

from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select, text
from sqlalchemy.orm import Session

from core import clock
from core.catalog.models import Item
from core.config import Config
from core.errors import IllegalState, Invalid
from core.flows import fulfil, inbox, statuses
from core.flows.resolve import resolve
from core.flows.route import route_orders
from core.flows.supplier_stock import fetch as fetch_stock
from core.flows.supplier_updates import fetch
from core.fulfillment.models import FulfillmentLine, RequestState
from core.fulfillment.queries import pick_list
from core.hub import Hub
from core.inbox.models import InboxMessage, InboxState
from core.integrations.mirror import mirror
from core.integrations.models import Integration, SyncRun
from core.jobs.run import run_jobs
from core.orders.models import Order, OrderLine
from core.purchasing.models import Supplier, SupplierOffer
from core.shipments.models import Shipment
from core.stock.models import Location, LocationKind
from tests.builders import a_channel, a_level, a_location, an_item
from tests.core.flows.fulfilling import (
    a_ready_order,
    cases,
    configured,
    level_of,
    lines_of,
    parts_of,
    work_of,
)
from tests.core.stock.ledger import assert_levels_are_sums


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "acme"


@pytest.fixture
def config(config: Config, folder: Path) -> Config:
    supplier = f'[integrations.acme]\nplugin = "folder_supplier"\nfolder = "{folder}"\n'
    return configured(config, f'{supplier}\n[integrations.leeds]\nplugin = "warehouse"\n')


def a_supplier(session: Session, key: str, item: Item, stock: int, **columns: Any) -> Location:
    """Somebody who ships for us from a place of their own, with stock of an item to offer."""
    integration = session.scalar(select(Integration.id).where(Integration.key == key))
    place = a_location(session, key.upper(), kind=LocationKind.SUPPLIER, **columns)
    supplier = Supplier(key=key, name=key.title(), location_id=place.id, currency="GBP", integration_id=integration)
    session.add(supplier)
    session.flush()
    session.add(
        SupplierOffer(supplier_id=supplier.id, item_id=item.id, supplier_sku="A-1", currency="GBP", cost_minor=300)
    )
    a_level(session, item, place, stock)
    return place


def write(folder: Path, name: str, content: str) -> None:
    (folder / "inbound").mkdir(parents=True, exist_ok=True)
    (folder / "inbound" / name).write_text(content)


@pytest.fixture
def split(hub: Hub, session: Session) -> tuple[Order, Item, Location, Location]:
    """Ten TEA submitted to a supplier, and another supplier that has some: (order, item, first, second)."""
    mirror(session, hub.registry)
    tea = an_item(session, "TEA")
    an_item(session, "TEA-XL", name="A bigger tin")
    first = a_supplier(session, "acme", tea, 20, priority=9)
    second = a_supplier(session, "other", tea, 20)
    order = a_ready_order(session, a_channel(session), {tea: 10})
    session.commit()
    route_orders(hub, [order.id])
    run_jobs(hub)
    return order, tea, first, second


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


@pytest.fixture
def own(hub: Hub, session: Session) -> tuple[Order, Item, Location, Location]:
    """Five TEA to be picked in our own warehouse, with another that has some: (order, item, first, second)."""
    mirror(session, hub.registry)
    tea = an_item(session, "TEA", barcode="5012345678900")
    integration = session.scalar(select(Integration.id).where(Integration.key == "leeds"))
    first = a_location(session, "LEEDS", priority=9, integration_id=integration)
    second = a_location(session, "YORK")
    a_level(session, tea, first, 9)
    a_level(session, tea, second, 9)
    order = a_ready_order(session, a_channel(session), {tea: 5})
    session.commit()
    route_orders(hub, [order.id])
    run_jobs(hub)
    return order, tea, first, second


def line_of(session: Session, order: Order) -> int:
    return session.scalars(select(OrderLine.id).where(OrderLine.order_id == order.id)).one()


def test_our_own_warehouse_accepts_at_once(session: Session, own: Any) -> None:
    (work,) = work_of(session, own[0])
    assert (work.request_state, work.accepted_at is not None) == (RequestState.ACCEPTED, True)
    assert parts_of(session, work)[0].accepted == 5


def test_another_items_barcode_is_refused_and_nothing_is_counted(session: Session, own: Any) -> None:
    (work,) = work_of(session, own[0])
    line = line_of(session, own[0])

    with pytest.raises(Invalid, match="not that of TEA"):
        fulfil.pick(session, work.id, [fulfil.Picked(line, 1, "4006381333931")])
    session.rollback()
    fulfil.pick(session, work.id, [fulfil.Picked(line, 4, "5012345678900")])
    with pytest.raises(Invalid, match="1 are still to be picked, not 2"):
        fulfil.pick(session, work.id, [fulfil.Picked(line, 2)])


def test_what_is_not_on_the_shelf_is_routed_anew_from_elsewhere(hub: Hub, session: Session, own: Any) -> None:
    order, tea, first, second = own
    (work,) = work_of(session, order)
    line = line_of(session, order)

    fulfil.pick(session, work.id, [fulfil.Picked(line, 3)], short={line: 2})
    session.commit()
    run_jobs(hub)

    begun, other = work_of(session, order)
    assert (begun.work_state, other.location_id) == ("IN_PROGRESS", second.id)
    assert [part.quantity for part in parts_of(session, other)] == [2]
    assert (level_of(session, tea, first.id), level_of(session, tea, second.id)) == ((9, 3), (9, 2))
    assert [case.code for case in cases(session)] == ["not_on_shelf"]
    assert lines_of(session, order) == [("TEA", 0, 0, 5, 0, 0)]
    assert_levels_are_sums(session)


def test_the_pick_list_names_item_bin_and_work(session: Session, own: Any) -> None:
    order, tea, first, _ = own
    session.execute(text("update stock_levels set bin = 'A-7' where location_id = :id"), {"id": first.id})
    (work,) = work_of(session, order)

    (line,) = pick_list(session, "LEEDS")

    assert (line.item_id, line.bin, line.quantity, line.picked, line.fulfillment_order_ids) == (
        tea.id,
        "A-7",
        5,
        0,
        [work.id],
    )
    assert pick_list(session, "YORK") == []
    assert pick_list(session, "LEEDS", [work.id + 1]) == []


def test_accepting_and_rejecting_twice_changes_nothing(hub: Hub, session: Session, split: Any) -> None:
    order, *_ = split
    (work,) = work_of(session, order)
    line = line_of(session, order)

    for _ in range(2):
        fulfil.accept(session, work.id, lines={line: 6})
        fulfil.reject(session, work.id, lines={line: 4}, reason="Out of stock.")
        session.commit()

    (part,) = session.scalars(select(FulfillmentLine).where(FulfillmentLine.fulfillment_order_id == work.id)).all()
    assert (part.accepted, part.rejected) == (6, 4)
    assert cases(session) == []


def test_units_are_withdrawn_from_our_own_work_at_once_and_from_a_suppliers_by_asking(
    hub: Hub, session: Session, split: Any
) -> None:
    order, tea, first, _ = split
    line = line_of(session, order)

    withdrawn = fulfil.withdraw(session, order.id, {line: 4})
    again = fulfil.withdraw(session, order.id, {line: 10})
    statuses.refresh(session, [order.id])

    assert (withdrawn.taken, withdrawn.asked, withdrawn.refused) == ({}, {line: 4}, {})
    assert (again.asked, again.refused) == ({line: 6}, {line: 4})
    assert level_of(session, tea, first.id)[1] == 10


def test_work_that_is_over_takes_no_picking(session: Session, own: Any) -> None:
    order, *_ = own
    (work,) = work_of(session, order)
    line = line_of(session, order)
    fulfil.withdraw(session, order.id, {line: 5})

    with pytest.raises(IllegalState, match="is over"):
        fulfil.pick(session, work.id, [fulfil.Picked(line, 1)])


def test_a_suppliers_stock_file_becomes_the_figures_of_its_location(
    hub: Hub, session: Session, split: Any, folder: Path
) -> None:
    order, tea, first, _ = split
    at = f"{clock.now():%Y-%m-%dT%H:%M:%S.%f+00:00}"
    write(folder, "stock-0001.csv", f"sku,quantity,as_of\nA-1,35,{at}\nNOBODY,3,{at}\n")

    run = session.get_one(SyncRun, fetch_stock(hub, "acme"))

    assert (run.seen, run.updated, run.rejected) == (2, 1, 1)
    assert level_of(session, tea, first.id)[0] == 35
    session.expire_all()
    offers = session.scalars(select(SupplierOffer.stock).where(SupplierOffer.stock.is_not(None))).all()
    assert offers == [35]
    error = session.scalars(select(InboxMessage.error).where(InboxMessage.state == InboxState.QUARANTINED)).one()
    assert error == (
        "stock-0001.csv line 3: there is no item 'NOBODY'. Add it, or an offer of it, then replay this message."
    )
    assert lines_of(session, order) == [("TEA", 0, 0, 10, 0, 0)]
    assert_levels_are_sums(session)


def test_a_figure_that_came_before_its_item_counts_when_it_is_replayed_and_only_once(
    hub: Hub, session: Session, split: Any, folder: Path
) -> None:
    *_, first, _ = split
    at = f"{clock.now():%Y-%m-%dT%H:%M:%S.%f+00:00}"
    write(folder, "stock-0001.csv", f"sku,quantity,as_of\nNOBODY,3,{at}\n")
    fetch_stock(hub, "acme")
    replay_all(hub, session)
    assert states(session) == [InboxState.QUARANTINED]
    newcomer = an_item(session, "NOBODY")
    session.commit()

    replay_all(hub, session)

    assert states(session) == [InboxState.APPLIED]
    assert level_of(session, newcomer, first.id) == (3, 0)
    later = f"{clock.now():%Y-%m-%dT%H:%M:%S.%f+00:00}"
    write(folder, "stock-0002.csv", f"sku,quantity,as_of\nNOBODY,8,{later}\n")
    fetch_stock(hub, "acme")
    replay_all(hub, session)
    assert level_of(session, newcomer, first.id) == (8, 0)
    assert_levels_are_sums(session)


def test_an_answer_that_did_not_fit_is_applied_when_it_is_replayed_and_only_once(
    hub: Hub, session: Session, split: Any, folder: Path
) -> None:
    """They answer by a SKU of their own, of which we have no offer yet."""
    order, tea, *_ = split
    (work,) = work_of(session, order)
    write(folder, "ack-0001.csv", f"reference,line,sku,status,quantity\nful_{work.id},,THEIRS,accepted,6\n")
    run = session.get_one(SyncRun, fetch(hub, "acme"))
    assert (run.rejected, states(session)) == (1, [InboxState.QUARANTINED])
    session.execute(text("update supplier_offers set supplier_sku = 'THEIRS' where item_id = :id"), {"id": tea.id})
    session.commit()

    for _ in range(2):
        replay_all(hub, session)
        session.expire_all()
        assert states(session) == [InboxState.APPLIED]
        assert [part.accepted for part in parts_of(session, work)] == [6]


def replay_all(hub: Hub, session: Session) -> None:
    inbox.replay(session, session.scalars(select(InboxMessage.id)).all())
    session.commit()
    run_jobs(hub)
    session.commit()


def states(session: Session) -> list[InboxState]:
    session.expire_all()
    return list(session.scalars(select(InboxMessage.state).order_by(InboxMessage.id)))
