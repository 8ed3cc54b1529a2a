"""Orders: what a poll and a question bring, and what they mean."""

import json
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from crossdock import NOT_FOUND, BadData, LineKind, Money, OrderData, OrderWindow, PaymentState, RawOrder, Rejected
from crossdock.testing import no_network
from plugins.amazon.mapping.orders import order_data
from tests.plugins.amazon.account import START, Account


def window(cursor: str | None = None) -> OrderWindow:
    return OrderWindow(since=START - timedelta(days=1), until=START + timedelta(days=1), cursor=cursor)


def taken(account: Account, order_id: str) -> OrderData:
    raw = account.channel.fetch_order(account.ctx(), order_id)
    with no_network():
        return account.channel.map_order(raw)


def said_by(account: Account, order_id: str, **changes: Any) -> OrderData:
    """An order with some parts said otherwise."""
    return order_data(RawOrder(external_id=order_id, payload=json.dumps(account.store.orders[order_id] | changes)))


def test_a_poll_reads_to_the_last_page(account: Account) -> None:
    placed = [account.store.place_order(("AMZ-1", 1)) for _ in range(130)]
    account.later(minutes=5)

    first = account.channel.fetch_orders(account.ctx(), window())
    account.later(minutes=1)
    second = account.channel.fetch_orders(account.ctx(), window(first.cursor))

    assert (len(first.orders), len(second.orders), second.cursor) == (100, 30, None)
    assert len({each.query["lastUpdatedBefore"] for each in account.wire.asked("searchOrders")}) == 1
    assert {each.external_id for each in (*first.orders, *second.orders)} == set(placed)


def test_a_poll_never_asks_about_the_last_two_minutes(account: Account) -> None:
    account.store.place_order(("AMZ-1", 1))

    early = account.channel.fetch_orders(account.ctx(), replace(window(), until=START))

    assert early.orders == ()
    assert account.wire.asked("searchOrders")[0].query["lastUpdatedBefore"] == "2026-03-02T11:58:00.000Z"


def test_what_is_no_order_is_set_aside_and_the_rest_is_read(account: Account) -> None:
    good, bad = (account.store.place_order(("AMZ-1", 1)) for _ in range(2))
    account.later(minutes=5)
    account.store.orders[bad]["orderId"] = None

    page = account.channel.fetch_orders(account.ctx(), window())

    assert [each.external_id for each in page.orders] == [good]
    assert len(page.quarantined) == 1


def test_an_order_that_nobody_knows_is_rejected(account: Account) -> None:
    with pytest.raises(Rejected) as refused:
        account.channel.fetch_order(account.ctx(), "202-0000000-0000000")

    assert refused.value.code == NOT_FOUND


def test_an_order_tells_its_lines_address_and_payment(account: Account) -> None:
    order = taken(account, account.store.place_order(("AMZ-1", 2), ("AMZ-2", 1), gift_message="Happy birthday"))
    price = account.store.listings["AMZ-1"].price

    assert [(line.sku, line.quantity) for line in order.lines] == [("AMZ-1", 2), ("AMZ-2", 1)]
    assert order.lines[0].unit_price == Money.rounded(price, "GBP")
    assert order.lines[0].metadata["gift_message"] == "Happy birthday"
    assert order.shipping_address is not None
    assert (order.shipping_address.name, order.shipping_address.country) == ("Ada Lovelace", "GB")
    assert [(each.state, each.amount) for each in order.payments] == [(PaymentState.CAPTURED, order.total)]
    assert order.customer.key == order.customer.email
    assert order.ship_by is not None


def test_tax_on_top_shipping_and_discounts_come_to_what_amazon_says(account: Account) -> None:
    order_id = account.store.place_order(
        ("AMZ-1", 3), shipping=Decimal("4.99"), discount=Decimal("2.50"), tax_rate=Decimal("0.2")
    )
    order = taken(account, order_id)
    stated = account.store.orders[order_id]["proceeds"]["grandTotal"]["amount"]

    assert order.taxes_included is False
    assert order.total == Money.parse(stated, "GBP")
    assert order.shipping == Money(499, "GBP")
    assert order.lines[0].discount == Money(250, "GBP")


def test_tax_that_the_prices_hold_is_told_and_not_added(account: Account) -> None:
    order_id = account.store.place_order(("AMZ-1", 1), tax_rate=Decimal("0.2"))
    item = account.store.orders[order_id]["orderItems"][0]
    parts = item["proceeds"]["breakdowns"]
    whole = {"grandTotal": parts[0]["subtotal"]}  # the total is that of the goods alone

    order = said_by(account, order_id, proceeds=whole)

    assert order.taxes_included is True
    assert order.total == Money.parse(parts[0]["subtotal"]["amount"], "GBP")
    assert order.lines[0].tax == Money.parse(parts[1]["subtotal"]["amount"], "GBP")


def test_tax_that_amazon_remits_is_shown_and_never_ours(account: Account) -> None:
    order = taken(account, account.store.place_order(("AMZ-1", 2), tax_rate=Decimal("0.2"), tax_collected=True))
    goods = Money.rounded(account.store.listings["AMZ-1"].price * 2, "GBP")

    assert order.lines[0].tax == Money(0, "GBP")
    assert order.total == goods
    assert [(tax.collected_by_channel, bool(tax.amount)) for tax in order.taxes] == [(True, True)]
    assert order.payments[0].amount == goods


def test_a_price_that_does_not_divide_keeps_its_last_penny(account: Account) -> None:
    order_id = account.store.place_order(("AMZ-1", 3))
    item = account.store.orders[order_id]["orderItems"][0]
    odd = {"amount": "10.00", "currencyCode": "GBP"}
    item["proceeds"] = {"breakdowns": [{"type": "ITEM", "subtotal": odd}]}

    (line,) = said_by(account, order_id, proceeds={"grandTotal": odd}).lines

    assert (line.unit_price, line.amount, line.total) == (Money(333, "GBP"), Money(1000, "GBP"), Money(1000, "GBP"))


@pytest.mark.parametrize(("currency", "text", "minor"), [("JPY", "19940", 19940), ("KWD", "1.234", 1234)])
def test_every_currency_has_its_own_decimals(account: Account, currency: str, text: str, minor: int) -> None:
    order_id = account.store.place_order(("AMZ-1", 1))
    item = account.store.orders[order_id]["orderItems"][0]
    money = {"amount": text, "currencyCode": currency}
    item["proceeds"], item["product"]["price"] = {"breakdowns": [{"type": "ITEM", "subtotal": money}]}, None

    order = said_by(account, order_id, proceeds={"grandTotal": money})

    assert order.total == Money(minor, currency)


def test_gift_wrap_and_tips_are_lines_of_their_own(account: Account) -> None:
    order_id = account.store.place_order(("AMZ-1", 1))
    item = account.store.orders[order_id]["orderItems"][0]
    item["proceeds"]["breakdowns"].append({"type": "GIFT_WRAP", "subtotal": {"amount": "3.50", "currencyCode": "GBP"}})
    proceeds = account.store.orders[order_id]["proceeds"]
    proceeds["breakdowns"] = [{"type": "DELIVERY_TIP", "subtotal": {"amount": "1.00", "currencyCode": "GBP"}}]

    _, wrap, tip = said_by(account, order_id).lines

    assert (wrap.kind, wrap.name, wrap.total) == (LineKind.MANUAL, "Gift wrap", Money(350, "GBP"))
    assert tip.total == Money(100, "GBP")


def test_an_order_that_waits_for_its_payment_has_neither_price_nor_address(account: Account) -> None:
    order_id = account.store.place_order(("AMZ-1", 1), pending=True)
    waiting = taken(account, order_id)
    account.later(minutes=1)
    account.store.authorize(order_id)
    paid = taken(account, order_id)

    assert (waiting.shipping_address, [each.state for each in waiting.payments]) == (None, [PaymentState.PENDING])
    assert [each.state for each in paid.payments] == [PaymentState.CAPTURED]
    assert paid.version is not None
    assert waiting.version is not None
    assert paid.version > waiting.version


def test_two_payments_are_told_apart_and_cash_is_not_here_yet(account: Account) -> None:
    order_id = account.store.place_order(("AMZ-1", 1))
    total = Decimal(account.store.orders[order_id]["proceeds"]["grandTotal"]["amount"])
    halves = [Decimal("1.00"), total - 1]
    executions = [
        {"paymentMethod": method, "paymentAmount": {"amount": str(amount), "currencyCode": "GBP"}}
        for method, amount in zip(("CreditCard", "CashOnDelivery"), halves, strict=True)
    ]

    order = said_by(account, order_id, payment={"paymentExecutions": executions})

    assert [(each.state, each.amount.amount) for each in order.payments] == [
        (PaymentState.CAPTURED, halves[0]),
        (PaymentState.AUTHORIZED, halves[1]),
    ]
    assert len({each.reference for each in order.payments}) == 2


def test_what_amazon_ships_is_amazons_and_told_once_it_left(account: Account) -> None:
    order_id = account.store.place_order(("AMZ-6", 2), fulfilled_by="AMAZON")
    waiting = taken(account, order_id)
    account.store.ship_from_amazon(order_id)
    left = taken(account, order_id)

    assert (waiting.fulfilled_by_channel, waiting.fulfillments) == (True, ())
    assert [each.lines for each in left.fulfillments] == [((left.lines[0].external_id, 2),)]


def test_a_buyers_wish_to_cancel_is_a_request_and_the_cancellation_a_fact(account: Account) -> None:
    order_id = account.store.place_order(("AMZ-1", 2))
    account.store.request_cancellation(order_id, "Found it cheaper")
    asked = taken(account, order_id)
    account.store.cancel_order(order_id, by="BUYER", reason="Found it cheaper")
    over = taken(account, order_id)

    assert [(each.reason, each.lines) for each in asked.cancel_requests] == [
        ("Found it cheaper", ((asked.lines[0].external_id, 2),))
    ]
    assert asked.cancellations == ()
    assert [(each.external_id, each.lines) for each in over.cancellations] == [(order_id, None)]
    assert (over.cancel_requests, over.payments) == ((), ())


@pytest.mark.parametrize(
    "broken",
    [
        {"orderItems": "none"},
        {"createdTime": "yesterday"},
        {"orderId": ""},
        {"proceeds": {"grandTotal": {"amount": "1e999999", "currencyCode": "GBP"}}},
        {"proceeds": {"grandTotal": {"amount": "1.00", "currencyCode": "XXQ"}}},
        {"proceeds": {"grandTotal": {"amount": "1.00", "currencyCode": "EUR"}}},
    ],
)
def test_an_order_that_is_not_as_described_is_bad_data(account: Account, broken: dict[str, Any]) -> None:
    order_id = account.store.place_order(("AMZ-1", 1))

    with pytest.raises(BadData) as bad:
        said_by(account, order_id, **broken)

    assert bad.value.payload


def test_a_negative_quantity_is_bad_data(account: Account) -> None:
    order_id = account.store.place_order(("AMZ-1", 1))
    account.store.orders[order_id]["orderItems"][0]["quantityOrdered"] = -1

    with pytest.raises(BadData, match="quantityOrdered"):
        said_by(account, order_id)
