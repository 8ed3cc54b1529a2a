"""Case 9: a label is bought once, whatever is retried, asked twice at once or killed half-way."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path

import pytest

from core import clock
from core.hub import Hub
from core.jobs.run import run_jobs
from tests.acceptance import courier, mortal, shipping, steps, timeline
from tests.acceptance.shipping import label, label_of
from tests.api import Api

TOML = """
[integrations.routing]
plugin = "routing"

[integrations.swift]
plugin = "courier"
"""
CALLS = """
query ($order: ID!) {
  order(id: $order) { externalCalls(first: 100) { nodes { purpose state attempts integration { key } } } }
}
"""
POSTAGE = """
query { journalEntries(first: 250, filter: {rule: ["label"]}) { nodes { postings { amount { amount currency } } } } }
"""


@pytest.fixture
def plugins_toml() -> str:
    return TOML


@pytest.fixture
def foreign_plugins() -> dict[str, str]:
    return {"courier": courier.__name__}


@pytest.fixture
def minutes_later() -> Iterator[None]:
    """The clock three minutes on: whoever was asking then has been given up for lost."""
    on = timedelta(minutes=3)
    clock.shift(on)
    yield
    clock.shift(-on)


@pytest.fixture
def books(hub: Hub) -> Path:
    """Where the courier writes down what it sold."""
    return hub.context("swift").home


def packed(api: Api, hub: Hub, parcels: int) -> tuple[str, list[str]]:
    """An order with so many parcels, each a shipment that waits for its label. Order and shipments."""
    shipping.depot(api, "leeds")
    steps.item(api, "TEA-1")
    steps.stock(api, "TEA-1", "leeds", parcels, "2.00", "GBP")
    order = shipping.ordered(api, hub, "TEA-1", parcels)
    return order, shipping.packed(api, order, *[1] * parcels)


def calls(api: Api, order: str) -> list[tuple[str, str, int]]:
    """(purpose, state, attempts) of each act asked of somebody."""
    nodes = api(CALLS, order=order)["order"]["externalCalls"]["nodes"]
    return [(call["purpose"], call["state"], call["attempts"]) for call in nodes]


def postage(api: Api) -> list[str]:
    """What was booked for labels: the debit of each entry."""
    entries = api(POSTAGE)["journalEntries"]["nodes"]
    amounts = [posting["amount"]["amount"] for entry in entries for posting in entry["postings"]]
    return [amount for amount in amounts if not amount.startswith("-")]


def test_a_purchase_that_timed_out_after_the_carrier_acted_is_found_and_not_made_again(
    api: Api, hub: Hub, books: Path
) -> None:
    order, (shipment,) = packed(api, hub, 1)
    courier.in_mood(books, "silent")

    first = label(api, shipment, "once")

    assert [(error["code"], error["retryable"]) for error in first["userErrors"]] == [("OUTCOME_UNKNOWN", True)]
    assert first["shipment"]["status"] == "PACKED"
    assert first["shipment"]["packages"][0]["label"]["state"] == "UNKNOWN"
    assert calls(api, order) == [("label", "UNKNOWN", 1)]
    (sold,) = courier.sales(books)

    again = label_of(label(api, shipment, "once"))

    assert (again["state"], again["trackingNumber"]) == ("PURCHASED", sold["number"])
    assert courier.sales(books) == [sold]
    assert calls(api, order) == [("label", "SUCCEEDED", 2)]
    assert postage(api) == ["4.50"]
    story = timeline.told(timeline.shown(api, order))
    wanted = ["call.unknown", "call.succeeded", "label.purchased", "shipment.labelled"]
    assert [name for name in story if name in wanted] == wanted
    timeline.ends_well(api, hub)


def test_nobody_retries_and_the_hub_finds_the_label_out_by_itself(api: Api, hub: Hub, books: Path) -> None:
    order, (shipment,) = packed(api, hub, 1)
    courier.in_mood(books, "silent")
    label(api, shipment, "once")

    run_jobs(hub)

    (sold,) = courier.sales(books)
    (sent,) = timeline.shown(api, order)["shipments"]
    assert (sent["status"], sent["trackingNumber"]) == ("LABELLED", sold["number"])
    assert label_of(label(api, shipment, "once"))["trackingNumber"] == sold["number"]
    timeline.ends_well(api, hub)


def test_a_purchase_that_never_reached_the_carrier_is_made_by_the_retry(api: Api, hub: Hub, books: Path) -> None:
    order, (shipment,) = packed(api, hub, 1)
    courier.in_mood(books, "deaf")
    first = label(api, shipment, "once")
    assert [error["code"] for error in first["userErrors"]] == ["OUTCOME_UNKNOWN"]
    assert courier.sales(books) == []

    again = label_of(label(api, shipment, "once"))

    assert [sold["number"] for sold in courier.sales(books)] == [again["trackingNumber"]]
    assert calls(api, order) == [("label", "SUCCEEDED", 2)]
    timeline.ends_well(api, hub)


def test_a_hundred_requests_with_one_key_get_one_label(api: Api, hub: Hub, books: Path) -> None:
    order, (shipment,) = packed(api, hub, 1)

    with ThreadPoolExecutor(100) as crowd:
        answers = list(crowd.map(lambda _: label(api, shipment, "once"), range(100)))

    (sold,) = courier.sales(books)
    assert [label_of(answer)["trackingNumber"] for answer in answers] == [sold["number"]] * 100
    assert len({label_of(answer)["id"] for answer in answers}) == 1
    assert calls(api, order) == [("label", "SUCCEEDED", 1)]
    assert postage(api) == ["4.50"]
    assert timeline.told(timeline.shown(api, order)).count("label.purchased") == 1
    timeline.ends_well(api, hub)


def test_the_same_key_for_another_shipment_is_a_conflict(api: Api, hub: Hub, books: Path) -> None:
    _, (first, second) = packed(api, hub, 2)
    bought = label_of(label(api, first, "once"))

    refused = label(api, second, "once")

    assert [(error["code"], error["path"]) for error in refused["userErrors"]] == [
        ("IDEMPOTENCY_CONFLICT", ["idempotencyKey"])
    ]
    assert [sold["number"] for sold in courier.sales(books)] == [bought["trackingNumber"]]
    timeline.ends_well(api, hub)


def test_another_key_for_a_labelled_shipment_buys_no_second_label(api: Api, hub: Hub, books: Path) -> None:
    _, (shipment,) = packed(api, hub, 1)
    bought = label_of(label(api, shipment, "once"))

    again = label_of(label(api, shipment, "twice"))

    assert again == bought
    assert len(courier.sales(books)) == 1
    timeline.ends_well(api, hub)


@pytest.mark.long
def test_a_process_killed_at_any_step_leaves_one_label_for_whoever_comes_next(
    api: Api, hub: Hub, books: Path, request: pytest.FixtureRequest
) -> None:
    order, shipments = packed(api, hub, mortal.MOST_STEPS)

    killed = mortal.killed_at_each_step(hub, api.secret, shipments)

    assert 0 < killed < len(shipments), "the last of them must have come to its end"
    tried = shipments[: killed + 1]
    request.getfixturevalue("minutes_later")
    early = {shipment: label_of(label(api, shipment, f"key-{shipment}")) for shipment in tried[::2]}
    run_jobs(hub)
    late = {shipment: label_of(label(api, shipment, f"key-{shipment}")) for shipment in tried[1::2]}

    bought = {**early, **late}
    assert {each["state"] for each in bought.values()} == {"PURCHASED"}
    numbers = sorted(each["trackingNumber"] for each in bought.values())
    assert [sold["number"] for sold in courier.sales(books)] == numbers
    assert postage(api) == ["4.50"] * len(tried)
    assert [call[:2] for call in calls(api, order)] == [("label", "SUCCEEDED")] * len(tried)
    assert timeline.told(timeline.shown(api, order)).count("label.purchased") == len(tried)
    timeline.ends_well(api, hub)
