"""Stock, listings and payouts."""

from dataclasses import replace
from datetime import timedelta

import pytest

from crossdock import LineKind, Money, OrderWindow, Pending, ShipmentNotice, StockLevelUpdate
from tests.plugins.amazon.account import START, Account

WINDOW = OrderWindow(since=START - timedelta(days=7), until=START + timedelta(days=1))


def updates(account: Account, *skus: str) -> list[StockLevelUpdate]:
    return [StockLevelUpdate(external_sku=sku, listing_id=sku, quantity=7, sequence=2) for sku in skus]


def test_a_few_are_changed_one_by_one(account: Account) -> None:
    answers = account.channel.publish_stock(account.ctx(), updates(account, "AMZ-1", "AMZ-2"))

    assert [each.error for each in answers] == [None, None]
    assert [account.store.listings[sku].quantity for sku in ("AMZ-1", "AMZ-2")] == [7, 7]


def test_what_amazon_ships_itself_stays_amazons(account: Account) -> None:
    answers = account.channel.publish_stock(account.ctx(), updates(account, "AMZ-6", "AMZ-1", "GONE"))

    assert [each.external_sku for each in answers if each.error] == ["AMZ-6", "GONE"]
    assert account.store.listings["AMZ-6"].channel == "AMAZON_EU"


def test_many_go_as_one_feed_and_are_answered_when_it_is_done(account: Account) -> None:
    account.settings = account.settings.model_copy(update={"patch_up_to": 1})
    wanted = updates(account, "AMZ-1", "AMZ-6", "AMZ-2")
    with pytest.raises(Pending) as submitted:
        account.channel.publish_stock(account.ctx(), wanted)
    with pytest.raises(Pending) as waiting:
        account.channel.publish_stock(account.ctx(handle=submitted.value.handle), wanted)
    account.later(minutes=1)
    answers = account.channel.publish_stock(account.ctx(handle=waiting.value.handle), wanted)

    assert waiting.value.handle == submitted.value.handle
    assert [bool(each.error) for each in answers] == [False, True, False]
    assert (len(account.store.feeds), account.store.listings["AMZ-2"].quantity) == (1, 7)


def test_one_that_the_feed_refuses_does_not_stop_the_others(account: Account) -> None:
    account.settings = account.settings.model_copy(update={"patch_up_to": 0})
    wanted = updates(account, "AMZ-1", "AMZ-2")
    with pytest.raises(Pending) as submitted:
        account.channel.publish_stock(account.ctx(), wanted)
    del account.store.listings["AMZ-2"]
    account.later(minutes=1)
    answers = account.channel.publish_stock(account.ctx(handle=submitted.value.handle), wanted)

    assert [bool(each.error) for each in answers] == [False, True]


def test_stock_is_read_back_but_not_amazons_own(account: Account) -> None:
    known = {each.external_sku: each.quantity for each in account.channel.read_stock(account.ctx(), ["AMZ-1", "AMZ-6"])}

    assert known == {"AMZ-1": account.store.listings["AMZ-1"].quantity}


def test_all_listings_are_told_page_by_page(account: Account) -> None:
    first = next(iter(account.store.listings.values()))
    for number in range(30):
        account.store.listings[f"MORE-{number}"] = replace(first, sku=f"MORE-{number}")

    one = account.channel.fetch_listings(account.ctx())
    two = account.channel.fetch_listings(account.ctx(cursor=one.cursor))

    assert (len(one.listings), len(two.listings), two.cursor) == (20, 16, None)
    assert one.listings[0].external_sku == "AMZ-1"
    assert one.listings[0].price == Money.rounded(first.price, "GBP")


def test_a_payout_tells_sales_and_commission_to_the_penny(account: Account) -> None:
    order_id = account.store.place_order(("AMZ-1", 1))
    item = account.store.orders[order_id]["orderItems"][0]["orderItemId"]
    notice = ShipmentNotice(
        order_external_id=order_id,
        package_key="p",
        lines=((item, 1),),
        shipped_at=START,
        carrier="UPS",
        tracking_number="1Z",
    )
    account.channel.confirm_shipment(account.ctx(), notice)
    payout = account.store.pay_out()
    account.later(minutes=5)

    (settlement,) = account.channel.fetch_settlements(account.ctx(), WINDOW).settlements

    assert (settlement.external_id, settlement.closed) == (payout, True)
    assert {line.raw_kind: line.kind for line in settlement.lines} == {
        "ProductCharges": LineKind.GOODS,
        "Commission": LineKind.COMMISSION,
    }
    assert Money.sum((line.amount for line in settlement.lines), "GBP") == settlement.total
    assert {line.order_external_id for line in settlement.lines} == {order_id}


def test_a_payout_that_is_still_open_is_not_told(account: Account) -> None:
    account.store.pay_out()
    account.store.payouts[0]["ProcessingStatus"] = "Open"
    account.later(minutes=5)

    assert account.channel.fetch_settlements(account.ctx(), WINDOW).settlements == ()
