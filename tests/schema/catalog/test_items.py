"""Items: made, changed, found."""

from typing import Any

import pytest
from sqlalchemy.orm import Session

from core.flows import replenish
from core.hub import Hub
from tests.api import Api
from tests.builders import a_level, a_location, an_item

UPSERT = """
mutation ($sku: String!, $name: String, $barcode: String, $weightGrams: Int, $tags: [String!], $kind: ItemKind,
    $components: [BundleComponentInput!]) {
  itemUpsert(sku: $sku, name: $name, barcode: $barcode, weightGrams: $weightGrams, tags: $tags, kind: $kind,
      components: $components) {
    item { sku name kind barcode weightGrams tags active components { item { sku } quantity priceShare } }
    userErrors { code path } } }"""
FIND = "query ($filter: ItemFilter) { items(filter: $filter) { totalCount nodes { sku } } }"


def test_what_is_left_out_stays_and_null_clears(api: Api) -> None:
    api.done(UPSERT, sku="TEA-1", name="Green tea", barcode="50123", weightGrams=250, tags=["tea"])

    named = (
        'mutation { itemUpsert(sku: "TEA-1", barcode: null, tags: null) { item { name barcode weightGrams tags } } }'
    )
    changed = api(named)["itemUpsert"]["item"]

    assert changed == {"name": "Green tea", "barcode": None, "weightGrams": 250, "tags": []}


def test_a_bundle_shares_its_price_among_its_parts(api: Api, session: Session) -> None:
    an_item(session, "TEA-1")
    an_item(session, "CUP-1")
    session.commit()
    parts = [{"sku": "TEA-1", "quantity": 2, "priceShare": "0.6"}, {"sku": "CUP-1", "quantity": 1}]

    bundle = api.done(UPSERT, sku="SET-1", name="A set", components=parts)["item"]

    assert bundle["kind"] == "BUNDLE"
    assert bundle["components"] == [
        {"item": {"sku": "TEA-1"}, "quantity": 2, "priceShare": "0.600000"},
        {"item": {"sku": "CUP-1"}, "quantity": 1, "priceShare": "0.400000"},
    ]


@pytest.mark.parametrize(
    ("fields", "path"),
    [
        ({"components": [{"sku": "NOPE", "quantity": 1}]}, ["components", "0", "sku"]),
        ({"components": [{"sku": "TEA-1", "quantity": 0}]}, ["components", "0", "quantity"]),
        ({"components": [{"sku": "TEA-1", "quantity": 1, "priceShare": "1.5"}]}, ["components"]),
        ({"kind": "BUNDLE"}, ["components"]),
        ({"sku": " "}, ["sku"]),
        ({"weightGrams": -1}, ["weightGrams"]),
    ],
)
def test_an_item_that_makes_no_sense_is_refused(
    api: Api, session: Session, fields: dict[str, Any], path: list[str]
) -> None:
    an_item(session, "TEA-1")
    session.commit()

    assert api.refused(UPSERT, **{"sku": "SET-1", "name": "A set", **fields}) == [("INVALID", path)]


@pytest.mark.parametrize(
    ("wanted", "found"),
    [
        ({}, ["CUP-1", "OLD-1", "TEA-1"]),
        ({"query": "green"}, ["TEA-1"]),
        ({"query": "p-1"}, ["CUP-1"]),
        ({"query": "%"}, []),
        ({"sku": ["TEA-1", "NOPE"]}, ["TEA-1"]),
        ({"kind": ["SERVICE"]}, []),
        ({"tag": ["gift", "sale"]}, ["CUP-1"]),
        ({"supplier": ["nobody"]}, []),
        ({"active": False}, ["OLD-1"]),
        ({"belowReorderPoint": True}, ["TEA-1"]),
        ({"belowReorderPoint": False}, ["CUP-1", "OLD-1"]),
    ],
)
def test_each_filter_finds_its_items(
    api: Api, hub: Hub, session: Session, wanted: dict[str, Any], found: list[str]
) -> None:
    tea = an_item(session, "TEA-1", name="Green tea")
    an_item(session, "CUP-1", tags=["gift"])
    an_item(session, "OLD-1", active=False)
    a_level(session, tea, a_location(session), 3, safety=4).safety_automatic = False
    session.commit()
    replenish.advise_all(hub)

    items = api(FIND, filter=wanted)["items"]

    assert ([item["sku"] for item in items["nodes"]], items["totalCount"]) == (found, len(found))


def test_one_item_is_found_by_what_names_it(api: Api, session: Session) -> None:
    tea = an_item(session, "TEA-1", barcode="50123")
    session.commit()

    for named in (f'id: "itm_{tea.id}"', 'sku: "TEA-1"', 'barcode: "50123"'):
        assert api(f"{{ item({named}) {{ sku }} }}")["item"] == {"sku": "TEA-1"}
    assert api('{ item(sku: "NOPE") { sku } }')["item"] is None
    assert api.body("{ item { sku } }")["errors"][0]["extensions"]["code"] == "INVALID"


def test_pages_follow_one_another_both_ways(api: Api, session: Session) -> None:
    for number in range(5):
        an_item(session, f"SKU-{number}")
    session.commit()
    page = "query ($f: Int, $a: String, $l: Int, $b: String) {"
    page += " items(first: $f, after: $a, last: $l, before: $b) { nodes { sku } pageInfo { endCursor startCursor } } }"

    first = api(page, f=2)["items"]
    second = api(page, f=2, a=first["pageInfo"]["endCursor"])["items"]
    back = api(page, l=2, b=second["pageInfo"]["startCursor"])["items"]

    assert [node["sku"] for node in second["nodes"]] == ["SKU-2", "SKU-3"]
    assert back["nodes"] == first["nodes"]
