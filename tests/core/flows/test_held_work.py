"""Work of orders that are held after they were routed: it rests, and goes on by itself."""

from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from core import clock
from core.config import Config
from core.errors import IllegalState
from core.external.models import CallState, ExternalCall
from core.flows import fulfil, holds, payments
from core.flows.route import route_orders
from core.fulfillment.models import RequestState, WorkState
from core.hub import Hub
from core.integrations.mirror import mirror
from core.jobs.run import run_jobs
from core.money import Money
from core.orders.models import Hold, Order
from crossdock.orders import PaymentData
from crossdock.orders import PaymentState as Told
from tests.builders import a_channel, an_item
from tests.core.flows.fulfil.answers import a_supplier
from tests.core.flows.fulfilling import a_ready_order, configured, events, lines_of, parts_of, work_of


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "acme"


@pytest.fixture
def config(config: Config, folder: Path) -> Config:
    return configured(config, f'[integrations.acme]\nplugin = "folder_supplier"\nfolder = "{folder}"\n')


@pytest.fixture
def order(hub: Hub, session: Session) -> Order:
    """Ten TEA of a supplier, routed and not yet handed over; 100.00 GBP of it authorised."""
    mirror(session, hub.registry)
    tea = an_item(session, "TEA")
    a_supplier(session, "acme", tea, 20)
    order = a_ready_order(session, a_channel(session), {tea: 10})
    payments.take(session, [(order.id, money(Told.AUTHORIZED))])
    session.commit()
    route_orders(hub, [order.id])
    return order


def money(state: Told) -> PaymentData:
    return PaymentData(reference="p-1", gateway="bank", state=state, amount=Money(10_000, "GBP"), at=clock.now())


def files(folder: Path) -> list[Path]:
    return sorted((folder / "orders").glob("*")) if (folder / "orders").exists() else []


def test_work_of_a_held_order_is_not_handed_over_and_goes_on_after_its_last_hold(
    hub: Hub, session: Session, order: Order, folder: Path
) -> None:
    holds.hold(session, order.id, message="The shopper asked us to wait.")
    session.commit()

    run_jobs(hub)

    (work,) = work_of(session, order)
    assert (work.request_state, work.work_state) == (RequestState.UNSUBMITTED, WorkState.ON_HOLD)
    assert files(folder) == []
    with pytest.raises(IllegalState, match="on hold"):
        fulfil.submit_now(hub, work.id)

    held = session.scalars(select(Hold.id).where(Hold.order_id == order.id)).one()
    session.commit()
    with hub.transaction() as transaction:
        holds.release(transaction, held)
    run_jobs(hub)

    (work,) = work_of(session, order)
    assert (work.request_state, work.work_state) == (RequestState.SUBMITTED, WorkState.OPEN)
    assert len(files(folder)) == 1
    told = events(session, order)
    assert [name for name in told if name.startswith("fulfillment.")] == [
        "fulfillment.held",
        "fulfillment.resumed",
        "fulfillment.submitted",
    ]


def test_an_authorisation_that_is_given_up_after_routing_keeps_the_work_back(
    hub: Hub, session: Session, order: Order, folder: Path
) -> None:
    with hub.transaction() as transaction:
        payments.record(transaction, order.id, money(Told.VOIDED))

    fulfil.submit(hub, work_of(session, order)[0].id)  # before the checks have run
    assert files(folder) == []
    run_jobs(hub)

    (work,) = work_of(session, order)
    assert (work.request_state, work.work_state) == (RequestState.UNSUBMITTED, WorkState.ON_HOLD)
    assert files(folder) == []
    with hub.transaction() as transaction:
        paid = PaymentData(
            reference="p-2", gateway="bank", state=Told.CAPTURED, amount=Money(10_000, "GBP"), at=clock.now()
        )
        payments.record(transaction, order.id, paid)
    run_jobs(hub)
    assert work_of(session, order)[0].request_state is RequestState.SUBMITTED
    assert len(files(folder)) == 1


def test_whether_a_held_order_was_handed_over_is_found_out_without_handing_it_over(
    hub: Hub, session: Session, order: Order, folder: Path
) -> None:
    run_jobs(hub)
    (work,) = work_of(session, order)
    call = session.scalars(select(ExternalCall)).one()
    for heard in (True, False):
        call.state, work.request_state = CallState.UNKNOWN, RequestState.UNSUBMITTED
        if not heard:
            for file in [*files(folder), *(folder / "sent").iterdir()]:
                file.unlink()
        holds.hold(session, order.id, message="Wait.")
        session.commit()

        fulfil.submit(hub, work.id)

        session.expire_all()
        assert work.request_state is (RequestState.SUBMITTED if heard else RequestState.UNSUBMITTED)
        assert call.state is (CallState.SUCCEEDED if heard else CallState.INTENDED)
        assert len(files(folder)) == (1 if heard else 0)


def test_work_that_was_begun_is_taken_up_where_it_was_left(hub: Hub, session: Session, order: Order) -> None:
    run_jobs(hub)
    (work,) = work_of(session, order)
    fulfil.accept(session, work.id)
    (line,) = parts_of(session, work)
    fulfil.pick(session, work.id, [fulfil.Picked(line.order_line_id, 4)])
    holds.hold(session, order.id, message="Wait.")
    session.commit()
    assert work_of(session, order)[0].work_state is WorkState.ON_HOLD

    held: Any = session.scalars(select(Hold.id).where(Hold.order_id == order.id)).one()
    holds.release(session, held)
    session.commit()

    assert work_of(session, order)[0].work_state is WorkState.IN_PROGRESS
    assert lines_of(session, order) == [("TEA", 0, 0, 10, 0, 0)]
