"""From the wish to send something back to the money: what was received counts, not what was announced."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import select, text, update
from sqlalchemy.orm import Session

from core import clock
from core.catalog.models import BundleComponent, ItemKind
from core.errors import ExceedsRefundable, ExceedsReturnable, IllegalState, Invalid
from core.flows import refund, take_back
from core.flows.refund import Wanted
from core.flows.take_back import Arrival, Asked
from core.hub import Hub
from core.orders.models import Order, OrderLine
from core.orders.states import ReturnStatus
from core.returns import queries
from core.returns.models import Disposition, Refund, Return, ReturnReason, ReturnResolution, ReturnState
from core.shipments.models import Shipment
from core.stock.models import StockLevel
from tests.builders import a_channel, a_location, an_item
from tests.core.returns.sold import a_line, line_of, return_of, sell, stocked, ten_at_a_discount


def ask(hub: Hub, order: Order, line: OrderLine, quantity: int, reason: ReturnReason = ReturnReason.DEFECTIVE) -> int:
    return take_back.request(hub, order.id, [Asked(line_id=line.id, quantity=quantity, reason=reason)])


def take_in(session: Session, return_id: int, quantity: int, disposition: Disposition, **where: Any) -> None:
    (line,) = take_back_lines(session, return_id)
    arrival = Arrival(return_line_id=line, quantity=quantity, disposition=disposition)
    take_back.receive(session, return_id, [arrival], **where)
    session.commit()


def take_back_lines(session: Session, return_id: int) -> list[int]:
    return [line.id for line in queries.lines(session, return_id)]


def test_within_the_window_it_is_approved_at_once_and_says_why(hub: Hub, session: Session) -> None:
    order, line = ten_at_a_discount(session)

    found, lines = return_of(hub, ask(hub, order, line, 3))

    assert found.state is ReturnState.APPROVED
    assert found.number == f"RMA-{found.id}"
    assert found.policy == {
        "accepted": True,
        "automatic": True,
        "reasons": ["It is within 30 days of delivery."],
        "policy": "return-window",
    }
    assert [(one.quantity, one.approved, one.received) for one in lines] == [(3, 3, 0)]
    session.refresh(order)
    assert order.return_status is ReturnStatus.IN_PROGRESS


def test_units_are_on_one_return_at_a_time(hub: Hub, session: Session) -> None:
    order, line = ten_at_a_discount(session)
    first = ask(hub, order, line, 8)

    with pytest.raises(ExceedsReturnable) as refused:
        ask(hub, order, line, 3)
    assert str(refused.value) == "3 units of TEA-1 cannot come back, only 2 of those shipped are not on a return yet."

    take_back.cancel(session, first)
    session.commit()
    assert return_of(hub, ask(hub, order, line, 3))[0].state is ReturnState.APPROVED


def test_what_was_received_caps_what_is_refunded(hub: Hub, session: Session) -> None:
    order, line = ten_at_a_discount(session)
    return_id = ask(hub, order, line, 4)
    take_in(session, return_id, 3, Disposition.RESTOCK)

    with pytest.raises(ExceedsRefundable) as refused:
        refund.create(session, order.id, Wanted(return_id=return_id, lines={line.id: 4}))
    session.rollback()
    assert str(refused.value) == (
        "4 units of TEA-1 cannot be refunded, only 3: only what was received on the return counts."
    )

    made = session.get_one(Refund, refund.create(session, order.id, Wanted(return_id=return_id)))
    assert made.amount_minor == 5379

    with pytest.raises(ExceedsRefundable):
        refund.create(session, order.id, Wanted(return_id=return_id, lines={line.id: 1}))


def test_restocked_units_are_for_sale_again_and_damaged_ones_are_not(hub: Hub, session: Session) -> None:
    order, line = ten_at_a_discount(session)
    return_id = ask(hub, order, line, 3)
    (line_id,) = take_back_lines(session, return_id)

    take_back.receive(
        session,
        return_id,
        [
            Arrival(return_line_id=line_id, quantity=2, disposition=Disposition.RESTOCK),
            Arrival(return_line_id=line_id, quantity=1, disposition=Disposition.DAMAGED),
        ],
    )
    session.commit()

    level = session.scalars(select(StockLevel)).one()
    assert (level.on_hand, level.damaged, level.reserved) == (2, 1, 0)
    assert line_of(session, order, "TEA-1").returned == 3


def test_more_than_was_approved_is_not_taken_in(hub: Hub, session: Session) -> None:
    order, line = ten_at_a_discount(session)
    return_id = ask(hub, order, line, 2)

    with pytest.raises(ExceedsReturnable):
        take_in(session, return_id, 3, Disposition.RESTOCK)


def test_missing_units_are_accounted_for_and_never_refunded(hub: Hub, session: Session) -> None:
    order, line = ten_at_a_discount(session)
    return_id = ask(hub, order, line, 3)
    (line_id,) = take_back_lines(session, return_id)
    take_back.receive(
        session,
        return_id,
        [
            Arrival(return_line_id=line_id, quantity=2, disposition=Disposition.RESTOCK),
            Arrival(return_line_id=line_id, quantity=1, disposition=Disposition.MISSING),
        ],
    )

    take_back.close(session, return_id)
    session.commit()

    assert session.scalars(select(Refund)).one().amount_minor == 2 * 1793
    assert line_of(session, order, "TEA-1").returned == 2


def test_pending_units_are_inspected_before_the_return_closes(hub: Hub, session: Session) -> None:
    order, line = ten_at_a_discount(session)
    return_id = ask(hub, order, line, 2)
    take_in(session, return_id, 2, Disposition.PENDING)
    (line_id,) = take_back_lines(session, return_id)
    assert line_of(session, order, "TEA-1").returned == 0

    with pytest.raises(IllegalState) as refused:
        take_back.close(session, return_id)
    session.rollback()
    assert str(refused.value) == f"RMA-{return_id} has 2 units that wait for inspection."

    with pytest.raises(Invalid):
        take_back.inspect(
            session, return_id, [Arrival(return_line_id=line_id, quantity=3, disposition=Disposition.RESTOCK)]
        )
    session.rollback()
    take_back.inspect(
        session,
        return_id,
        [
            Arrival(return_line_id=line_id, quantity=1, disposition=Disposition.RESTOCK),
            Arrival(return_line_id=line_id, quantity=1, disposition=Disposition.WRITE_OFF),
        ],
    )
    take_back.close(session, return_id)
    session.commit()

    found = session.get_one(Return, return_id)
    assert (found.state, found.resolution) == (ReturnState.CLOSED, ReturnResolution.REFUND)
    assert line_of(session, order, "TEA-1").returned == 2


def test_closing_twice_refunds_once(hub: Hub, session: Session) -> None:
    order, line = ten_at_a_discount(session)
    return_id = ask(hub, order, line, 2)
    take_in(session, return_id, 2, Disposition.RESTOCK)

    take_back.close(session, return_id)
    take_back.close(session, return_id)
    session.commit()

    session.refresh(order)
    assert order.refunded_minor == 2 * 1793
    assert order.return_status is ReturnStatus.RETURNED


def test_one_component_of_a_bundle_comes_back_for_its_own_part_of_the_price(hub: Hub, session: Session) -> None:
    location = a_location(session)
    channel = a_channel(session, locations=(location,), currency="EUR")
    first, second = stocked(session, "A", location), stocked(session, "B", location)
    kit = a_kit(session, {first.id: "0.6", second.id: "0.4"})
    order = sell(session, channel, location, [a_line("KIT", 1, 10000, currency="EUR")])
    a, b = line_of(session, order, "A"), line_of(session, order, "B")
    assert (a.total_minor, b.total_minor) == (6000, 4000)
    change_recipe(session, kit)

    return_id = ask(hub, order, b, 1)
    take_in(session, return_id, 1, Disposition.RESTOCK)
    take_back.close(session, return_id)
    session.commit()
    assert session.scalars(select(Refund)).one().amount_minor == 4000
    with pytest.raises(ExceedsReturnable):
        ask(hub, order, b, 1)

    later = ask(hub, order, a, 1)
    take_in(session, later, 1, Disposition.RESTOCK)
    take_back.close(session, later)
    session.commit()

    session.refresh(order)
    assert order.refunded_minor == 10000
    assert [refund.amount_minor for refund in session.scalars(select(Refund).order_by(Refund.id))] == [4000, 6000]


def a_kit(session: Session, shares: dict[int, str]) -> int:
    kit = an_item(session, "KIT", kind=ItemKind.BUNDLE)
    for item_id, share in shares.items():
        session.add(BundleComponent(bundle_id=kit.id, item_id=item_id, quantity=1, price_share=Decimal(share)))
    session.flush()
    return kit.id


def change_recipe(session: Session, kit_id: int) -> None:
    """Orders keep the recipe as it was when they were placed."""
    session.execute(text("update bundle_components set price_share = 0.5 where bundle_id = :kit"), {"kit": kit_id})
    session.commit()


def test_an_expired_window_is_refused_until_a_person_overrides(hub: Hub, session: Session) -> None:
    order, line = ten_at_a_discount(session)
    session.execute(delivered_long_ago(order))
    session.commit()

    return_id = ask(hub, order, line, 1, ReturnReason.CHANGED_MIND)
    found, _ = return_of(hub, return_id)
    assert (found.state, found.policy["accepted"]) == (ReturnState.REQUESTED, False)

    with pytest.raises(IllegalState):
        take_back.approve(session, return_id)
    session.rollback()
    take_back.approve(session, return_id, override=True)
    session.commit()
    assert return_of(hub, return_id)[0].state is ReturnState.APPROVED


def delivered_long_ago(order: Order) -> Any:
    return update(Shipment).where(Shipment.order_id == order.id).values(delivered_at=clock.now() - timedelta(days=40))
