"""Keys of some channels or locations: what they may not see, they may not change either."""

import pytest
from sqlalchemy.orm import Session

from tests.api import Api
from tests.builders import a_channel, a_level, a_listing, a_location, an_item, an_order, work_for
from tests.schema.access.holders import holder

HOLD = 'mutation ($id: ID!) { orderHold(id: $id, message: "Wait") { order { number } userErrors { code path } } }'
ADJUST = """mutation ($location: String!, $key: String!) {
  stockAdjust(adjustments: [{sku: "TEA-1", location: $location, delta: 1, reason: ADJUST}], idempotencyKey: $key) {
    levels { onHand } userErrors { code path } } }"""
ACCEPT = "mutation ($id: ID!) { fulfillmentAccept(id: $id) { fulfillmentOrder { id } userErrors { code path } } }"


@pytest.fixture(autouse=True)
def two(session: Session) -> dict[str, int]:
    """Order 1 of `shop`, worked on in LEEDS, and order 2 of `market`, worked on in YORK."""
    leeds, york, tea = a_location(session, "LEEDS"), a_location(session, "YORK"), an_item(session, "TEA-1")
    ids = {}
    for name, place in (("shop", leeds), ("market", york)):
        channel = a_channel(session, name)
        a_listing(session, channel, tea)
        a_level(session, tea, place, 5)
        order = an_order(session, channel, {tea: 1})
        order.number = f"ORDER-{name}"
        ids[name] = order.id
        ids[place.code] = work_for(session, order, place)[0].fulfillment_line_id
    session.commit()
    return ids


def test_a_channels_key_sees_its_orders_only(api: Api, two: dict[str, int]) -> None:
    shop = holder(api, "orders:read", "catalog:read", "integrations:read", channels=("shop",))

    assert shop("{ orders { totalCount nodes { number } } }")["orders"] == {
        "totalCount": 1,
        "nodes": [{"number": "ORDER-shop"}],
    }
    assert shop("{ channels { key } }")["channels"] == [{"key": "shop"}]
    assert shop("{ listings { nodes { channel { key } } } }")["listings"]["nodes"] == [{"channel": {"key": "shop"}}]
    assert shop("query ($id: ID!) { node(id: $id) { id } }", id=f"ord_{two['market']}")["node"] is None
    assert shop("{ fulfillmentOrders { nodes { order { number } } } }")["fulfillmentOrders"]["nodes"] == [
        {"order": {"number": "ORDER-shop"}}
    ]


def test_a_locations_key_sees_its_work_only(api: Api) -> None:
    leeds = holder(api, "orders:read", "stock:read", locations=("LEEDS",))

    assert leeds("{ orders { nodes { number } } }")["orders"]["nodes"] == [{"number": "ORDER-shop"}]
    assert leeds("{ locations { nodes { code } } }")["locations"]["nodes"] == [{"code": "LEEDS"}]
    assert leeds("{ stockLevels { nodes { location { code } } } }")["stockLevels"]["nodes"] == [
        {"location": {"code": "LEEDS"}}
    ]
    assert leeds("{ stockMovements { totalCount } }")["stockMovements"]["totalCount"] == 1
    assert leeds('{ pickList(location: "LEEDS") { quantity } }')["pickList"] == []
    assert leeds.body('{ pickList(location: "YORK") { quantity } }')["errors"][0]["extensions"]["code"] == "NOT_FOUND"


def test_nobody_changes_what_they_may_not_see(api: Api, two: dict[str, int]) -> None:
    shop = holder(api, "orders:read", "orders:write", "catalog:write", "catalog:read", channels=("shop",))
    leeds = holder(api, "orders:read", "stock:read", "stock:write", "fulfillment:write", locations=("LEEDS",))

    assert shop.refused(HOLD, id=f"ord_{two['market']}") == [("NOT_FOUND", ["id"])]
    assert shop.done(HOLD, id=f"ord_{two['shop']}")["order"] == {"number": "ORDER-shop"}
    closed = "mutation ($k: String!) { channelUpdate(key: $k, selling: false) { userErrors { code path } } }"
    assert shop.refused(closed, k="market") == [("NOT_FOUND", ["key"])]
    assert shop.done(closed, k="shop") == {"userErrors": []}
    assert leeds.refused(ADJUST, location="YORK", key="k1") == [("NOT_FOUND", ["adjustments", "0", "location"])]
    assert leeds.done(ADJUST, location="LEEDS", key="k1")["levels"] == [{"onHand": 6}]
    assert leeds.refused(ACCEPT, id="ful_2") == [("NOT_FOUND", ["id"])]
    assert leeds.done(ACCEPT, id="ful_1")["fulfillmentOrder"] == {"id": "ful_1"}


def test_the_audit_trail_and_the_books_of_all_are_not_for_a_limited_key(api: Api) -> None:
    shop = holder(api, "orders:read", "ledger:read", channels=("shop",))

    assert shop("{ events(last: 50) { nodes { name } } }")["events"]["nodes"] == []
    assert api("{ events(last: 1) { nodes { name } } }")["events"]["nodes"] == [{"name": "key.created"}]
    assert shop.body("{ trialBalance { debit { amount } } }")["errors"][0]["extensions"]["code"] == "FORBIDDEN"
    hidden = shop.body('{ profitReport(groupBy: CHANNEL, channel: ["market"]) { nodes { key } } }')
    assert hidden["errors"][0]["extensions"]["code"] == "NOT_FOUND"
    assert shop("{ profitReport(groupBy: CHANNEL) { nodes { key } } }") == {"profitReport": {"nodes": []}}
    assert shop("{ worklist { unmappedListings openCases failedJobs quarantined } }")["worklist"] == {
        "unmappedListings": 0,
        "openCases": 0,
        "failedJobs": 0,
        "quarantined": 0,
    }
