"""The hub with Amazon's sandbox on loopback: what happens there is here, and what is decided here happens there."""

from datetime import timedelta
from decimal import Decimal

import pytest
from sqlalchemy import select

from core.catalog.models import Listing
from core.flows import cancel, refund, ship
from core.flows.refund.plan import Wanted
from core.inbox.models import InboxMessage, InboxState
from core.integrations.models import SyncRun, SyncState
from core.orders.models import Order, OrderLine
from core.orders.states import CancelReason, OrderStatus
from core.returns.models import Return, ReturnState
from core.settlements.models import SettlementLine
from core.shipments.models import Shipment
from core.stock.models import Location
from plugins.amazon.sandbox import Store
from tests.plugins.stores import Desk


def test_an_order_arrives_by_the_queue_ships_here_and_is_confirmed_and_corrected_there(
    desk: Desk, store: Store, shelf: Location
) -> None:
    desk.sync("subscribe")
    order_id = store.place_order(("AMZ-1", 2), shipping=Decimal("3.99"), tax_rate=Decimal("0.2"))
    order = desk.heard(order_id, "notifications")
    desk.ship(order, "RM1", 1)
    wrong = desk.ship(order, "RM2", 1)
    assert store.orders[order_id]["fulfillment"]["fulfillmentStatus"] == "SHIPPED"
    ship.correct(desk.session, wrong, ship.Correction(tracking_number="H3", carrier="Evri"))
    desk.session.commit()
    desk.run()

    packages = store.orders[order_id]["packages"]
    assert [(each["carrier"], each["trackingNumber"]) for each in packages] == [("Royal Mail", "RM1"), ("Evri", "H3")]
    again = desk.heard(order_id, "notifications")  # Amazon tells of what we told it
    sent = select(Shipment.tracking_number).where(Shipment.order_id == again.id).order_by(Shipment.id)
    assert desk.session.scalars(sent).all() == ["RM1", "H3"]
    assert desk.cases() == []


def test_a_poll_brings_what_the_queue_did_not_and_nothing_twice(desk: Desk, store: Store, shelf: Location) -> None:
    placed = [store.place_order(("AMZ-1", 1)) for _ in range(3)]
    for order_id in placed:
        store.orders[order_id]["lastUpdatedTime"] = store.instant(-timedelta(minutes=5))

    first, second = desk.sync("orders"), desk.sync("orders")
    desk.run()

    assert (first.state, first.created, second.created) == (SyncState.SUCCEEDED, 3, 0)
    assert set(desk.session.scalars(select(Order.external_id)).all()) == set(placed)


def test_a_pending_order_is_known_early_and_paid_later(desk: Desk, store: Store, shelf: Location) -> None:
    desk.sync("subscribe")
    order_id = store.place_order(("AMZ-1", 2), pending=True)
    waiting = desk.heard(order_id, "notifications")
    total_before = waiting.total_minor
    store.authorize(order_id)
    paid = desk.heard(order_id, "notifications")

    assert paid.id == waiting.id
    assert paid.shipping_address is not None
    assert (total_before, paid.total_minor) == (int(store.listings["AMZ-1"].price * 200),) * 2


def test_what_amazon_ships_is_booked_here_and_takes_no_stock(desk: Desk, store: Store, shelf: Location) -> None:
    desk.sync("subscribe")
    order_id = store.place_order(("AMZ-6", 2), fulfilled_by="AMAZON")
    desk.heard(order_id, "notifications")
    store.ship_from_amazon(order_id)
    order = desk.heard(order_id, "notifications")
    (line,) = desk.session.scalars(select(OrderLine).where(OrderLine.order_id == order.id))

    assert order.fulfilled_by_channel
    assert (line.shipped, line.open) == (2, 0)
    assert desk.cases() == []


def test_cancelled_there_is_cancelled_here(desk: Desk, store: Store, shelf: Location) -> None:
    desk.sync("subscribe")
    order_id = store.place_order(("AMZ-1", 2))
    desk.heard(order_id, "notifications")
    store.cancel_order(order_id)

    assert desk.heard(order_id, "notifications").status is OrderStatus.CANCELLED
    assert store.feeds == {}


def test_cancelled_here_is_cancelled_there(desk: Desk, store: Store, shelf: Location) -> None:
    desk.sync("subscribe")
    order_id = store.place_order(("AMZ-1", 2))
    order = desk.heard(order_id, "notifications")
    cancel.cancel(desk.session, order.id, reason=CancelReason.OUT_OF_STOCK)
    desk.session.commit()
    desk.run()

    assert store.orders[order_id]["fulfillment"]["fulfillmentStatus"] == "CANCELLED"
    assert desk.cases() == []


def test_a_buyers_wish_to_cancel_is_granted_while_nothing_has_left(desk: Desk, store: Store, shelf: Location) -> None:
    desk.sync("subscribe")
    order_id = store.place_order(("AMZ-1", 2))
    desk.heard(order_id, "notifications")
    store.request_cancellation(order_id)

    assert desk.heard(order_id, "notifications").status is OrderStatus.CANCELLED
    assert store.orders[order_id]["fulfillment"]["fulfillmentStatus"] == "CANCELLED"
    assert desk.cases() == []


def test_a_refund_here_arrives_there(desk: Desk, store: Store, shelf: Location) -> None:
    desk.sync("subscribe")
    order_id = store.place_order(("AMZ-1", 1))
    order = desk.heard(order_id, "notifications")
    ship.create(desk.session, ship.Left(order_id=order.id, carrier="UPS", tracking_number="1Z", location=shelf.code))
    desk.session.commit()
    desk.run()
    refund.create(desk.session, order.id, Wanted(goodwill_minor=150, reason="Late"))
    desk.session.commit()
    desk.run()

    posted = [each for each in store.transactions if each["transactionType"] == "Refund"]
    assert [each["totalAmount"]["currencyAmount"] for each in posted] == [-1.5]
    assert desk.cases() == []


def test_stock_follows_listings_and_is_published(desk: Desk, store: Store, shelf: Location) -> None:
    desk.sync("listings")
    desk.run()
    known = {each.external_sku: each.item_id for each in desk.session.scalars(select(Listing))}
    desk.run()

    assert set(known) == {f"AMZ-{number}" for number in range(1, 7)}
    assert [store.listings[f"AMZ-{number}"].quantity for number in range(1, 6)] == [20] * 5
    assert store.listings["AMZ-6"].channel == "AMAZON_EU"


def test_a_payout_is_matched_to_its_orders(desk: Desk, store: Store, shelf: Location) -> None:
    desk.sync("subscribe")
    order_id = store.place_order(("AMZ-1", 1))
    order = desk.heard(order_id, "notifications")
    ship.create(desk.session, ship.Left(order_id=order.id, carrier="UPS", tracking_number="1Z", location=shelf.code))
    desk.session.commit()
    desk.run()
    store.pay_out()
    store.payouts[0]["FinancialEventGroupStart"] = store.instant(-timedelta(days=14))
    desk.sync("settlements")
    desk.run()

    rows = desk.session.execute(
        select(SettlementLine.raw_kind, SettlementLine.order_name).order_by(SettlementLine.raw_kind)
    )
    assert [tuple(row) for row in rows] == [("Commission", order_id), ("ProductCharges", order_id)]


def test_a_return_arrives_here_and_its_answer_is_for_people(desk: Desk, store: Store, shelf: Location) -> None:
    desk.sync("subscribe")
    order_id = store.place_order(("AMZ-1", 2))
    order = desk.heard(order_id, "notifications")
    desk.ship(order, "1Z", 2)
    store.request_return(order_id, reason="CR-UNWANTED_ITEM", status="Pending")
    store.request_return(order_id, status="Dancing")
    desk.sync("returns")  # which is written first
    desk.run()

    told = desk.session.scalars(select(SyncRun).where(SyncRun.job == "returns")).one()
    assert (told.state, told.created, told.rejected) == (SyncState.PARTIAL, 1, 1)
    bad = desk.session.scalars(select(InboxMessage.error).where(InboxMessage.state == InboxState.QUARANTINED)).one()
    assert "'Dancing' is no status of a return" in (bad or "")
    known = desk.session.scalars(select(Return).where(Return.order_id == order.id)).one()
    assert (known.external_id, known.state) == (store.returned[0].name, ReturnState.APPROVED)
    assert desk.cases() == ["return_decision_not_taken"]


def test_a_queue_is_subscribed_to_on_a_hub_that_nobody_can_reach(
    desk: Desk, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk.hub.config = desk.hub.config.model_copy(update={"public_url": None})
    monkeypatch.setattr(desk.hub, "_is_near", lambda _key: False)  # as far away as Amazon is
    assert desk.hub.address_of(desk.key) is None

    first, second = desk.sync("subscribe"), desk.sync("subscribe")

    assert (first.state, second.state, second.unchanged) == (SyncState.SUCCEEDED, SyncState.SUCCEEDED, 3)
    assert len(store.destinations) == 1
    assert set(store.subscriptions) == {"ORDER_CHANGE", "LISTINGS_ITEM_STATUS_CHANGE", "TRANSACTION_UPDATE"}
