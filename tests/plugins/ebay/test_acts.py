"""What eBay's own rules ask of acts, beyond what every channel promises."""

import json
from dataclasses import replace
from typing import Any

import httpx2
import pytest

from crossdock import CancelOrder, Money, NotSupported, OrderWindow, RefundOrder, Rejected, Retryable, ShipmentNotice
from crossdock.testing.faults import Fault
from crossdock.testing.world import World
from tests.plugins.ebay.account import MINUTE, NOON


def placed(world: World, **facts: Any) -> str:
    order_id: str = world.remote.store.place_order([("EB-001", 2), ("EB-002", 1)], **facts)
    return order_id


def refund_of(order_id: str, minor: int, currency: str = "GBP", **facts: Any) -> RefundOrder:
    return RefundOrder(order_external_id=order_id, amount=Money(minor, currency), **facts)


def test_one_of_two_equal_refunds_is_not_taken_for_the_other(world: World) -> None:
    order_id = placed(world)
    world.act("refund", refund_of(order_id, 200), key="r1")
    world.faults.next(Fault.UNANSWERED, method="POST", path="issue_refund")

    second = world.act("refund", refund_of(order_id, 200), key="r2")

    assert world.remote.store.done.count(("refund", order_id)) == 2
    refunds = world.remote.store.orders[order_id]["paymentSummary"]["refunds"]
    assert second.external_id == refunds[1]["refundId"]


def test_a_refund_whose_beginning_nobody_remembers_is_not_made_twice(world: World) -> None:
    order_id = placed(world)
    first = world.act("refund", refund_of(order_id, 200), key="r1")

    assert world.ask("find_refund", refund_of(order_id, 200)).external_id == first.external_id


def test_what_ebay_gave_back_with_a_cancellation_is_not_given_again(world: World) -> None:
    order_id = placed(world)
    paid = world.remote.store.left(order_id)
    world.act("cancel", CancelOrder(order_external_id=order_id, reason="OUT_OF_STOCK", refunded=True), key="c1")

    receipt = world.act("refund", refund_of(order_id, paid.minor), key="r1")

    assert world.remote.store.done == [("cancel", order_id)]
    assert receipt.external_id == world.remote.store.orders[order_id]["paymentSummary"]["refunds"][0]["refundId"]


def test_an_order_with_an_open_return_is_refunded_through_it(world: World) -> None:
    order_id = placed(world)
    name = world.remote.store.ask_return(order_id)

    receipt = world.act("refund", refund_of(order_id, 300, reason="Returned"), key="r1")

    assert world.remote.store.returns[name]["status"] == "CLOSED"
    assert receipt.external_id == world.remote.store.orders[order_id]["paymentSummary"]["refunds"][0]["refundId"]


def test_more_than_was_paid_is_rejected_with_ebays_own_code(world: World) -> None:
    with pytest.raises(Rejected, match="exceeds") as refused:
        world.ask("refund", refund_of(placed(world), 10_000_000))

    assert refused.value.code == "34915"


def test_a_refund_waits_for_one_that_is_under_way(world: World) -> None:
    answer = httpx2.Response(400, json={"errors": [{"errorId": 34922, "message": "Another refund is processing."}]})
    world.faults.next(Fault.FAILED, path="issue_refund", answer=answer)

    with pytest.raises(Retryable) as busy:
        world.ask("refund", refund_of(placed(world), 100))

    assert busy.value.after is not None


def test_only_whole_orders_are_cancelled(world: World) -> None:
    order_id = placed(world)
    order = world.provider().map_order(world.ask("fetch_order", order_id))
    lines = tuple((line.external_id, line.quantity) for line in order.lines)

    with pytest.raises(NotSupported):
        world.ask("cancel", CancelOrder(order_external_id=order_id, reason="OUT_OF_STOCK", lines=lines[:1]))
    some = CancelOrder(order_external_id=order_id, reason="OUT_OF_STOCK", lines=lines[:1], refunded=True)
    assert "refund" in world.ask("cancel", some).message
    assert world.remote.store.done == []
    world.ask("cancel", CancelOrder(order_external_id=order_id, reason="OUT_OF_STOCK", lines=lines))

    assert world.remote.store.orders[order_id]["cancelStatus"]["cancelState"] == "CANCELED"


def test_a_request_is_rejected_by_the_tracking_number_of_what_left(world: World) -> None:
    order_id = placed(world)
    lines = tuple((each["lineItemId"], each["quantity"]) for each in world.remote.store.orders[order_id]["lineItems"])
    notice = ShipmentNotice(
        order_external_id=order_id,
        package_key="p",
        lines=lines,
        shipped_at=world.clock.now(),
        carrier="UPS",
        tracking_number="1Z",
    )
    world.ask("confirm_shipment", notice)
    asked = world.remote.store.ask_cancel(order_id)
    request = CancelOrder(order_external_id=order_id, reason="CUSTOMER", request_external_id=asked)

    world.act("accept_cancel", request, key="a", accepted=False)

    (sent,) = [each for each in world.faults.asked if each.url.path.endswith("/reject")]
    assert b'"trackingNumber": "1Z"' in sent.content
    assert world.remote.store.done[-1] == ("reject_cancel", order_id)


def test_packages_without_a_number_are_told_apart_by_when_they_left(world: World) -> None:
    order_id = placed(world)
    line = world.remote.store.orders[order_id]["lineItems"][0]["lineItemId"]
    first = ShipmentNotice(
        order_external_id=order_id, package_key="p1", lines=((line, 1),), shipped_at=world.clock.now()
    )
    second = replace(first, package_key="p2", shipped_at=first.shipped_at + MINUTE)

    made = world.ask("confirm_shipment", first)

    assert world.ask("find_shipment", first).external_id == made.external_id
    assert world.ask("find_shipment", second) is None
    other = world.ask("confirm_shipment", second)
    told = world.provider().map_order(world.ask("fetch_order", order_id)).fulfillments
    assert [each.external_id for each in told] == [made.external_id, other.external_id]


def test_a_corrected_number_is_told_as_another_package_and_another_carrier_alone_is_not(world: World) -> None:
    order_id = placed(world)
    line = world.remote.store.orders[order_id]["lineItems"][0]["lineItemId"]
    wrong = ShipmentNotice(
        order_external_id=order_id,
        package_key="p1",
        lines=((line, 2),),
        shipped_at=world.clock.now(),
        carrier="UPS",
        tracking_number="WRONG",
    )
    first = world.ask("confirm_shipment", wrong)
    right = replace(wrong, tracking_number="RIGHT", corrects=first.external_id)
    second = world.ask("confirm_shipment", right)
    third = world.ask("confirm_shipment", replace(right, carrier="DPD", corrects=second.external_id))

    assert (first.external_id, second.external_id, third.external_id) == ("WRONG", "RIGHT", "RIGHT")
    shown = [each["shipmentTrackingNumber"] for each in world.remote.store.fulfillments[order_id]]
    assert shown == ["WRONG", "RIGHT"]


def test_what_is_forbidden_names_the_way_out(world: World) -> None:
    answer = httpx2.Response(403, json={"errors": [{"errorId": 1100, "message": "Access denied"}]})
    world.faults.next(Fault.FAILED, path="issue_refund", answer=answer)

    with pytest.raises(Rejected, match="consent") as refused:
        world.ask("refund", refund_of(placed(world), 100))

    assert refused.value.code == "1100"


def test_an_order_that_may_not_be_cancelled_is_refused_with_ebays_reasons(world: World) -> None:
    order_id = placed(world)
    world.ask("cancel", CancelOrder(order_external_id=order_id, reason="OUT_OF_STOCK"))

    with pytest.raises(Rejected, match="CANCELLATION_EXIST") as refused:
        world.ask("cancel", CancelOrder(order_external_id=order_id, reason="OUT_OF_STOCK"))

    assert refused.value.code == "CANCELLATION_EXIST"


def test_post_order_says_its_errors_in_another_way(world: World) -> None:
    request = CancelOrder(order_external_id=placed(world), reason="CUSTOMER", request_external_id="no-such")

    with pytest.raises(Rejected, match="There is no such cancellation"):
        world.ask("accept_cancel", request, accepted=True)


@pytest.mark.parametrize(("by", "reason"), [("Seller", "SELLER_CANCEL"), ("Buyer", "BUYER_CANCEL")])
def test_a_refund_of_a_cancelled_order_says_who_cancelled_it(world: World, by: str, reason: str) -> None:
    order_id = placed(world, paid=False)
    world.remote.store.cancel_order(order_id, by=by)
    world.remote.store.orders[order_id]["orderPaymentStatus"] = "PAID"

    world.act("refund", refund_of(order_id, 100), key="r1")

    (sent,) = [each for each in world.faults.asked if each.url.path.endswith("/issue_refund")]
    assert json.loads(sent.content)["reasonForRefund"] == reason


def test_a_request_to_cancel_is_heard_though_a_page_of_orders_leaves_it_out(world: World) -> None:
    quiet, asking = placed(world), placed(world)
    name = world.remote.store.ask_cancel(asking)

    page = world.ask("fetch_orders", OrderWindow(since=NOON, until=world.clock.now()))

    told = {raw.external_id: world.provider().map_order(raw).cancel_requests for raw in page.orders}
    assert told[quiet] == ()
    assert [each.external_id for each in told[asking]] == [name]


def test_what_the_account_bought_itself_is_no_return_of_ours(world: World) -> None:
    returns = world.remote.store.returns
    ours, bought = (world.remote.store.ask_return(placed(world)) for _ in range(2))
    returns[ours]["sellerLoginName"], returns[bought]["sellerLoginName"] = "acme", "somebody"
    world.integration = replace(
        world.integration, settings=world.integration.settings.model_copy(update={"seller": "acme"})
    )

    page = world.ask("fetch_returns", OrderWindow(since=NOON, until=world.clock.now()))

    assert [each.external_id for each in page.returns] == [ours]
