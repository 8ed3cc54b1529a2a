"""Everything that the plugin sends, and everything that the sandbox answers, is as eBay publishes it."""

from datetime import timedelta

import pytest

from crossdock import (
    CancelOrder,
    Money,
    OrderWindow,
    RefundOrder,
    ReturnDecision,
    ShipmentNotice,
    StockLevelUpdate,
)
from crossdock.testing.world import World
from plugins.ebay import oauth, operations
from plugins.ebay.operations import Operation
from tests.plugins.ebay.conftest import Recording
from tests.plugins.ebay.described import needed, operation_of

pytestmark = needed

OPERATIONS = [each for each in vars(operations).values() if isinstance(each, Operation)]


@pytest.mark.parametrize("operation", OPERATIONS, ids=lambda each: each.name)
def test_an_operation_is_where_ebay_has_it_and_consent_covers_it(operation: Operation) -> None:
    described = operation_of(operation.method, operation.path.replace("{", "").replace("}", ""))

    assert operation.host in described.hosts
    scopes = oauth.SCOPES[:1] if operation.application else oauth.SCOPES
    assert not described.scopes or set(described.scopes) & set(scopes)


def test_a_seller_s_day_is_asked_and_answered_as_published(world: World, recording: Recording) -> None:
    _a_day(world)

    problems = [
        f"{request.method} {request.url.path}: {problem}"
        for request, answer in recording.exchanges
        if not request.url.path.startswith("/identity/")
        for problem in operation_of(request.method, request.url.path).problems(request, answer)
    ]
    asked = {
        operation_of(request.method, request.url.path).said["operationId"]
        for request, _ in recording.exchanges
        if not request.url.path.startswith("/identity/")
    }
    assert problems == []
    # Two of them are told apart here only: both are `search` in descriptions of their own.
    known = {
        operation_of(each.method, each.path.replace("{", "").replace("}", "")).said["operationId"]
        for each in OPERATIONS
    }
    assert asked == known


def _a_day(world: World) -> None:
    """Every operation at least once."""
    store, now = world.remote.store, world.clock.now
    world.ask("subscribe")
    store.subscriptions[next(iter(store.subscriptions))]["status"] = "DISABLED"
    for each in list(store.subscriptions.values())[1:2]:
        each["destinationId"] = "d-of-old"
    for each in store.destinations.values():
        each["status"] = "DISABLED"
    world.ask("subscribe")
    for each in store.subscriptions.values():
        each["status"] = "DISABLED"
    world.ask("subscribe")
    shipped, refused, cancelled, returned = (
        store.place_order(
            [("EB-001", 2), ("EB-002", 1)], discount_minor=150, collected=number == 0, note="Ring twice", gift="Love"
        )
        for number in range(4)
    )
    (letter,) = [each for each in world.letters.heard if each.method == "POST"][:1]
    world.read(letter)
    order = world.provider().map_order(world.ask("fetch_order", shipped))
    notice = ShipmentNotice(
        order_external_id=shipped,
        package_key="pkg_1",
        lines=tuple((line.external_id, line.quantity) for line in order.lines),
        shipped_at=now(),
        carrier="Royal Mail",
        tracking_number="AB 123-456 GB",
    )
    world.act("confirm_shipment", notice, key="s1")
    world.ask("find_shipment", notice)
    part = Money(100, order.currency)
    lines = ((order.lines[0].external_id, 1, part, part - part),)
    refund = RefundOrder(order_external_id=shipped, amount=part, lines=lines, reason="A scratch")
    world.act("refund", refund, key="r1")
    asked = store.ask_cancel(shipped)
    request = CancelOrder(order_external_id=shipped, reason="CUSTOMER", request_external_id=asked)
    world.act("accept_cancel", request, key="a1", accepted=False)
    asked = store.ask_cancel(refused)
    request = CancelOrder(order_external_id=refused, reason="CUSTOMER", request_external_id=asked)
    world.act("accept_cancel", request, key="a2", accepted=True)
    world.act("cancel", CancelOrder(order_external_id=cancelled, reason="OUT_OF_STOCK"), key="c1")
    _returns(world, returned)
    world.clock.forward(timedelta(minutes=5))
    window = OrderWindow(since=now() - timedelta(hours=1), until=now())
    assert world.ask("fetch_orders", window).orders
    listings = world.ask("fetch_listings").listings
    updates = [
        StockLevelUpdate(external_sku=each.external_sku, listing_id=each.external_id, quantity=7, sequence=1)
        for each in listings
    ]
    assert {each.error for each in world.ask("publish_stock", updates)} == {None}
    assert len(world.ask("read_stock", [each.external_sku for each in updates])) == len(updates)
    store.books.charge("OTHER_FEES", Money(2500, store.currency), "2026-03-02T12:00:00.000Z")
    store.pay_out()
    assert world.ask("fetch_settlements", window).settlements
    assert all(each.ok for each in world.ask("check"))
    world.ask("unsubscribe")


def _returns(world: World, order_id: str) -> None:
    store, now = world.remote.store, world.clock.now
    name = store.ask_return(order_id)
    decision = ReturnDecision(return_external_id=name, order_external_id=order_id, accepted=True, reason="Of course")
    world.act("decide_return", decision, key="d1")
    assert world.ask("find_return_decision", decision)
    assert world.ask("fetch_returns", OrderWindow(since=now() - timedelta(hours=1), until=now())).returns
    world.act("refund", RefundOrder(order_external_id=order_id, amount=Money(300, store.currency)), key="r2")
