"""Labels: bought once, found again, voided."""

import time
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from sqlalchemy import select, text
from sqlalchemy.orm import Session

import crossdock
from core.errors import OutcomeUnknown
from core.flows import fulfil, ship, statuses
from core.flows.labels.cancel import void_all
from core.flows.labels.purchase import purchase
from core.flows.labels.rates import fetch
from core.hub import Hub
from core.orders import queries as orders
from core.orders.states import FulfillmentStatus, OrderStatus
from core.shipments.models import Document, Label, LabelState, Shipment, ShipmentLine, ShippingRate
from tests.core.flows.fulfilling import events, level_of, lines_of, work_of
from tests.core.flows.ship.carrying import acting, line_ids, run_jobs_named
from tests.core.stock.ledger import assert_levels_are_sums


def test_packed_goods_leave_with_a_label_and_everything_moves(hub: Hub, session: Session, packed: Any) -> None:
    order, tea, shelf, shipment_id = packed

    assert fetch(hub, shipment_id) == []
    assert purchase(hub, shipment_id) == []

    shipment = session.get_one(Shipment, shipment_id)
    (label,) = session.scalars(select(Label)).all()
    assert (label.state, label.carrier) == (LabelState.PURCHASED, "post")
    assert (shipment.status, shipment.tracking_number) == ("LABELLED", label.tracking_number)
    document = session.get_one(Document, label.document_id)
    assert document.content.startswith(b"%PDF")
    accrued = text(
        "select amount_minor from postings join ledger_accounts a on a.id = account_id where a.code = '5100'"
    )
    cheapest = session.scalar(select(ShippingRate.cost_minor).order_by(ShippingRate.cost_minor))
    assert label.cost_minor == shipment.cost_minor == cheapest
    assert session.scalar(accrued) == cheapest

    assert ship.hand_over(session, [shipment_id]) == [shipment_id]
    assert ship.hand_over(session, [shipment_id]) == []
    session.commit()

    assert level_of(session, tea, shelf.id) == (7, 0)
    assert lines_of(session, order) == [("TEA", 0, 0, 0, 3, 0)]
    assert session.scalars(select(ShipmentLine.cost_minor)).all() == [600]
    session.refresh(order)
    assert (order.fulfillment_status, order.status) == (FulfillmentStatus.FULFILLED, OrderStatus.PROCESSING)
    assert [work.work_state for work in work_of(session, order)] == ["CLOSED"]
    assert events(session, order) == [
        "order.routed",
        "shipment.packed",
        "call.succeeded",
        "label.purchased",
        "shipment.labelled",
        "shipment.handed_over",
    ]
    assert_levels_are_sums(session)


def test_a_hundred_requests_at_once_buy_one_label(hub: Hub, session: Session, packed: Any) -> None:
    shipment_id = packed[3]
    fetch(hub, shipment_id)
    bought = []
    buy = type(hub.registry.bound("post", "carrier").instance).buy_label

    def slowly(ctx: Any, request: Any) -> Any:
        bought.append(ctx.key)
        time.sleep(0.3)
        return buy(hub.registry.bound("post", "carrier").instance, ctx, request)

    with acting(hub, buy_label=slowly), ThreadPoolExecutor(12) as threads:
        answers = list(threads.map(lambda _: purchase(hub, shipment_id), range(100)))

    assert answers == [[]] * 100
    assert len(bought) == 1
    assert session.scalars(select(Label.state)).all() == [LabelState.PURCHASED]


def test_a_label_whose_purchase_timed_out_is_found_and_not_bought_again(
    hub: Hub, session: Session, packed: Any
) -> None:
    shipment_id = packed[3]
    carrier = type(hub.registry.bound("post", "carrier").instance)
    bought = []

    def times_out(ctx: Any, request: Any) -> Any:
        bought.append(carrier.buy_label(hub.registry.bound("post", "carrier").instance, ctx, request))
        raise crossdock.OutcomeUnknown("The line went dead.")

    with acting(hub, buy_label=times_out):
        (problem,) = purchase(hub, shipment_id)
        assert isinstance(problem, OutcomeUnknown)
        assert session.scalars(select(Label.state)).one() is LabelState.UNKNOWN
        session.rollback()
    assert purchase(hub, shipment_id) == []

    assert len(bought) == 1
    label = session.scalars(select(Label)).one()
    assert (label.state, label.tracking_number) == (LabelState.PURCHASED, bought[0].tracking_number)


def test_a_carrier_that_refuses_leaves_no_label_and_a_sentence(hub: Hub, session: Session, packed: Any) -> None:
    shipment_id = packed[3]

    def refuses(ctx: Any, request: Any) -> Any:
        raise crossdock.Rejected("too_heavy", "The parcel is too heavy.")

    with acting(hub, buy_label=refuses):
        (problem,) = purchase(hub, shipment_id)

    assert (problem.code, problem.message) == ("PLUGIN_REJECTED", "The parcel is too heavy.")
    assert session.get_one(Shipment, shipment_id).status == "PACKED"
    session.rollback()
    assert purchase(hub, shipment_id) == []  # and a second try may succeed


def test_a_voided_label_costs_nothing_and_the_shipment_is_packed_again(hub: Hub, session: Session, packed: Any) -> None:
    shipment_id = packed[3]
    purchase(hub, shipment_id)

    assert void_all(hub, shipment_id) == []
    assert void_all(hub, shipment_id) == []

    label = session.scalars(select(Label)).one()
    assert label.state is LabelState.VOIDED
    shipment = session.get_one(Shipment, shipment_id)
    assert (shipment.status, shipment.tracking_number, shipment.cost_minor) == ("PACKED", None, None)
    total = text(
        "select sum(amount_minor) from postings join ledger_accounts a on a.id = account_id where a.code = '5100'"
    )
    assert session.scalar(total) == 0


def test_an_order_cancelled_after_its_label_was_bought_gives_everything_back(
    hub: Hub, session: Session, packed: Any
) -> None:
    order, tea, shelf, shipment_id = packed
    purchase(hub, shipment_id)
    (line,) = line_ids(session, order)

    orders.locked(session, [order.id])
    withdrawn = fulfil.withdraw(session, order.id, {line: 3})
    statuses.refresh(session, [order.id])
    session.commit()
    run_jobs_named(hub, "labels.void")

    assert (withdrawn.taken, withdrawn.asked, withdrawn.refused) == ({line: 3}, {}, {})
    assert level_of(session, tea, shelf.id) == (10, 0)
    assert session.scalars(select(Label.state)).all() == [LabelState.VOIDED]
    session.expire_all()
    assert session.get_one(Shipment, shipment_id).status == "CANCELLED"
    assert [work.work_state for work in work_of(session, order)] == ["CANCELLED"]
    assert_levels_are_sums(session)
