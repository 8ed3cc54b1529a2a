"""The played store refuses what Shopify would refuse, and people can work it by hand."""

import json
from typing import Any

import pytest

from crossdock import Integration, Stage
from plugins.shopify.sandbox.app import sandbox
from plugins.shopify.sandbox.store import Bought, Store
from plugins.shopify.settings import ShopifySettings
from tests.plugins.shopify.conftest import Clock, Wire

GRAPHQL = "/admin/api/2026-07/graphql.json"
TOKEN = {"x-shopify-access-token": "shpat_right"}


def ask(wire: Wire, query: str, **variables: Any) -> Any:
    said = {"query": query, "variables": variables}
    return wire.client.post(GRAPHQL, json=said, headers=TOKEN).json()


def code(answer: Any) -> str | None:
    found: str | None = answer["errors"][0].get("extensions", {}).get("code")
    return found


def test_a_wrong_token_version_or_body_is_refused(wire: Wire) -> None:
    said = {"query": "{ shop { name } }"}

    assert wire.client.post(GRAPHQL, json=said, headers={"x-shopify-access-token": "no"}).status_code == 401
    assert wire.client.post(GRAPHQL.replace("2026-07", "2020-01"), json=said, headers=TOKEN).status_code == 404
    assert wire.client.post(GRAPHQL, content=b"{", headers=TOKEN).status_code == 400
    assert wire.client.post(GRAPHQL, json=said, headers=TOKEN).json()["data"] == {"shop": {"name": "Played shop"}}


@pytest.mark.parametrize(
    "query",
    [
        "{ shop { surelyUnknown } }",
        "{ orders(first: 1) ",
        "{ orders(first: 251) { nodes { id } } }",
        "{ orders { nodes { id } } }",
        '{ orders(first: 1, query: "surely_unknown:1") { nodes { id } } }',
        '{ orders(first: 1, query: "???") { nodes { id } } }',
        '{ orders(first: 1, after: "x") { nodes { id } } }',
        'mutation { refundCreate(input: {orderId: "1"}) { userErrors { message } } }',
        'mutation { refundCreate(input: {orderId: "1"}) @idempotent(key: " ") { userErrors { message } } }',
    ],
)
def test_what_the_api_would_not_take_is_an_error(wire: Wire, query: str) -> None:
    assert ask(wire, query)["errors"]


def test_a_query_that_costs_too_much_is_refused_before_it_runs(wire: Wire) -> None:
    query = "{ orders(first: 250) { nodes { id lineItems(first: 250) { nodes { id } } } } }"

    assert code(ask(wire, query)) == "MAX_COST_EXCEEDED"


def test_points_run_out_and_come_back_with_time(wire: Wire, store: Store, now: Clock) -> None:
    query = "{ orders(first: 100) { nodes { id } } }"
    assert "data" in ask(wire, query)
    store.bucket.left = 10

    answers = [ask(wire, query)]
    now.forward(1)
    answers.append(ask(wire, query))

    assert [("errors" in each) for each in answers] == [True, False]
    assert code(answers[0]) == "THROTTLED"


def test_a_key_is_for_one_act_only(wire: Wire, store: Store) -> None:
    order = store.place_order(Bought(sku="TEA"))
    query = (
        'mutation($input: RefundInput!) { refundCreate(input: $input) @idempotent(key: "k")'
        " { refund { id } userErrors { message } } }"
    )

    first, again, other = (
        ask(wire, query, input={"orderId": order["id"], "note": note})["data"]["refundCreate"]
        for note in ("a", "a", "b")
    )

    assert first["refund"] == again["refund"] is not None
    assert (other["refund"], len(order["refunds"])) == (None, 1)
    assert "idempotency key" in other["userErrors"][0]["message"]


def test_parcels_of_two_locations_are_not_one_fulfillment(wire: Wire, store: Store) -> None:
    order = store.place_order(Bought(sku="TEA"))
    other = json.loads(json.dumps(order["fulfillmentOrders"][0]))
    other |= {"id": store.new("FulfillmentOrder"), "assignedLocation": {"location": {"id": "elsewhere"}}}
    order["fulfillmentOrders"].append(other)
    wishes = [{"fulfillmentOrderId": each["id"]} for each in order["fulfillmentOrders"]]

    said = ask(
        wire,
        "mutation($f: FulfillmentInput!) { fulfillmentCreate(fulfillment: $f) { userErrors { message } } }",
        f={"lineItemsByFulfillmentOrder": wishes},
    )

    assert "same location" in said["data"]["fulfillmentCreate"]["userErrors"][0]["message"]


def test_the_page_places_and_cancels_orders(wire: Wire, store: Store) -> None:
    wire.client.post("/do/place", data={"sku": "TEA", "units": "3"})
    (order,) = store.orders.values()
    assert "3 x TEA" in wire.client.get("/").text

    for what in ("return", "surely-unknown", "cancel"):  # nothing has left that could come back
        wire.client.post(f"/do/{what}", data={"order": order["id"]})
    assert "cancelled" in wire.client.get("/").text
    assert store.returns == {}

    for nonsense in ({"sku": "<b>"}, {"sku": "TEA", "units": "-1"}, {"units": "x"}):
        wire.client.post("/do/place", data=nonsense)
    assert len(store.orders) == 1


def test_the_same_seed_is_the_same_store(settings: ShopifySettings, now: Clock) -> None:
    told: list[str] = []

    def send(_method: str, url: str, _headers: object, _body: bytes) -> int:
        told.append(url)
        return 200

    stores = []
    for seed in (1, 1, 2):
        stage = Stage(url="http://127.0.0.1:9", send=send, now=now, webhooks="http://hub/hook", seed=seed)
        app = sandbox(Integration("main-store", "shopify", settings), stage)
        stores.append(app.state.store.place_order(Bought(sku="SPOON")))

    assert stores[0] == stores[1] != stores[2]
    assert set(told) == {"http://hub/hook"}
