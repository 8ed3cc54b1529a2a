"""Quantities in bulk, listings, and payouts to the last penny."""

from typing import Any

import httpx2

from crossdock import LineKind, Money, OrderWindow, StockLevelUpdate
from crossdock.testing.faults import Fault
from crossdock.testing.world import World
from plugins.ebay.mapping.settlements import map_payout
from tests.plugins.ebay.account import MINUTE

AT = "2026-03-02T12:00:00.000Z"


def pounds(value: str) -> dict[str, str]:
    return {"value": value, "currency": "GBP"}


def many_offers(world: World, count: int) -> list[StockLevelUpdate]:
    """Updates of new offers of one SKU each."""
    store = world.remote.store
    offer, item = next(iter(store.offers.values())), next(iter(store.items.values()))
    for number in range(count):
        sku, name = f"M-{number:03}", str(9_000 + number)
        store.items[sku] = {**item, "sku": sku, "availability": {"shipToLocationAvailability": {"quantity": 0}}}
        store.offers[name] = {**offer, "sku": sku, "offerId": name}
    return [
        StockLevelUpdate(external_sku=f"M-{number:03}", listing_id=str(9_000 + number), quantity=number, sequence=1)
        for number in range(count)
    ]


def bulk(world: World) -> list[httpx2.Request]:
    return [each for each in world.faults.asked if "bulk_update" in each.url.path]


def test_quantities_go_out_25_at_a_time(world: World) -> None:
    updates = many_offers(world, 60)

    answers = world.ask("publish_stock", updates)

    assert len(bulk(world)) == 3
    assert [(each.external_sku, each.error) for each in answers] == [(each.external_sku, None) for each in updates]
    assert world.remote.store.offers["9059"]["availableQuantity"] == 59
    assert {each.external_sku: each.quantity for each in world.ask("read_stock", ["M-059", "M-001"])} == {
        "M-059": 59,
        "M-001": 1,
    }


def test_a_batch_that_is_refused_as_a_whole_is_told_one_by_one(world: World) -> None:
    updates = many_offers(world, 3)
    answer = httpx2.Response(400, json={"errors": [{"errorId": 25001, "message": "One of them is odd."}]})
    world.faults.next(Fault.FAILED, path="bulk_update", answer=answer)
    world.faults.next(Fault.FAILED, path="bulk_update", answer=answer, skip=1)

    answers = world.ask("publish_stock", updates)

    assert [each.error is None for each in answers] == [True, False, True]
    assert "One of them is odd" in str(answers[1].error)


def test_offers_of_one_sku_on_two_marketplaces_go_in_one_request(world: World) -> None:
    store = world.remote.store
    first = next(iter(store.offers.values()))
    store.offers["7001"] = {**first, "offerId": "7001", "marketplaceId": "EBAY_DE"}
    updates = [
        StockLevelUpdate(external_sku=first["sku"], listing_id=name, quantity=4, sequence=1)
        for name in (first["offerId"], "7001")
    ]

    world.ask("publish_stock", updates)

    assert len(bulk(world)) == 1
    assert {store.offers[name]["availableQuantity"] for name in (first["offerId"], "7001")} == {4}


def test_a_sku_that_only_an_order_told_of_is_told_without_an_offer(world: World) -> None:
    (answer,) = world.ask(
        "publish_stock", [StockLevelUpdate(external_sku="EB-001", listing_id="EB-001", quantity=3, sequence=1)]
    )

    assert answer.error is None
    assert b'"offers": []' in bulk(world)[0].content


def test_listings_bring_price_weight_and_barcode_and_leave_out_what_is_not_for_sale(world: World) -> None:
    store = world.remote.store
    store.items["EB-001"]["packageWeightAndSize"]["weight"] = {"value": 1.5, "unit": "POUND"}
    store.offers[next(iter(store.offers))]["status"] = "UNPUBLISHED"
    many_offers(world, 40)

    first = world.ask("fetch_listings")
    second = world.ask("fetch_listings", cursor=first.cursor)

    found = {each.external_sku: each for each in (*first.listings, *second.listings)}
    assert second.cursor is None
    assert len(found) == 47
    assert "EB-008" not in found
    tea = found["EB-001"]
    assert (tea.weight_grams, tea.active, tea.barcode) == (680, False, store.items["EB-001"]["product"]["ean"][0])
    assert tea.price is not None
    assert str(tea.price.amount) == store.offers[tea.external_id]["pricingSummary"]["price"]["value"]


def test_a_payout_is_its_rows_to_the_last_penny(world: World) -> None:
    store = world.remote.store
    first, second = (store.place_order() for _ in range(2))
    store.give_back(first, Money(333, "GBP"))
    store.books.charge("INSERTION_FEE", Money(35, "GBP"), AT)
    name = store.pay_out()
    window = OrderWindow(since=world.clock.now() - MINUTE, until=world.clock.now() + MINUTE)

    (settlement,) = world.ask("fetch_settlements", window).settlements

    assert (settlement.external_id, settlement.closed) == (name, True)
    assert Money.sum((line.amount for line in settlement.lines), "GBP") == settlement.total
    assert len({line.external_id for line in settlement.lines}) == len(settlement.lines)
    (back,) = [line for line in settlement.lines if line.refund]
    assert (back.amount, back.order_external_id) == (Money(-333, "GBP"), first)
    (given,) = [line for line in settlement.lines if line.amount.minor > 0 and line.kind is LineKind.COMMISSION]
    assert given.amount == Money(333, "GBP").share(128, 1000)
    (charge,) = [line for line in settlement.lines if line.raw_kind == "INSERTION_FEE"]
    assert (charge.amount.minor, charge.kind, charge.order_external_id) == (-35, LineKind.MARKETPLACE_FEE, None)
    assert second in {line.order_external_id for line in settlement.lines}


def a_sale(**facts: Any) -> dict[str, Any]:
    return {
        "transactionId": "T1",
        "transactionType": "SALE",
        "transactionDate": AT,
        "bookingEntry": "CREDIT",
        "orderId": "1",
        "amount": pounds("90.00"),
        **facts,
    }


def payout(**facts: Any) -> dict[str, Any]:
    return {"payoutId": "P1", "payoutStatus": "SUCCEEDED", "payoutDate": AT, "amount": pounds("90.00"), **facts}


def test_fees_without_a_breakdown_are_one_row() -> None:
    settlement = map_payout(payout(), [a_sale(totalFeeAmount=pounds("10.00"))])

    assert [(line.raw_kind, line.amount.minor) for line in settlement.lines] == [("SALE", 10000), ("FEES", -1000)]


def test_a_sale_in_another_currency_says_both() -> None:
    abroad = {**pounds("90.00"), "convertedFromValue": "110.00", "convertedFromCurrency": "USD"}

    (line,) = map_payout(payout(), [a_sale(amount=abroad)]).lines

    assert (line.amount, line.settled) == (Money(11000, "USD"), Money(9000, "GBP"))


def test_a_payout_that_is_on_its_way_is_open() -> None:
    settlement = map_payout(payout(payoutStatus="INITIATED"), [a_sale()])

    assert (settlement.closed, settlement.paid_at) == (False, None)


def test_a_payout_that_failed_for_good_is_left_out(world: World) -> None:
    store = world.remote.store
    store.place_order()
    store.books.payouts[store.pay_out()]["payoutStatus"] = "TERMINAL_FAILED"
    window = OrderWindow(since=world.clock.now() - MINUTE, until=world.clock.now() + MINUTE)

    assert world.ask("fetch_settlements", window).settlements == ()
