"""Both sides keep to what Amazon publishes: our requests, the sandbox's answers, and the examples that may be sent."""

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from crossdock import (
    CancelOrder,
    Money,
    OrderWindow,
    Pending,
    RefundOrder,
    Rejected,
    ShipmentNotice,
    StockLevelUpdate,
)
from plugins.amazon.envelopes import CONTENT_TYPE
from plugins.amazon.listings import listing_data
from plugins.amazon.mapping.orders import order_data
from plugins.amazon.mapping.outbound import updates_of
from plugins.amazon.mapping.payouts import settlement_of
from plugins.amazon.notifications import event_of
from plugins.amazon.operations import ALL, Operation
from plugins.amazon.orders import raw
from plugins.amazon.stock import report_errors
from plugins.amazon.wire.base import read
from plugins.amazon.wire.finances import Payout, Transaction
from plugins.amazon.wire.listings import Listing
from plugins.amazon.wire.outbound import Outbound, OutboundOrder, Tracking
from tests.plugins.amazon.account import START, Account, a_quote_request, a_work
from tests.plugins.amazon.described import SPECS, needed, operations, problems_of

pytestmark = needed
WINDOW = OrderWindow(since=START - timedelta(days=1), until=START + timedelta(days=1))


def everything(account: Account) -> None:
    """Every verb, in one life of a few orders."""
    channel, store = account.channel, account.store
    channel.check(account.ctx())
    channel.subscribe(account.ctx())
    shipped = store.place_order(("AMZ-1", 2), shipping=Decimal("3.99"), tax_rate=Decimal("0.2"))
    cancelled, partly = (store.place_order(("AMZ-2", 3)) for _ in range(2))
    account.later(minutes=5)
    waiting = channel.fetch_notifications(account.ctx())
    channel.forget_notifications(account.ctx(), waiting.receipts)
    for each in channel.fetch_orders(account.ctx(), WINDOW).orders:
        channel.map_order(each)
    item = store.orders[shipped]["orderItems"][0]["orderItemId"]
    notice = ShipmentNotice(
        order_external_id=shipped,
        package_key="pkg_1",
        lines=((item, 2),),
        shipped_at=START,
        carrier="Pigeon Post",
        service="Swift",
        tracking_number="PP1",
    )
    first = channel.confirm_shipment(account.ctx(), notice)
    corrected = replace(notice, carrier="UPS", tracking_number="1Z2", corrects=first.external_id)
    channel.confirm_shipment(account.ctx(), corrected)
    channel.find_shipment(account.ctx(), notice)
    part = ((store.orders[partly]["orderItems"][0]["orderItemId"], 1),)
    for request in (
        CancelOrder(order_external_id=cancelled, reason="OUT_OF_STOCK"),
        CancelOrder(order_external_id=partly, reason="CUSTOMER", lines=part),
    ):
        with pytest.raises(Pending) as pending:
            channel.cancel(account.ctx(), request)
        account.later(minutes=1)
        assert channel.find_cancel(account.ctx(handle=pending.value.handle), request) is not None
    wanted = RefundOrder(
        order_external_id=shipped,
        amount=Money(500, "GBP"),
        lines=((item, 1, Money(500, "GBP"), Money(83, "GBP")),),
    )
    with pytest.raises(Pending) as pending:
        channel.refund(account.ctx(key="refund:ref_1"), wanted)
    account.later(minutes=1)
    assert channel.find_refund(account.ctx(handle=pending.value.handle), wanted) is not None
    account.later(minutes=10)
    channel.find_refund(account.ctx(), wanted)
    levels = [StockLevelUpdate(external_sku=sku, listing_id=sku, quantity=5, sequence=1) for sku in store.listings]
    channel.publish_stock(account.ctx(), levels)
    many = account.settings.model_copy(update={"patch_up_to": 0})
    with pytest.raises(Pending) as pending:
        channel.publish_stock(replace(account.ctx(), settings=many), levels)
    account.later(minutes=1)
    channel.publish_stock(account.ctx(handle=pending.value.handle), levels)
    channel.read_stock(account.ctx(), list(store.listings))
    channel.fetch_listings(account.ctx())
    store.pay_out()
    channel.fetch_settlements(account.ctx(), WINDOW)
    store.request_return(shipped)
    with pytest.raises(Pending) as pending:
        channel.fetch_returns(account.ctx(), WINDOW)
    account.later(minutes=1)
    channel.fetch_returns(account.ctx(handle=pending.value.handle), WINDOW)
    everything_outbound(account)
    with pytest.raises(Rejected):
        channel.fetch_order(account.ctx(), "202-0000000-0000000")
    channel.unsubscribe(account.ctx())


def everything_outbound(account: Account) -> None:
    """Two orders that Amazon ships for another channel: one is given back, one leaves."""
    account.settings = account.settings.model_copy(update={"multi_channel": True})
    account.store.warehouse.hides_tracking = True
    supplier = account.supplier
    orders = [a_work(f"ful_{number}", quantity=2) for number in (1, 2)]
    supplier.check(account.ctx())
    supplier.quote(account.ctx(), a_quote_request(orders[0]))
    for order in orders:
        supplier.submit(account.ctx(), order)
    supplier.request_cancel(account.ctx(), orders[0])
    account.store.warehouse.work()
    account.store.warehouse.work()
    supplier.fetch_updates(account.ctx())
    supplier.fetch_stock(account.ctx())
    assert supplier.find_submission(account.ctx(), a_work("ful_3")) is None


def test_every_request_and_every_answer_of_the_sandbox_is_as_described(account: Account) -> None:
    everything(account)
    asked = [each for each in account.wire.exchanges if each.operation in operations()]

    assert {each.operation for each in asked} >= {each.name for each in ALL} - {"getFeeds"}
    problems = [
        f"{each.operation}: {problem}" for each in asked for problem in operations()[each.operation].problems(each)
    ]
    assert problems == []


@pytest.mark.parametrize("operation", ALL, ids=[each.name for each in ALL])
def test_an_operation_has_the_published_place_and_usage_plan(operation: Operation) -> None:
    described = operations()[operation.name]

    assert (operation.method, operation.path) == (described.method, described.path)
    assert (operation.rate, operation.burst) == described.usage_plan


def test_a_feed_of_stock_is_as_its_schema_says(account: Account) -> None:
    update = StockLevelUpdate(external_sku="AMZ-1", listing_id="AMZ-1", quantity=3, sequence=1)
    settings = account.settings.model_copy(update={"patch_up_to": 0})
    with pytest.raises(Pending):
        account.channel.publish_stock(replace(account.ctx(), settings=settings), [update])
    (feed,) = account.store.feeds.values()

    assert problems_of("feeds/listings-feed-schema-v2", json.loads(feed["input"])) == []


def test_the_official_report_of_a_feed_is_read() -> None:
    report = json.loads((SPECS / "schemas/feeds/listings-feed-processing-report-schema-v2.example.json").read_text())

    refused = report_errors(report)

    assert sorted(refused) == ["My-SKU-B", "My-SKU-C"]
    assert "batteries_required" in refused["My-SKU-B"]


def test_a_notification_of_the_sandbox_is_as_its_schema_says(account: Account) -> None:
    account.channel.subscribe(account.ctx())
    account.store.place_order(("AMZ-1", 1))

    body = json.loads(account.store.queue[0].body)

    assert problems_of("notifications/OrderChangeNotification", body) == []


def test_the_official_notification_is_understood() -> None:
    schema = json.loads((SPECS / "schemas/notifications/OrderChangeNotification.json").read_text())

    event = event_of(json.dumps(schema["examples"][0]), "m")

    assert (event.topic, event.external_id, event.store) == ("ORDER_CHANGE", "903-8868176-2219830", "A3TH9S8BH6GOGM")


def official(name: str) -> Iterator[Any]:
    return operations()[name].examples()


def test_every_official_order_is_mapped() -> None:
    pages = [order for page in official("searchOrders") for order in page["orders"]]
    ones = [each["order"] for each in official("getOrder")]

    mapped = [order_data(raw(each)) for each in (*pages, *ones)]

    assert len(mapped) == len(pages) + len(ones) >= 5
    for said, order in zip((*pages, *ones), mapped, strict=True):
        assert order.lines
        assert sum(line.quantity for line in order.lines if line.kind == "GOODS") == sum(
            item["quantityOrdered"] for item in said["orderItems"]
        )


def test_every_official_listing_transaction_and_payout_is_read() -> None:
    listings = [each for page in official("searchListingsItems") for each in page.get("items", ())]
    transactions = [
        each for page in official("listTransactions") for each in (page.get("payload") or {}).get("transactions", ())
    ]
    payouts = [
        each for page in official("listFinancialEventGroups") for each in page["payload"]["FinancialEventGroupList"]
    ]

    for each in listings:
        listing_data(read(Listing, each, "The listing"), "ATVPDKIKX0DER")
    payout = read(Payout, payouts[0], "The payout")
    assert payout.original_total is not None
    read_ones = [read(Transaction, each, "The transaction") for each in transactions]
    settlement = settlement_of(payout, read_ones, payout.original_total.money)
    assert len(listings) >= 1
    assert len(read_ones) >= 1
    assert len({line.external_id for line in settlement.lines}) == len(settlement.lines)


def test_every_official_fulfillment_order_is_read() -> None:
    whole = [read(OutboundOrder, payload, "The order") for payload in official("getFulfillmentOrder")]
    listed = [
        read(Outbound, each, "The order")
        for payload in official("listAllFulfillmentOrders")
        for each in payload["fulfillmentOrders"]
    ]
    tracked = [read(Tracking, payload, "The tracking") for payload in official("getPackageTrackingDetails")]

    assert [each.order.status for each in whole] == ["processing"]
    told = [line for each in whole for update in updates_of(each, "ful_1", {}) for line in update.lines]
    assert [(line.kind, line.quantity) for line in told] == [("ACCEPTED", 1), ("ACCEPTED", 3)]
    assert {each.status for each in listed} == {"received", "complete"}
    assert [each.tracking_number for each in tracked] == ["1Z50V7420354708051"]


def test_documents_are_uploaded_as_what_they_were_announced(account: Account) -> None:
    order_id = account.store.place_order(("AMZ-1", 1))
    with pytest.raises(Pending):
        account.channel.cancel(account.ctx(), CancelOrder(order_external_id=order_id, reason="CUSTOMER"))

    (announced,) = account.wire.asked("createFeedDocument")

    assert announced.body == {"contentType": CONTENT_TYPE}
