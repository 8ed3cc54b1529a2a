"""Orders of other channels that Amazon ships: handed over once, followed to the parcel, taken back in time."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import pytest

from crossdock import (
    Address,
    BadData,
    OutcomeUnknown,
    Rejected,
    Retryable,
    SupplierLine,
    SupplierOrder,
    SupplierUpdate,
    Updates,
)
from plugins.amazon.mapping.outbound import name_of, reference_of
from plugins.amazon.outbound_news import news
from plugins.amazon.sandbox.warehouse import Warehouse
from tests.plugins.amazon.account import Account, a_work


@pytest.fixture
def account(account: Account) -> Account:
    """One for which Amazon ships orders of other channels; thirty of AMZ-6 lie there."""
    account.settings = account.settings.model_copy(update={"multi_channel": True})
    account.store.warehouse.stock = {"AMZ-6": 30, "AMZ-7": 30}
    return account


@pytest.fixture
def warehouse(account: Account) -> Warehouse:
    return account.store.warehouse


def handed_over(account: Account, order: SupplierOrder) -> str:
    return account.supplier.submit(account.ctx(key=f"submit:{order.reference}"), order).external_id


def heard(account: Account, cursor: str | None = None) -> Updates:
    account.later(minutes=1)
    return account.supplier.fetch_updates(account.ctx(cursor=cursor))


def told(updates: Sequence[SupplierUpdate]) -> list[tuple[str, str | None, int]]:
    return [(line.kind, line.line, line.quantity) for update in updates for line in update.lines]


def test_an_order_goes_with_its_address_and_the_speed_of_its_shipping_method(account: Account) -> None:
    account.settings = account.settings.model_copy(update={"speeds": {"Next day": "Expedited"}})
    handed_over(account, a_work(shipping_method="Next day", quantity=2))

    (asked,) = account.wire.asked("createFulfillmentOrder")
    assert asked.body["shippingSpeedCategory"] == "Expedited"
    assert asked.body["destinationAddress"] == {
        "name": "Grace Hopper",
        "addressLine1": "1 High Street",
        "city": "Leeds",
        "postalCode": "LS1 1UR",
        "countryCode": "GB",
    }
    assert [each["quantity"] for each in asked.body["items"]] == [2]


def test_an_order_whose_answer_was_lost_is_found_and_one_that_never_came_is_not(account: Account) -> None:
    order = a_work()
    account.store.faults["createFulfillmentOrder"] = ["500", "500 after"]
    with pytest.raises(OutcomeUnknown):
        handed_over(account, order)
    before = account.supplier.find_submission(account.ctx(), order)
    with pytest.raises(OutcomeUnknown):
        handed_over(account, order)

    found = account.supplier.find_submission(account.ctx(), order)

    assert before is None
    assert found is not None
    assert found.external_id == handed_over(account, order)  # asked once more it is the same
    assert len(account.store.warehouse.orders) == 1


def test_the_work_of_a_hub_that_was_made_anew_is_no_work_of_the_old_one() -> None:
    old, new = name_of("ful_1", "1001"), name_of("ful_1", "2001")

    assert old != new
    assert (reference_of(old, "1001"), reference_of(old, "2001"), reference_of("902-601", "1001")) == (
        "ful_1",
        None,
        None,
    )


def test_it_is_accepted_and_shipped_package_by_package(account: Account, warehouse: Warehouse) -> None:
    lines = (
        SupplierLine(line="orl_1", sku="AMZ-6", quantity=3),
        SupplierLine(line="orl_2", sku="ours", supplier_sku="AMZ-7", quantity=1),
    )
    name = handed_over(account, a_work(lines=lines))
    nothing_yet = heard(account)
    warehouse.work()
    accepted = heard(account, nothing_yet.cursor)
    warehouse.pick(name)
    warehouse.ship(name, {"orl_1": 2})
    first = heard(account, accepted.cursor)
    warehouse.ship(name)
    second = heard(account, first.cursor)

    assert nothing_yet.items == ()
    assert told(accepted.items) == [("ACCEPTED", "orl_1", 3), ("ACCEPTED", "orl_2", 1)]
    assert told(first.items) == [("SHIPPED", "orl_1", 2)]
    assert told(second.items) == [("SHIPPED", "orl_1", 1), ("SHIPPED", "orl_2", 1)]
    assert [(each.carrier, each.tracking_number) for each in (*first.items, *second.items)] == [
        ("UPS", "1Z200000000"),
        ("UPS", "1Z200000001"),
    ]
    assert {each.reference for each in (*accepted.items, *first.items)} == {"ful_17"}
    assert heard(account, second.cursor).items == ()


def test_news_comes_again_until_it_was_kept(account: Account, warehouse: Warehouse) -> None:
    handed_over(account, a_work())
    warehouse.work()
    once, again = heard(account), heard(account)

    assert [each.update_id for each in once.items] == [each.update_id for each in again.items]
    assert heard(account, again.cursor).items == ()


def test_a_tracking_number_that_only_the_package_knows_is_asked_for(account: Account, warehouse: Warehouse) -> None:
    warehouse.hides_tracking = True
    handed_over(account, a_work())
    warehouse.work()
    warehouse.work()

    (_, shipped) = heard(account).items

    assert (shipped.carrier, shipped.tracking_number) == ("UPS", "1Z200000000")


def test_what_amazon_lacks_is_rejected_once_the_rest_has_left(account: Account, warehouse: Warehouse) -> None:
    warehouse.stock["AMZ-6"] = 2
    handed_over(account, a_work(quantity=5))
    warehouse.work()
    warehouse.work()

    assert told(heard(account).items) == [("ACCEPTED", "orl_1", 5), ("SHIPPED", "orl_1", 2), ("REJECTED", "orl_1", 3)]


def test_what_amazon_cannot_ship_at_all_is_rejected(account: Account, warehouse: Warehouse) -> None:
    warehouse.stock["AMZ-6"] = 0
    handed_over(account, a_work(quantity=5))
    warehouse.work()

    assert told(heard(account).items) == [("REJECTED", "orl_1", 5)]


def test_it_is_given_back_until_it_is_picked(account: Account, warehouse: Warehouse) -> None:
    early, late = a_work("ful_1"), a_work("ful_2")
    handed_over(account, early)
    picked = handed_over(account, late)
    warehouse.work()
    warehouse.pick(picked)

    before = account.supplier.find_cancel_request(account.ctx(), early)
    given_back = account.supplier.request_cancel(account.ctx(), early)
    with pytest.raises(Rejected, match="no longer"):
        account.supplier.request_cancel(account.ctx(), late)

    found = account.supplier.find_cancel_request(account.ctx(), early)
    assert (before, given_back.accepted, found and found.accepted) == (None, True, True)
    assert account.supplier.request_cancel(account.ctx(), early).accepted  # asked again
    assert account.supplier.find_cancel_request(account.ctx(), late) is None
    assert ("CANCELLED", "orl_1", 1) in told(heard(account).items)


def test_a_part_is_not_given_back(account: Account) -> None:
    order = a_work(quantity=5)
    handed_over(account, order)
    two = replace(order, lines=(replace(order.lines[0], quantity=2),))

    with pytest.raises(Rejected) as refused:
        account.supplier.request_cancel(account.ctx(), two)

    assert refused.value.code == "NOT_IN_PART"
    assert account.wire.asked("cancelFulfillmentOrder") == []


_NOWHERE: dict[str, Any] = {"ship_to": Address(name="Ada", line1="1 High Street", country="GB")}
_MANY: dict[str, Any] = {"quantity": 251}


@pytest.mark.parametrize(
    ("facts", "code"),
    [(_NOWHERE, "ADDRESS_INCOMPLETE"), ({"ship_to": None}, "ADDRESS_INCOMPLETE"), (_MANY, "TOO_LARGE")],
)
def test_what_amazon_would_refuse_is_not_asked(account: Account, facts: dict[str, Any], code: str) -> None:
    with pytest.raises(Rejected) as refused:
        handed_over(account, a_work(**facts))

    assert refused.value.code == code
    assert account.wire.exchanges == []


def test_a_sku_that_amazon_does_not_know_is_refused_in_its_words(account: Account) -> None:
    with pytest.raises(Rejected, match="SellerSKU"):
        handed_over(account, a_work(lines=(SupplierLine(line="orl_1", sku="GONE", quantity=1),)))


def test_a_city_of_japan_goes_with_the_lines_of_its_address(account: Account) -> None:
    home = Address(
        name="Aoi", line1="1-2-3 Ginza", city="Chuo-ku", region="Tokyo", postal_code="104-0061", country="JP"
    )
    handed_over(account, a_work(ship_to=home))

    said = account.wire.asked("createFulfillmentOrder")[0].body["destinationAddress"]
    assert (said["addressLine2"], said.get("city")) == ("Chuo-ku", None)


def test_stock_is_what_amazon_can_still_sell(account: Account) -> None:
    handed_over(account, a_work(quantity=4))

    snapshot = account.supplier.fetch_stock(account.ctx())

    assert {row.sku: row.quantity for row in snapshot.rows} == {"AMZ-6": 26, "AMZ-7": 30}


def test_stock_of_many_pages_is_read_to_the_end(account: Account, warehouse: Warehouse) -> None:
    account.store.plan = 10
    warehouse.stock = {f"SKU-{number}": number for number in range(120)}

    assert len(account.supplier.fetch_stock(account.ctx()).rows) == 120


def test_orders_of_many_pages_are_followed_some_at_a_time(account: Account, warehouse: Warehouse) -> None:
    account.store.plan = 10
    warehouse.stock["AMZ-6"] = 60
    placed = [f"ful_{number}" for number in range(60)]
    for reference in placed:
        handed_over(account, a_work(reference))
    warehouse.work()

    cursor, rounds = None, list[list[str]]()
    for _ in range(4):
        updates = heard(account, cursor)
        cursor = updates.cursor
        rounds.append([each.reference for each in updates.items])

    assert [len(each) for each in rounds] == [25, 25, 10, 0]
    assert sorted(reference for each in rounds for reference in each) == sorted(placed)


def test_an_order_that_makes_no_sense_is_set_aside_and_the_others_are_told(
    account: Account, warehouse: Warehouse
) -> None:
    bad, _ = handed_over(account, a_work("ful_1")), handed_over(account, a_work("ful_2"))
    warehouse.work()
    warehouse.orders[bad]["fulfillmentOrderItems"][0]["quantity"] = -1

    updates = heard(account)

    assert [each.reference for each in updates.items] == ["ful_2"]
    assert [each.source for each in updates.quarantined] == [f"getFulfillmentOrder {bad}"]
    assert "quantity" in updates.quarantined[0].reason
    assert heard(account, updates.cursor).quarantined == ()


def test_a_figure_that_cannot_be_is_set_aside_and_the_others_count(account: Account, warehouse: Warehouse) -> None:
    warehouse.stock = {"AMZ-6": -1, "AMZ-7": 3}

    snapshot = account.supplier.fetch_stock(account.ctx())

    assert [row.sku for row in snapshot.rows] == ["AMZ-7"]
    assert len(snapshot.quarantined) == 1


def test_a_place_that_cannot_be_read_is_bad_data(account: Account) -> None:
    with pytest.raises(BadData):
        account.supplier.fetch_updates(account.ctx(cursor="{"))


def test_an_account_that_ships_nothing_for_others_is_asked_nothing(account: Account) -> None:
    account.settings = account.settings.model_copy(update={"multi_channel": False})

    assert account.supplier.fetch_updates(account.ctx()).items == ()
    assert account.supplier.fetch_stock(account.ctx()).rows == ()
    assert [each.ok for each in account.supplier.check(account.ctx())] == [True]
    with pytest.raises(Rejected, match="multi_channel"):
        handed_over(account, a_work())
    assert account.wire.exchanges == []


def test_a_missing_role_is_found_by_the_check(account: Account) -> None:
    account.store.faults["getInventorySummaries"] = ["403"]

    (found,) = account.supplier.check(account.ctx())

    assert (found.ok, found.severe) == (False, False)
    assert "Amazon Fulfillment" in found.mend


def test_what_only_reads_may_be_asked_again(account: Account) -> None:
    account.store.faults["listAllFulfillmentOrders"] = ["503"]

    with pytest.raises(Retryable):
        news(account.ctx())
