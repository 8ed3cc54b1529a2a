"""Channels and what their listings mean."""

import pytest
from sqlalchemy.orm import Session

from core.config import Config
from tests.api import Api
from tests.builders import a_channel, a_listing, a_location, an_item
from tests.core.flows.fulfilling import configured

UPDATE = """
mutation ($key: String!, $priority: Int, $strategy: String, $locations: [String!], $buffer: Int) {
  channelUpdate(key: $key, priority: $priority, routingStrategy: $strategy, locations: $locations, buffer: $buffer) {
    channel { key priority selling buffer routingStrategy locations { code } } userErrors { code path } } }"""
MAP = """
mutation ($channel: String!, $id: String!, $sku: String, $buffer: Int, $cap: Int) {
  listingMap(channel: $channel, externalId: $id, sku: $sku, buffer: $buffer, cap: $cap) {
    listing { externalId item { sku } buffer cap waitingOrders channel { key } }
    releasedOrders { number } userErrors { code path } } }"""
FIND = "query ($filter: ListingFilter) { listings(filter: $filter) { nodes { externalId } } }"


@pytest.fixture
def config(config: Config) -> Config:
    return configured(config, "")


def test_only_what_is_given_changes(api: Api, session: Session) -> None:
    a_channel(session, "shop", (a_location(session, "YORK"),))
    a_location(session, "LEEDS")
    session.commit()
    changed = api.done(UPDATE, key="shop", priority=3, locations=["LEEDS"])["channel"]

    assert changed == {
        "key": "shop",
        "priority": 3,
        "selling": True,
        "buffer": 0,
        "routingStrategy": None,
        "locations": [{"code": "LEEDS"}],
    }
    cleared = 'mutation { channelUpdate(key: "shop", locations: null) { channel { priority locations { code } } } }'
    assert api(cleared)["channelUpdate"]["channel"] == {"priority": 3, "locations": []}


def test_a_channel_that_cannot_be_so_is_refused(api: Api, session: Session) -> None:
    a_channel(session, "shop")
    session.commit()

    assert api.refused(UPDATE, key="nowhere") == [("NOT_FOUND", ["key"])]
    assert api.refused(UPDATE, key="shop", locations=["NOWHERE"]) == [("NOT_FOUND", ["locations", "0"])]
    assert api.refused(UPDATE, key="shop", strategy="psychic") == [("INVALID", ["routingStrategy"])]
    assert api.refused(UPDATE, key="shop", buffer=-1) == [("INVALID", ["buffer"])]


def test_a_listing_is_mapped_and_unmapped(api: Api, session: Session) -> None:
    a_channel(session, "shop")
    an_item(session, "TEA-1")
    session.commit()

    listing = api.done(MAP, channel="shop", id="B00-1", sku="TEA-1", buffer=2, cap=9)["listing"]

    assert listing == {
        "externalId": "B00-1",
        "item": {"sku": "TEA-1"},
        "buffer": 2,
        "cap": 9,
        "waitingOrders": 0,
        "channel": {"key": "shop"},
    }
    cleared = (
        'mutation { listingMap(channel: "shop", externalId: "B00-1", sku: null) { listing { item { sku } cap } } }'
    )
    assert api(cleared)["listingMap"]["listing"] == {"item": None, "cap": 9}
    assert api.refused(MAP, channel="nowhere", id="B00-1", sku="TEA-1") == [("NOT_FOUND", ["channel"])]
    assert api.refused(MAP, channel="shop", id="B00-1", sku="NOPE") == [("NOT_FOUND", ["sku"])]
    assert api.refused(MAP, channel="shop", id="B00-1", cap=-1) == [("INVALID", ["cap"])]


def test_each_filter_finds_its_listings(api: Api, session: Session) -> None:
    shop, market, tea = a_channel(session, "shop"), a_channel(session, "market"), an_item(session, "TEA-1")
    a_listing(session, shop, tea, external_id="A")
    a_listing(session, market, None, external_id="B")
    session.commit()

    for wanted, found in (
        ({}, ["A", "B"]),
        ({"channel": ["market"]}, ["B"]),
        ({"sku": ["TEA-1"]}, ["A"]),
        ({"mapped": True}, ["A"]),
        ({"mapped": False}, ["B"]),
        ({"publishState": ["CONFIRMED"]}, []),
        ({"externalId": "B"}, ["B"]),
    ):
        assert [node["externalId"] for node in api(FIND, filter=wanted)["listings"]["nodes"]] == found
