"""What Amazon would take for an order of another channel: fees and days by speed, before anybody decides."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

import pytest

from crossdock import Address, Lacking, Money, Quote, QuoteRequest, Rejected, Retryable, SupplierLine
from plugins.amazon.mapping.previews import quotes_of
from plugins.amazon.sandbox.warehouse import Warehouse
from plugins.amazon.settings import AmazonSettings
from plugins.amazon.wire.base import read
from plugins.amazon.wire.outbound import Preview
from tests.plugins.amazon.account import SETTINGS, START, Account
from tests.plugins.amazon.described import needed, operations

HOME = Address(name="Grace Hopper", line1="1 High Street", city="Leeds", postal_code="LS1 1UR", country="GB")
SIX = SupplierLine(line="orl_1", sku="AMZ-6", quantity=3)
SEVEN = SupplierLine(line="orl_2", sku="ours", supplier_sku="AMZ-7", quantity=1)


@pytest.fixture
def account(account: Account) -> Account:
    account.settings = account.settings.model_copy(update={"multi_channel": True, "speeds": {"Next day": "Expedited"}})
    account.store.warehouse.stock = {"AMZ-6": 30, "AMZ-7": 30}
    return account


@pytest.fixture
def warehouse(account: Account) -> Warehouse:
    return account.store.warehouse


def quoted(account: Account, *lines: SupplierLine, **facts: Any) -> Sequence[Quote]:
    request = QuoteRequest(**{"location": "amazon", "ship_to": HOME, "lines": lines or (SIX, SEVEN), **facts})
    return account.supplier.quote(account.ctx(), request)


def test_every_speed_is_quoted_and_that_of_the_shipping_method_first(account: Account) -> None:
    usual, next_day = quoted(account), quoted(account, shipping_method="Next day")

    assert [each.service for each in usual] == ["Standard", "Expedited", "Priority"]
    assert [each.service for each in next_day] == ["Expedited", "Standard", "Priority"]
    assert usual[0] == Quote(
        service="Standard",
        cost=Money(690, "GBP"),  # 2.10 for the order, 1.20 for each of four units
        leaves_at=START + timedelta(days=1),
        arrives_at=START + timedelta(days=4),
    )
    assert next_day[0].cost == Money(980, "GBP")


def test_nothing_is_ordered_and_nothing_set_aside(account: Account, warehouse: Warehouse) -> None:
    quoted(account)

    assert (warehouse.orders, warehouse.stock) == ({}, {"AMZ-6": 30, "AMZ-7": 30})


def test_what_would_not_come_with_it_is_named_with_amazons_reason(account: Account, warehouse: Warehouse) -> None:
    warehouse.stock["AMZ-6"] = 1

    first, *_ = quoted(account)

    assert first.lacking == (Lacking(line="orl_1", quantity=2, reason="InventoryUnavailable"),)
    assert first.cost == Money(450, "GBP")


def test_what_cannot_be_shipped_at_a_speed_says_why_and_the_other_speeds_stand(
    account: Account, warehouse: Warehouse
) -> None:
    warehouse.undeliverable = {"Standard"}

    first, *others = quoted(account)

    assert (first.service, first.refused, first.cost) == ("Standard", "DeliverySLAUnavailable", None)
    assert [each.refused for each in others] == ["", ""]


_NOWHERE: dict[str, Any] = {"ship_to": Address(name="Ada", country="GB")}
_MANY: dict[str, Any] = {"lines": (SupplierLine(line="orl_1", sku="AMZ-6", quantity=251),)}


@pytest.mark.parametrize(("facts", "words"), [(_NOWHERE, "postal code"), (_MANY, "250 units")])
def test_what_amazon_would_refuse_is_not_asked(account: Account, facts: dict[str, Any], words: str) -> None:
    (only,) = quoted(account, **facts)

    assert words in only.refused
    assert account.wire.exchanges == []


def test_an_account_that_ships_nothing_for_others_quotes_nothing(account: Account) -> None:
    account.settings = account.settings.model_copy(update={"multi_channel": False})

    assert quoted(account) == []
    assert account.wire.exchanges == []


def test_a_sku_that_amazon_does_not_know_and_a_failing_amazon_are_told_apart(account: Account) -> None:
    with pytest.raises(Rejected, match="SellerSKU"):
        quoted(account, SupplierLine(line="orl_1", sku="GONE", quantity=1))
    account.store.faults["getFulfillmentPreview"] = ["503"]
    with pytest.raises(Retryable):
        quoted(account)


@needed
def test_the_official_preview_is_read() -> None:
    said = [each for payload in operations()["getFulfillmentPreview"].examples() for each in found(payload)]
    line = SupplierLine(line="OrderItemID2", sku="any", quantity=1)
    request = QuoteRequest(location="amazon", ship_to=HOME, lines=(line,))

    first, *_ = quotes_of([read(Preview, each, "The preview") for each in said], request, AmazonSettings(**SETTINGS))

    assert (first.service, first.cost, first.lacking) == ("Standard", Money(1971, "USD"), ())
    assert first.arrives_at is not None
    assert first.arrives_at.isoformat() == "2020-02-17T18:16:16+00:00"


def found(example: Any) -> list[Any]:
    payload = example.get("payload", example)
    return list(payload["fulfillmentPreviews"])
