"""Locations, levels and movements through the API."""

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from core.stock.models import StockLevel, StockMovement
from tests.api import Api
from tests.builders import a_bundle, a_channel, a_level, a_location, an_item

ADJUST = """
mutation ($adjustments: [StockAdjustInput!]!, $key: String!) {
  stockAdjust(adjustments: $adjustments, idempotencyKey: $key) {
    levels { item { sku } location { code } onHand available } userErrors { code path } } }"""
TRANSFER = """
mutation ($sku: String = "TEA-1", $from: String!, $to: String!, $quantity: Int!, $key: String!) {
  stockTransfer(sku: $sku, from: $from, to: $to, quantity: $quantity, idempotencyKey: $key) {
    levels { location { code } onHand } userErrors { code path } } }"""
LOCATION = """
mutation ($code: String!, $timezone: String, $cutoff: String, $capacity: Int, $address: AddressInput) {
  locationUpsert(code: $code, timezone: $timezone, cutoff: $cutoff, dailyCapacity: $capacity, address: $address) {
    location { code name kind timezone cutoff workdays dailyCapacity active address { city country } }
    userErrors { code path } } }"""
LEVELS = "query ($filter: StockLevelFilter) { stockLevels(filter: $filter) { nodes { onHand } } }"
MOVES = "query ($filter: StockMovementFilter) { stockMovements(filter: $filter) { nodes { onHandDelta } } }"


@pytest.fixture(autouse=True)
def leeds(session: Session) -> None:
    """10 TEA-1 in LEEDS, 2 of them kept back; nothing in YORK."""
    tea = an_item(session, "TEA-1", name="Green tea")
    a_level(session, tea, a_location(session, "LEEDS"), 10, safety=2)
    a_location(session, "YORK")
    session.commit()


def change(**fields: Any) -> dict[str, Any]:
    return {"sku": "TEA-1", "location": "LEEDS", "reason": "ADJUST", **fields}


def test_all_of_an_adjustment_is_done_or_none_of_it(api: Api, session: Session) -> None:
    changes = [change(delta=-3), change(location="YORK", setOnHand=4, reason="COUNT", bin="A1")]

    assert api.done(ADJUST, adjustments=changes, key="k1")["levels"] == [
        {"item": {"sku": "TEA-1"}, "location": {"code": "LEEDS"}, "onHand": 7, "available": 5},
        {"item": {"sku": "TEA-1"}, "location": {"code": "YORK"}, "onHand": 4, "available": 4},
    ]
    refused = api.refused(ADJUST, adjustments=[change(delta=1), change(delta=-99, location="YORK")], key="k2")
    assert [code for code, _ in refused] == ["INSUFFICIENT_STOCK"]
    assert session.scalars(select(StockLevel.on_hand).order_by(StockLevel.id)).all() == [7, 4]


@pytest.mark.parametrize(
    ("fields", "code", "path"),
    [
        ({"sku": "NOPE", "delta": 1}, "NOT_FOUND", ["adjustments", "0", "sku"]),
        ({"location": "NOWHERE", "delta": 1}, "NOT_FOUND", ["adjustments", "0", "location"]),
        ({"delta": 0}, "INVALID", ["adjustments", "0", "delta"]),
        ({"delta": 2**31 - 1}, "INVALID", ["adjustments", "0", "delta"]),
        ({}, "INVALID", ["adjustments", "0"]),
        ({"setOnHand": -1, "reason": "COUNT"}, "INVALID", ["adjustments", "0", "setOnHand"]),
        (
            {"delta": 1, "reason": "RECEIPT", "unitCost": {"amount": "1.005", "currency": "GBP"}},
            "INVALID",
            ["adjustments", "0", "unitCost", "amount"],
        ),
    ],
)
def test_an_adjustment_that_makes_no_sense_is_refused_at_its_place(
    api: Api, session: Session, fields: dict[str, Any], code: str, path: list[str]
) -> None:
    assert api.refused(ADJUST, adjustments=[change(**fields)], key="k1") == [(code, path)]
    assert session.scalar(select(func.count()).select_from(StockMovement)) == 1


def test_a_number_beyond_32_bits_is_no_int(api: Api) -> None:
    body = api.body(ADJUST, adjustments=[change(delta=2**31)], key="k1")

    assert body["errors"][0]["extensions"]["code"] == "INVALID"


def test_twenty_requests_with_one_key_move_stock_once(api: Api, session: Session) -> None:
    with ThreadPoolExecutor(20) as pool:
        answers = list(pool.map(lambda _: api.body(ADJUST, adjustments=[change(delta=5)], key="k1"), range(20)))

    assert all(answer == answers[0] for answer in answers)
    assert answers[0]["data"]["stockAdjust"]["levels"][0]["onHand"] == 15
    assert session.scalars(select(StockLevel.on_hand)).all() == [15]
    assert api.refused(ADJUST, adjustments=[change(delta=6)], key="k1") == [
        ("IDEMPOTENCY_CONFLICT", ["idempotencyKey"])
    ]


def test_a_refused_request_may_be_tried_again_with_its_key(api: Api) -> None:
    move = {"from": "LEEDS", "to": "YORK", "quantity": 12, "key": "k1"}
    assert [code for code, _ in api.refused(TRANSFER, **move)] == ["INSUFFICIENT_STOCK"]
    api.done(ADJUST, adjustments=[change(delta=5)], key="k2")

    assert api.done(TRANSFER, **move)["levels"] == [
        {"location": {"code": "LEEDS"}, "onHand": 3},
        {"location": {"code": "YORK"}, "onHand": 12},
    ]
    assert api.refused(TRANSFER, **{**move, "quantity": 0, "key": "k3"}) == [("INVALID", ["quantity"])]
    assert api.refused(TRANSFER, **{**move, "to": "LEEDS", "key": "k4"}) == [("INVALID", ["to"])]
    assert api.refused(TRANSFER, **{**move, "from": "NOWHERE", "key": "k5"}) == [("NOT_FOUND", ["from"])]


def test_safety_stock_is_set_and_given_back(api: Api) -> None:
    kept = """mutation ($safety: Int, $location: String = "LEEDS") {
      stockSetSafety(sku: "TEA-1", location: $location, safety: $safety) {
        levels { safety safetyAutomatic available } userErrors { code path } } }"""

    assert api.done(kept, safety=7)["levels"] == [{"safety": 7, "safetyAutomatic": False, "available": 3}]
    assert api.done(kept, safety=None)["levels"] == [{"safety": 0, "safetyAutomatic": True, "available": 10}]
    assert api.refused(kept, safety=-1) == [("INVALID", ["safety"])]
    assert api.refused(kept, safety=1, location="NOWHERE") == [("NOT_FOUND", ["location"])]


def test_a_location_keeps_what_is_not_given(api: Api) -> None:
    made = api.done(
        LOCATION, code="BER", timezone="Europe/Berlin", cutoff="14:00", address={"city": "Berlin", "country": "DE"}
    )["location"]
    assert made == {
        "code": "BER",
        "name": "BER",
        "kind": "WAREHOUSE",
        "timezone": "Europe/Berlin",
        "cutoff": "14:00",
        "workdays": ["MONDAY", "TUESDAY", "WEDNESDAY", "THURSDAY", "FRIDAY"],
        "dailyCapacity": None,
        "active": True,
        "address": {"city": "Berlin", "country": "DE"},
    }

    cleared = 'mutation { locationUpsert(code: "BER", cutoff: null, address: null) { location { cutoff timezone } } }'
    assert api(cleared)["locationUpsert"]["location"] == {"cutoff": None, "timezone": "Europe/Berlin"}
    for fields, path in (
        ({"timezone": "Mars"}, ["timezone"]),
        ({"cutoff": "25:00"}, ["cutoff"]),
        ({"capacity": -1}, ["dailyCapacity"]),
        ({"address": {"country": "Germany"}}, ["address", "country"]),
    ):
        assert api.refused(LOCATION, code="BER", **fields) == [("INVALID", path)]


def test_each_filter_finds_its_levels_and_movements(api: Api, session: Session) -> None:
    a_level(session, an_item(session, "CUP-1"), a_location(session, "SHOP", kind="STORE"), 1, safety=5, reference="R1")
    session.commit()

    levels: list[tuple[dict[str, Any], list[int]]] = [
        ({}, [10, 1]),
        ({"query": "green"}, [10]),
        ({"query": "cup"}, [1]),
        ({"sku": ["TEA-1"]}, [10]),
        ({"location": ["SHOP"]}, [1]),
        ({"locationKind": ["STORE"]}, [1]),
        ({"belowSafety": True}, [1]),
        ({"belowSafety": False}, [10]),
    ]
    for wanted, found in levels:
        assert [node["onHand"] for node in api(LEVELS, filter=wanted)["stockLevels"]["nodes"]] == found
    moves: list[tuple[dict[str, Any], list[int]]] = [
        ({}, [1, 10]),
        ({"sku": ["TEA-1"]}, [10]),
        ({"location": ["SHOP"]}, [1]),
        ({"reason": ["RECEIPT"]}, [1, 10]),
        ({"reason": ["SHIP"]}, []),
        ({"reference": "R1"}, [1]),
        ({"occurredAt": {"to": "2020-01-01T00:00:00Z"}}, []),
    ]
    for wanted, found in moves:
        assert [node["onHandDelta"] for node in api(MOVES, filter=wanted)["stockMovements"]["nodes"]] == found
    kinds = api("{ locations(kind: [STORE]) { nodes { code backlog } } }")["locations"]["nodes"]
    assert kinds == [{"code": "SHOP", "backlog": 0}]


def test_a_promise_is_explained_term_by_term(api: Api, session: Session) -> None:
    tea = session.get_one(type(an_item(session)), 1)
    a_channel(session, "shop", buffer=1)
    a_bundle(session, {tea: 3}, "SET-1")
    session.commit()
    asked = """query ($sku: String!, $channel: String) { availableToPromise(sku: $sku, channel: $channel) {
      item { sku } channel { key } available terms { quantity location { code } } } }"""

    promise = api(asked, sku="TEA-1", channel="shop")["availableToPromise"]

    assert (promise["channel"], promise["available"]) == ({"key": "shop"}, 7)
    assert sum(term["quantity"] for term in promise["terms"]) == 7
    assert api(asked, sku="SET-1")["availableToPromise"]["available"] == 2
    assert api(asked, sku="NOPE")["availableToPromise"] is None
    assert api('{ item(sku: "SET-1") { available } }')["item"] == {"available": 2}


def test_a_page_of_stock_is_one_statement(api: Api, session: Session) -> None:
    york = session.get_one(type(a_location(session)), 2)
    asked = "{ stockLevels { totalCount nodes { item { sku levels { onHand } } location { code backlog } } } }"
    api.statements.clear()
    api(asked)
    few = len(api.statements)
    for _ in range(20):
        a_level(session, an_item(session), york, 1)
    session.commit()

    api.statements.clear()
    api(asked)

    assert len(api.statements) == few == 1
