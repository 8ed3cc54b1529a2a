"""Listings, stock, returns and payouts."""

from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from crossdock import (
    ChannelReturnState,
    LineKind,
    ListingData,
    Money,
    OrderWindow,
    Rejected,
    Retryable,
    ShipmentNotice,
    StockLevelUpdate,
)
from plugins.shopify import stock as stocks
from plugins.shopify.channel import ShopifyChannel
from plugins.shopify.sandbox.store import Bought, Store
from tests.plugins.shopify.conftest import Clock

Make = Callable[..., Any]


def update(store: Store, sku: str, quantity: int, sequence: int = 1) -> StockLevelUpdate:
    found = [each["id"] for each in store.variants if each["sku"] == sku]
    return StockLevelUpdate(
        external_sku=sku, listing_id=found[0] if found else "gone", quantity=quantity, sequence=sequence
    )


def available(store: Store, sku: str) -> int:
    found: int = store.variant(sku)["inventoryItem"]["available"][store.location]
    return found


def test_stock_is_set_and_read_back(channel: ShopifyChannel, ctx: Make, store: Store) -> None:
    answers = channel.publish_stock(ctx(), [update(store, "TEA", 7), update(store, "MUG", 0), update(store, "NONE", 5)])

    assert [each.error for each in answers] == [None, None, "Shopify knows no variant of this SKU."]
    assert (available(store, "TEA"), available(store, "MUG")) == (7, 0)
    read = channel.read_stock(ctx(), ["MUG", "TEA", "NONE"])
    assert [(each.external_sku, each.quantity) for each in read] == [("MUG", 0), ("TEA", 7)]


def test_stock_that_is_right_already_is_not_set_again(channel: ShopifyChannel, ctx: Make, store: Store) -> None:
    for _ in range(2):
        channel.publish_stock(ctx(), [update(store, "TEA", 7)])

    assert store.asked.count("SetStock") == 1


def test_500_listings_are_told_in_pieces(channel: ShopifyChannel, ctx: Make, store: Store) -> None:
    for number in range(500):
        store.add_product(f"P-{number}", stock=3)

    answers = channel.publish_stock(ctx(), [update(store, f"P-{number}", number) for number in range(500)])

    assert {each.error for each in answers} == {None}
    assert [available(store, f"P-{number}") for number in (0, 3, 499)] == [0, 3, 499]
    assert store.asked.count("SetStock") == 10


def test_a_sale_between_reading_and_setting_is_not_overwritten(
    channel: ShopifyChannel, ctx: Make, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    read = stocks._variants

    def then_sold(*given: Any) -> Any:
        found = read(*given)
        store.place_order(Bought(sku="TEA"))
        return found

    monkeypatch.setattr(stocks, "_variants", then_sold)
    with pytest.raises(Retryable, match="changed at Shopify"):
        channel.publish_stock(ctx(), [update(store, "TEA", 7), update(store, "MUG", 5)])

    assert (available(store, "TEA"), available(store, "MUG")) == (99, 5)


def test_the_same_numbers_told_later_are_told_again(channel: ShopifyChannel, ctx: Make, store: Store) -> None:
    for quantity, sequence in ((7, 1), (100, 2), (7, 3)):
        channel.publish_stock(ctx(), [update(store, "TEA", quantity, sequence)])

    assert available(store, "TEA") == 7
    assert len(store.answers) == 3


def test_a_variant_without_sku_is_called_by_its_own_id(channel: ShopifyChannel, ctx: Make, store: Store) -> None:
    bare = store.add_product("", "3.00")

    answers = channel.publish_stock(
        ctx(), [StockLevelUpdate(external_sku=bare["id"], listing_id=bare["id"], quantity=4, sequence=1)]
    )

    assert [each.error for each in answers] == [None]
    assert [each.quantity for each in channel.read_stock(ctx(), [bare["id"]])] == [4]
    (listing,) = [each for each in channel.fetch_listings(ctx()).listings if each.external_id == bare["id"]]
    assert listing.external_sku == bare["id"]


def test_an_item_that_is_not_stocked_or_tracked_says_what_to_do(
    channel: ShopifyChannel, ctx: Make, store: Store
) -> None:
    store.variant("TEA")["inventoryItem"]["tracked"] = False
    store.variant("MUG")["inventoryItem"]["available"] = {}

    answers = channel.publish_stock(ctx(), [update(store, "TEA", 7), update(store, "MUG", 5)])

    assert ["Turn on" in (each.error or "") for each in answers] == [True, False]
    assert "Stock it there" in (answers[1].error or "")


def test_several_locations_need_a_choice(channel: ShopifyChannel, ctx: Make, store: Store) -> None:
    store.locations.append({**store.locations[0], "id": "gid://shopify/Location/2", "name": "Barn"})

    with pytest.raises(Rejected, match=r"Barn \(2\)"):
        channel.publish_stock(ctx(), [update(store, "TEA", 7)])


def test_a_sku_with_quotes_finds_its_own_variant_only(channel: ShopifyChannel, ctx: Make, store: Store) -> None:
    odd = 'A" OR sku:"MUG'
    store.add_product(odd, stock=1)

    channel.publish_stock(ctx(), [update(store, odd, 9)])

    assert (available(store, odd), available(store, "MUG")) == (9, 100)


def test_listings_come_page_by_page(channel: ShopifyChannel, ctx: Make, store: Store) -> None:
    for number in range(120):
        store.add_product(f"P-{number}")
    found, cursor, rounds = list[ListingData](), None, 0

    while rounds == 0 or cursor is not None:
        page = channel.fetch_listings(ctx(cursor=cursor))
        found, cursor, rounds = [*found, *page.listings], page.cursor, rounds + 1

    assert rounds == 2
    assert [each.external_sku for each in found] == [each["sku"] for each in store.variants]
    assert (found[0].price, found[0].weight_grams, found[0].active) == (Money(1000, "GBP"), 250, True)


def test_returns_are_found_by_their_orders(channel: ShopifyChannel, ctx: Make, store: Store, now: Clock) -> None:
    order = store.place_order(Bought(sku="TEA", quantity=2))
    store.place_order(Bought(sku="MUG"))
    lines = ((order["lineItems"][0]["id"], 2),)
    channel.confirm_shipment(
        ctx(), ShipmentNotice(order_external_id=order["id"], package_key="pkg_1", lines=lines, shipped_at=now())
    )
    asked = store.request_return(order, "TEA", reason="size-too-small")

    page = channel.fetch_returns(
        ctx(), OrderWindow(since=now() - timedelta(hours=1), until=now() + timedelta(minutes=1))
    )

    (found,) = page.returns
    assert (found.external_id, found.order_external_id) == (asked["id"], order["id"])
    assert found.state is ChannelReturnState.REQUESTED
    assert [(line.line_external_id, line.quantity, line.reason) for line in found.lines] == [
        (lines[0][0], 1, "CHANGED_MIND")
    ]


def test_a_payout_is_the_sum_of_its_rows_to_the_cent(
    channel: ShopifyChannel, ctx: Make, store: Store, now: Clock
) -> None:
    first, second = store.place_order(Bought(sku="TEA")), store.place_order(Bought(sku="MUG"))
    store.give_back(second, Decimal("2.00"), note="Late")
    payout = store.pay_out()

    page = channel.fetch_settlements(
        ctx(), OrderWindow(since=now() - timedelta(hours=1), until=now() + timedelta(minutes=1))
    )

    (settlement,) = page.settlements
    assert settlement.external_id == payout["id"]
    assert sum(line.amount.minor for line in settlement.lines) == settlement.total.minor
    assert [(line.kind, line.refund, line.order_external_id) for line in settlement.lines] == [
        (LineKind.GOODS, False, first["id"]),
        (LineKind.BANK_CHARGE, False, first["id"]),
        (LineKind.GOODS, False, second["id"]),
        (LineKind.BANK_CHARGE, False, second["id"]),
        (LineKind.GOODS, True, second["id"]),
    ]


def test_a_shop_without_shopify_payments_has_no_payouts(
    channel: ShopifyChannel, ctx: Make, store: Store, now: Clock
) -> None:
    store.has_payments = False

    page = channel.fetch_settlements(ctx(), OrderWindow(since=now(), until=now()))

    assert (page.settlements, page.cursor) == ((), None)
