"""What the hub decided, told to Amazon once: shipments, cancellations, refunds."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from crossdock import (
    CancelOrder,
    Money,
    OutcomeUnknown,
    Pending,
    Receipt,
    RefundOrder,
    Rejected,
    Retryable,
    ShipmentNotice,
)
from plugins.amazon.shipments import reference
from tests.plugins.amazon.account import START, Account


def item_of(account: Account, order_id: str, place: int = 0) -> str:
    return str(account.store.orders[order_id]["orderItems"][place]["orderItemId"])


def units(account: Account, order_id: str) -> list[tuple[int, int]]:
    """(left, to leave) by item."""
    items = [item["fulfillment"] for item in account.store.orders[order_id]["orderItems"]]
    return [(each["quantityFulfilled"], each["quantityUnfulfilled"]) for each in items]


def status(account: Account, order_id: str) -> str:
    return str(account.store.orders[order_id]["fulfillment"]["fulfillmentStatus"])


def a_notice(account: Account, order_id: str, key: str, quantity: int, **facts: Any) -> ShipmentNotice:
    said = {"shipped_at": START, "carrier": "Royal Mail", "tracking_number": f"RM-{key}", **facts}
    return ShipmentNotice(
        order_external_id=order_id, package_key=key, lines=((item_of(account, order_id), quantity),), **said
    )


def finished(account: Account, pending: Pending, request: CancelOrder | RefundOrder) -> Receipt | None:
    """How it ended, once the feed is worked through."""
    account.later(minutes=1)
    ctx = account.ctx(handle=pending.handle)
    if isinstance(request, CancelOrder):
        return account.channel.find_cancel(ctx, request)
    return account.channel.find_refund(ctx, request)


def cancelled(account: Account, request: CancelOrder) -> Receipt | None:
    with pytest.raises(Pending) as pending:
        account.channel.cancel(account.ctx(), request)
    return finished(account, pending.value, request)


def shipped(account: Account, *lines: tuple[str, int]) -> str:
    """An order that has left."""
    order_id = account.store.place_order(*lines or [("AMZ-1", 2)], tax_rate=Decimal("0.2"))
    quantity = account.store.orders[order_id]["orderItems"][0]["quantityOrdered"]
    account.channel.confirm_shipment(account.ctx(), a_notice(account, order_id, "p", quantity))
    return order_id


def test_an_order_leaves_in_two_packages(account: Account) -> None:
    order_id = account.store.place_order(("AMZ-1", 3))

    account.channel.confirm_shipment(account.ctx(), a_notice(account, order_id, "pkg_1", 1))
    halfway = status(account, order_id)
    account.channel.confirm_shipment(account.ctx(), a_notice(account, order_id, "pkg_2", 2))

    assert (halfway, status(account, order_id)) == ("PARTIALLY_SHIPPED", "SHIPPED")
    order = account.channel.map_order(account.channel.fetch_order(account.ctx(), order_id))
    assert [(each.external_id, each.tracking_number) for each in order.fulfillments] == [
        (reference("pkg_1"), "RM-pkg_1"),
        (reference("pkg_2"), "RM-pkg_2"),
    ]


def test_a_corrected_number_replaces_the_first_and_ships_nothing_twice(account: Account) -> None:
    order_id = account.store.place_order(("AMZ-1", 2))
    notice = a_notice(account, order_id, "pkg_1", 2)
    first = account.channel.confirm_shipment(account.ctx(), notice)
    corrected = replace(notice, tracking_number="RM-NEW", corrects=first.external_id)

    before = account.channel.find_shipment(account.ctx(), corrected)
    again = account.channel.confirm_shipment(account.ctx(), corrected)

    assert (before, again.external_id) == (None, first.external_id)
    assert units(account, order_id) == [(2, 0)]
    assert [each["trackingNumber"] for each in account.store.orders[order_id]["packages"]] == ["RM-NEW"]


def test_a_correction_of_the_carrier_alone_is_told_too(account: Account) -> None:
    order_id = account.store.place_order(("AMZ-1", 2))
    notice = a_notice(account, order_id, "pkg_1", 2, carrier="Royal Mail")
    first = account.channel.confirm_shipment(account.ctx(), notice)
    corrected = replace(notice, carrier="Evri", corrects=first.external_id)

    before = account.channel.find_shipment(account.ctx(), corrected)
    account.channel.confirm_shipment(account.ctx(), corrected)
    after = account.channel.find_shipment(account.ctx(), corrected)

    assert (before, after and after.external_id) == (None, first.external_id)
    assert [each["carrier"] for each in account.store.orders[order_id]["packages"]] == ["Evri"]


def test_a_shipment_whose_answer_was_lost_is_found(account: Account) -> None:
    order_id = account.store.place_order(("AMZ-1", 2))
    notice = a_notice(account, order_id, "pkg_1", 2)
    before = account.channel.find_shipment(account.ctx(), notice)
    account.store.faults["confirmShipment"] = ["500 after"]

    with pytest.raises(OutcomeUnknown):
        account.channel.confirm_shipment(account.ctx(), notice)

    found = account.channel.find_shipment(account.ctx(), notice)
    assert (before, found and found.external_id) == (None, reference("pkg_1"))


def test_without_a_tracking_number_nothing_is_asked(account: Account) -> None:
    order_id = account.store.place_order(("AMZ-1", 2))

    with pytest.raises(Rejected) as refused:
        account.channel.confirm_shipment(account.ctx(), a_notice(account, order_id, "p", 2, tracking_number=None))

    assert refused.value.field == "tracking_number"
    assert account.wire.asked("confirmShipment") == []


def test_a_carrier_is_sent_by_its_code_or_by_its_name(account: Account) -> None:
    order_id = account.store.place_order(("AMZ-1", 3))
    account.settings = account.settings.model_copy(update={"carriers": {"Pigeon": "PIGEON_CODE"}})

    for key, carrier in (("pkg_1", "royal mail"), ("pkg_2", "Unknown Vans"), ("pkg_3", "Pigeon")):
        account.channel.confirm_shipment(account.ctx(), a_notice(account, order_id, key, 1, carrier=carrier))

    sent = [each.body["packageDetail"] for each in account.wire.asked("confirmShipment")]
    assert [(each["carrierCode"], each.get("carrierName")) for each in sent] == [
        ("Royal Mail", None),
        ("Other", "Unknown Vans"),
        ("PIGEON_CODE", None),
    ]


def test_a_whole_order_is_cancelled(account: Account) -> None:
    order_id = account.store.place_order(("AMZ-1", 2), ("AMZ-2", 1))
    request = CancelOrder(order_external_id=order_id, reason="OUT_OF_STOCK")

    receipt = cancelled(account, request)

    assert receipt is not None
    assert status(account, order_id) == "CANCELLED"
    reason = account.store.orders[order_id]["orderItems"][0]["cancellation"]["cancellationExecution"]["cancelReason"]
    assert reason == "NoInventory"


def test_some_units_are_cancelled_and_the_rest_waits(account: Account) -> None:
    order_id = account.store.place_order(("AMZ-1", 5))
    request = CancelOrder(order_external_id=order_id, reason="CUSTOMER", lines=((item_of(account, order_id), 2),))

    assert cancelled(account, request) is not None

    assert (status(account, order_id), units(account, order_id)) == ("UNSHIPPED", [(0, 3)])


def test_a_feed_that_is_worked_through_is_asked_about_again(account: Account) -> None:
    order_id = account.store.place_order(("AMZ-1", 1))
    request = CancelOrder(order_external_id=order_id, reason="CUSTOMER")
    with pytest.raises(Pending) as first:
        account.channel.cancel(account.ctx(), request)

    with pytest.raises(Pending) as second:
        account.channel.find_cancel(account.ctx(handle=first.value.handle), request)

    assert second.value.handle == first.value.handle
    assert len(account.store.feeds) == 1


def test_what_has_left_is_not_cancelled(account: Account) -> None:
    order_id = shipped(account)

    with pytest.raises(Rejected) as refused:
        account.channel.cancel(account.ctx(), CancelOrder(order_external_id=order_id, reason="CUSTOMER"))

    assert refused.value.code == "ALREADY_SHIPPED"


def test_a_cancellation_that_amazon_refuses_is_rejected_with_its_words(account: Account) -> None:
    order_id = account.store.place_order(("AMZ-1", 2))
    request = CancelOrder(order_external_id=order_id, reason="CUSTOMER")
    with pytest.raises(Pending) as pending:
        account.channel.cancel(account.ctx(), request)
    account.channel.confirm_shipment(account.ctx(), a_notice(account, order_id, "p", 2))

    with pytest.raises(Rejected, match="has shipped"):
        finished(account, pending.value, request)


def test_a_cancellation_whose_answer_was_lost_is_seen_by_the_order(account: Account) -> None:
    order_id = account.store.place_order(("AMZ-1", 2))
    request = CancelOrder(order_external_id=order_id, reason="CUSTOMER")
    account.wire.lose.append("createFeed")
    with pytest.raises(OutcomeUnknown):
        account.channel.cancel(account.ctx(), request)
    before = account.channel.find_cancel(account.ctx(), request)
    account.store.cancel_order(order_id)

    assert before is None
    assert account.channel.find_cancel(account.ctx(), request) is not None


def test_units_whose_cancellation_was_lost_are_never_cancelled_twice(account: Account) -> None:
    order_id = account.store.place_order(("AMZ-1", 5))
    request = CancelOrder(order_external_id=order_id, reason="CUSTOMER", lines=((item_of(account, order_id), 2),))
    account.wire.lose.append("createFeed")
    with pytest.raises(OutcomeUnknown) as lost:
        account.channel.cancel(account.ctx(), request)
    account.later(minutes=10)

    with pytest.raises(Retryable, match="Seller Central"):
        account.channel.find_cancel(account.ctx(handle=lost.value.handle), request)

    assert units(account, order_id) == [(0, 3)]


def test_units_whose_cancellation_never_arrived_may_be_cancelled_again(account: Account) -> None:
    order_id = account.store.place_order(("AMZ-1", 5))
    request = CancelOrder(order_external_id=order_id, reason="CUSTOMER", lines=((item_of(account, order_id), 2),))
    account.store.faults["createFeed"] = ["500"]
    with pytest.raises(OutcomeUnknown) as lost:
        account.channel.cancel(account.ctx(), request)
    account.later(minutes=10)

    assert account.channel.find_cancel(account.ctx(handle=lost.value.handle), request) is None


def test_a_buyers_wish_is_granted_by_cancelling_what_was_asked(account: Account) -> None:
    order_id = account.store.place_order(("AMZ-1", 2), ("AMZ-2", 1))
    account.store.request_cancellation(order_id)
    (asked,) = account.channel.map_order(account.channel.fetch_order(account.ctx(), order_id)).cancel_requests
    request = CancelOrder(order_external_id=order_id, reason="CUSTOMER", request_external_id=asked.external_id)

    with pytest.raises(Pending) as pending:
        account.channel.accept_cancel(account.ctx(), request, accepted=True)
    account.later(minutes=1)
    found = account.channel.find_accept_cancel(account.ctx(handle=pending.value.handle), request)

    assert found is not None
    assert status(account, order_id) == "CANCELLED"


def test_a_wish_that_comes_too_late_is_answered_by_the_shipment_alone(account: Account) -> None:
    order_id = account.store.place_order(("AMZ-1", 2))
    request = CancelOrder(order_external_id=order_id, reason="CUSTOMER", request_external_id=f"{order_id}/1")

    receipt = account.channel.accept_cancel(account.ctx(), request, accepted=False)

    assert "shipment" in receipt.message
    assert account.wire.exchanges == []


def a_refund(account: Account, order_id: str, amount: int, **facts: Any) -> RefundOrder:
    line = (item_of(account, order_id), 1, Money(amount, "GBP"), Money(amount // 6, "GBP"))
    return RefundOrder(order_external_id=order_id, amount=Money(amount, "GBP"), lines=(line,), **facts)


def test_a_refund_is_a_feed_that_names_tax_apart(account: Account) -> None:
    order_id = shipped(account)
    request = a_refund(account, order_id, 600)

    with pytest.raises(Pending) as pending:
        account.channel.refund(account.ctx(key="refund:ref_1"), request)

    assert finished(account, pending.value, request) is not None
    (feed,) = account.store.feeds.values()
    assert b'<Type>Principal</Type><Amount currency="GBP">5.00</Amount>' in feed["input"]
    assert b'<Type>Tax</Type><Amount currency="GBP">1.00</Amount>' in feed["input"]
    assert account.store.transactions[-1]["totalAmount"]["currencyAmount"] == -6.0


def test_goodwill_and_shipping_go_with_the_first_item(account: Account) -> None:
    order_id = shipped(account)
    request = RefundOrder(order_external_id=order_id, amount=Money(700, "GBP"), shipping=Money(200, "GBP"))

    with pytest.raises(Pending) as pending:
        account.channel.refund(account.ctx(key="refund:ref_1"), request)

    finished(account, pending.value, request)
    assert account.store.transactions[-1]["totalAmount"]["currencyAmount"] == -7.0


def test_nothing_is_given_back_for_what_was_cancelled_before_it_left(account: Account) -> None:
    order_id = account.store.place_order(("AMZ-1", 2))
    request = a_refund(account, order_id, 600)
    account.store.cancel_order(order_id)

    receipt = account.channel.refund(account.ctx(key="refund:ref_1"), request)

    assert "before it left" in receipt.message
    assert account.store.feeds == {}


def test_goodwill_on_an_order_that_waits_is_refused(account: Account) -> None:
    order_id = account.store.place_order(("AMZ-1", 2))

    with pytest.raises(Rejected) as refused:
        account.channel.refund(account.ctx(), RefundOrder(order_external_id=order_id, amount=Money(100, "GBP")))

    assert refused.value.code == "NOT_SHIPPED"


def test_a_refund_whose_answer_was_lost_is_never_made_twice(account: Account) -> None:
    order_id = shipped(account)
    request = a_refund(account, order_id, 600)
    account.store.feed_takes = timedelta(hours=1)
    account.wire.lose.append("createFeed")
    with pytest.raises(OutcomeUnknown) as lost:
        account.channel.refund(account.ctx(key="refund:ref_1"), request)
    ctx = account.ctx(handle=lost.value.handle)
    with pytest.raises(Retryable):
        account.channel.find_refund(ctx, request)  # it may not be listed yet

    account.later(minutes=10)
    with pytest.raises(Retryable):
        account.channel.find_refund(account.ctx(handle=lost.value.handle), request)  # it is, and nothing is posted
    account.later(hours=1)
    found = account.channel.find_refund(account.ctx(handle=lost.value.handle), request)

    assert found is not None
    assert len(account.store.feeds) == 1


def test_a_refund_that_never_arrived_may_be_made_again(account: Account) -> None:
    order_id = shipped(account)
    request = a_refund(account, order_id, 600)
    account.store.faults["createFeed"] = ["500"]
    with pytest.raises(OutcomeUnknown) as lost:
        account.channel.refund(account.ctx(key="refund:ref_1"), request)
    account.later(minutes=10)

    assert account.channel.find_refund(account.ctx(handle=lost.value.handle), request) is None
