"""Orders: read whole, page by page, and said in the hub's words."""

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from crossdock import BadData, LineKind, Money, OrderData, OrderWindow, PaymentState, RawOrder, Rejected, Retryable
from crossdock.testing import no_network
from plugins.shopify.channel import ShopifyChannel
from plugins.shopify.sandbox.records import bag
from plugins.shopify.sandbox.store import Bought, Store
from tests.plugins.shopify.conftest import Clock

Make = Callable[..., Any]


def window(now: Clock, cursor: str | None = None) -> OrderWindow:
    return OrderWindow(since=now() - timedelta(days=1), until=now() + timedelta(minutes=1), cursor=cursor)


def mapped(channel: ShopifyChannel, ctx: Make, order: dict[str, Any]) -> OrderData:
    return channel.map_order(channel.fetch_order(ctx(), order["id"]))


def test_every_page_of_a_window_is_read_and_each_order_once(
    channel: ShopifyChannel, ctx: Make, store: Store, now: Clock
) -> None:
    placed = {store.place_order(Bought(sku="TEA"))["id"] for _ in range(53)}
    found, cursor, rounds = list[RawOrder](), None, 0

    while rounds == 0 or cursor is not None:
        page = channel.fetch_orders(ctx(), window(now, cursor))
        found, cursor, rounds = [*found, *page.orders], page.cursor, rounds + 1

    assert rounds == 2
    assert sorted(each.external_id for each in found) == sorted(placed)


def test_what_did_not_change_in_the_window_is_not_read(
    channel: ShopifyChannel, ctx: Make, store: Store, now: Clock
) -> None:
    store.place_order(Bought(sku="TEA"))
    now.forward(3 * 86_400)

    assert channel.fetch_orders(ctx(), window(now)).orders == ()


def test_money_tax_and_addresses_are_exact_where_tax_is_included(
    channel: ShopifyChannel, ctx: Make, store: Store
) -> None:
    order = store.place_order(
        Bought(sku="TEA", quantity=3, discount=Decimal("5.00"), notes={"Gift message": "Happy birthday"}),
        Bought(sku="MUG"),
        note="Ring twice",
        notes={"gift_wrap": "yes"},
    )
    data = mapped(channel, ctx, order)

    assert data.external_id == order["id"]
    assert data.total == Money(4200, "GBP")
    assert [
        (line.sku, line.quantity, line.unit_price.minor, line.discount.minor, line.tax.minor) for line in data.lines
    ] == [
        ("TEA", 3, 1000, 500, 417),
        ("MUG", 1, 1200, 0, 200),
    ]
    assert data.lines[0].metadata == {"Gift message": "Happy birthday"}
    assert (data.shipping, data.shipping_tax) == (Money(500, "GBP"), Money(83, "GBP"))
    assert (data.note, data.metadata["attributes"]) == ("Ring twice", {"gift_wrap": "yes"})
    assert data.shipping_address is not None
    assert (data.shipping_address.country, data.shipping_address.postal_code) == ("GB", "SW1Y 4JH")
    assert [(payment.state, payment.amount) for payment in data.payments] == [(PaymentState.CAPTURED, data.total)]
    assert data.source == f"https://acme.myshopify.com/admin/orders/{order['legacyResourceId']}"


def test_tax_on_top_is_part_of_what_is_owed(channel: ShopifyChannel, ctx: Make, store: Store) -> None:
    data = mapped(channel, ctx, store.place_order(Bought(sku="TEA"), tax_included=False))

    assert (data.taxes_included, data.total) == (False, Money(1800, "GBP"))
    assert data.payments[0].amount == data.total


def test_tax_that_the_channel_remits_is_shown_and_not_ours(channel: ShopifyChannel, ctx: Make, store: Store) -> None:
    data = mapped(channel, ctx, store.place_order(Bought(sku="TEA"), tax_included=False, tax_collected=True))

    assert all(line.tax.minor == 0 for line in data.lines)
    assert data.shipping_tax == Money(0, "GBP")
    assert [(tax.amount.minor, tax.collected_by_channel) for tax in data.taxes] == [(200, True), (100, True)]


@pytest.mark.parametrize(("currency", "minor"), [("JPY", 15), ("KWD", 15_000), ("EUR", 1500)])
def test_every_currency_keeps_its_own_decimals(
    channel: ShopifyChannel, ctx: Make, store: Store, currency: str, minor: int
) -> None:
    data = mapped(channel, ctx, store.place_order(Bought(sku="TEA"), currency=currency))

    assert data.total == Money(minor, currency)


def test_lines_beyond_the_first_page_are_read_too(channel: ShopifyChannel, ctx: Make, store: Store) -> None:
    order = store.place_order(*[Bought(sku="TEA") for _ in range(80)])

    assert len(mapped(channel, ctx, order).lines) == 80


def test_an_authorised_payment_is_one_with_its_capture(channel: ShopifyChannel, ctx: Make, store: Store) -> None:
    order = store.place_order(Bought(sku="TEA"), paid=False)
    before = mapped(channel, ctx, order).payments
    store.pay(order)
    after = mapped(channel, ctx, order).payments

    assert [(each.state, each.reference) for each in before] == [(PaymentState.AUTHORIZED, before[0].reference)]
    assert [(each.state, each.reference) for each in after] == [(PaymentState.CAPTURED, before[0].reference)]


def test_an_authorisation_that_ran_out_has_expired(channel: ShopifyChannel, ctx: Make, store: Store) -> None:
    order = store.place_order(Bought(sku="TEA"), paid=False)
    order["displayFinancialStatus"] = "EXPIRED"

    assert [payment.state for payment in mapped(channel, ctx, order).payments] == [PaymentState.EXPIRED]


def test_two_payments_of_one_order_are_two(channel: ShopifyChannel, ctx: Make, store: Store) -> None:
    order = store.place_order(Bought(sku="TEA"))
    order["transactions"][0]["amountSet"] = bag(Decimal("5.00"), "GBP")
    order["transactions"].append(store.transaction("SALE", Decimal("10.00"), "GBP"))

    assert [payment.amount.minor for payment in mapped(channel, ctx, order).payments] == [500, 1000]


def test_a_cancelled_order_and_removed_units_are_cancellations(
    channel: ShopifyChannel, ctx: Make, store: Store
) -> None:
    order = store.place_order(Bought(sku="TEA", quantity=3))
    store.remove_units(order, "TEA", 1)
    removed = mapped(channel, ctx, order)
    store.cancel_order(order)
    cancelled = mapped(channel, ctx, order)

    assert [each.lines for each in removed.cancellations] == [((order["lineItems"][0]["id"], 1),)]
    assert removed.lines[0].quantity == 3
    assert [each.lines for each in cancelled.cancellations] == [None]
    assert [refund.amount for refund in cancelled.refunds] == [Money(3500, "GBP")]


def test_a_request_to_stop_waits_for_our_answer(channel: ShopifyChannel, ctx: Make, store: Store) -> None:
    order = store.place_order(Bought(sku="TEA", quantity=2))
    store.ask_to_stop(order)

    (asked,) = mapped(channel, ctx, order).cancel_requests
    assert asked.external_id == order["fulfillmentOrders"][0]["id"]
    assert asked.lines == ((order["lineItems"][0]["id"], 2),)


def test_what_another_fulfilment_service_ships_is_not_ours_to_ship(
    channel: ShopifyChannel, ctx: Make, store: Store
) -> None:
    ours = store.place_order(Bought(sku="TEA"))
    theirs = store.place_order(Bought(sku="TEA"), service="gid://shopify/Location/77")

    assert [mapped(channel, ctx, each).fulfilled_by_channel for each in (ours, theirs)] == [False, True]


def test_gift_cards_and_downloads_move_no_stock(channel: ShopifyChannel, ctx: Make, store: Store) -> None:
    order = store.place_order(Bought(sku="TEA"), Bought(sku="MUG"), Bought(sku="TEA"))
    order["lineItems"][0]["isGiftCard"] = True
    order["lineItems"][1]["requiresShipping"] = False

    kinds = [line.kind for line in mapped(channel, ctx, order).lines]
    assert kinds == [LineKind.VOUCHER, LineKind.MANUAL, LineKind.GOODS]


def test_a_test_order_says_so(channel: ShopifyChannel, ctx: Make, store: Store) -> None:
    assert mapped(channel, ctx, store.place_order(Bought(sku="TEA"), test=True)).test


def test_a_version_rises_with_every_change_even_within_a_second(
    channel: ShopifyChannel, ctx: Make, store: Store
) -> None:
    order = store.place_order(Bought(sku="TEA", quantity=2), paid=False)
    first = channel.fetch_order(ctx(), order["id"])
    store.pay(order)
    second = channel.fetch_order(ctx(), order["id"])
    store.remove_units(order, "TEA", 1)
    third = channel.fetch_order(ctx(), order["id"])

    assert first.changed_at == second.changed_at == third.changed_at
    assert (first.version or 0) < (second.version or 0) < (third.version or 0)


def test_an_order_that_nobody_knows_is_rejected(channel: ShopifyChannel, ctx: Make) -> None:
    with pytest.raises(Rejected, match="knows no order"):
        channel.fetch_order(ctx(), "gid://shopify/Order/1")


def test_an_order_that_changes_while_it_is_read_is_read_again(
    channel: ShopifyChannel, ctx: Make, store: Store, now: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    order = store.place_order(Bought(sku="TEA"))
    from plugins.shopify import whole  # noqa: PLC0415  # its seam between two parts is what is tried

    read = whole.work

    def change(*given: Any) -> Any:
        now.forward(1)
        store.changed(order)
        return read(*given)

    monkeypatch.setattr(whole, "work", change)

    with pytest.raises(Retryable, match="changes all the time"):
        channel.fetch_order(ctx(), order["id"])


@pytest.mark.parametrize(
    ("path", "value", "where"),
    [
        (("lineItems", "nodes", 0, "quantity"), -1, "$.lineItems.nodes.0.quantity"),
        (("updatedAt",), "yesterday", "$.updatedAt"),
        (("presentmentCurrencyCode",), "XXX", None),
        (("lineItems", "nodes", 0, "originalTotalSet", "presentmentMoney", "currencyCode"), "EUR", None),
        (("lineItems", "nodes", 0, "originalTotalSet", "presentmentMoney", "amount"), "1.2345", None),
        (("lineItems",), [], "$.lineItems"),
    ],
)
def test_what_makes_no_sense_is_bad_data_and_says_where(
    channel: ShopifyChannel, ctx: Make, store: Store, path: tuple[Any, ...], value: Any, where: str | None
) -> None:
    raw = channel.fetch_order(ctx(), store.place_order(Bought(sku="TEA"))["id"])
    said = json.loads(raw.payload)
    place = said
    for part in path[:-1]:
        place = place[part]
    place[path[-1]] = value

    with pytest.raises(BadData) as error:
        channel.map_order(replace(raw, payload=json.dumps(said)))

    assert error.value.payload
    assert where is None or error.value.where == where


def test_mapping_talks_to_nobody_and_says_the_same_twice(channel: ShopifyChannel, ctx: Make, store: Store) -> None:
    raw = channel.fetch_order(ctx(), store.place_order(Bought(sku="TEA"))["id"])

    with no_network():
        assert channel.map_order(raw) == channel.map_order(raw)
