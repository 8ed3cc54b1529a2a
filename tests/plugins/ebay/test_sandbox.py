"""The sandbox by itself: what people see of it, and what it refuses as eBay would."""

from collections.abc import Iterator
from typing import Any

import pytest
from starlette.testclient import TestClient

from crossdock.testing.world import World
from plugins.ebay.sandbox.store import Store

_SALE = "/sell/fulfillment/v1/order"


@pytest.fixture
def web(world: World) -> Iterator[TestClient]:
    with TestClient(world.remote, base_url="http://127.0.0.1:9", follow_redirects=False) as client:
        yield client


@pytest.fixture
def store(world: World) -> Store:
    store: Store = world.remote.store
    return store


def token(world: World) -> dict[str, str]:
    world.ask("fetch_listings")
    return {"authorization": f"Bearer {world.tokens.held['access'].access}"}


def test_its_page_shows_orders_and_its_buttons_do_what_they_say(web: TestClient, store: Store) -> None:
    for _ in range(2):
        web.post("/do/place", data={"sku": "EB-001", "units": "2"})
    cancelled, sent = store.orders
    store.orders[sent]["orderFulfillmentStatus"] = "FULFILLED"
    for order_id in (cancelled, sent):
        for what in ("return", "cancel", "refund", "surely-unknown"):
            answer = web.post(f"/do/{what}", data={"order": order_id})
            assert (answer.status_code, answer.headers["location"]) == (303, "../")
    web.post("/do/pay_out")

    page = web.get("/").text
    assert cancelled in page
    assert "CANCELED" in page
    assert store.left(cancelled).minor == store.left(sent).minor == 0
    assert store.orders[sent]["cancelStatus"]["cancelState"] == "NONE_REQUESTED"
    assert [each["orderId"] for each in store.returns.values()] == [sent]
    assert len(store.books.payouts) == 1


def test_consent_goes_back_with_a_code(web: TestClient) -> None:
    answer = web.get("/oauth2/authorize", params={"redirect_uri": "https://hub.example/back?x=1", "state": "s"})

    assert answer.headers["location"].startswith("https://hub.example/back?x=1&code=v%5E1.1%23")
    assert web.get("/oauth2/authorize", params={"redirect_uri": "A-RuName"}).status_code == 400


def test_the_same_seed_is_the_same_world(store: Store, world: World) -> None:
    again = Store(world.integration.settings, store.stage)  # type: ignore[arg-type]

    assert (again.items, again.offers) == (store.items, store.offers)


@pytest.mark.parametrize(
    ("method", "path", "body", "error"),
    [
        ("GET", f"{_SALE}?limit=201", None, 30810),
        ("GET", f"{_SALE}?offset=x", None, 30810),
        ("GET", f"{_SALE}?filter=lastmodifieddate:yesterday", None, 30700),
        ("GET", f"{_SALE}?orderIds={','.join(['1'] * 51)}", None, 30800),
        ("GET", "/sell/inventory/v1/offer", None, 25709),
        ("GET", "/sell/surely/unknown", None, 2002),
        ("POST", "/sell/inventory/v1/bulk_update_price_quantity", {"requests": [{"sku": "x"}] * 26}, 25761),
        ("POST", "/sell/inventory/v1/bulk_update_price_quantity", [], 2004),
    ],
)
def test_what_the_description_does_not_allow_is_refused(
    web: TestClient, world: World, method: str, path: str, body: Any, error: int
) -> None:
    answer = web.request(method, path, json=body, headers=token(world))

    assert answer.status_code in {400, 404}
    assert answer.json()["errors"][0]["errorId"] == error


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"lineItems": [{"lineItemId": "1", "quantity": 1}]}, 32200),
        ({"quantity": 9}, 32600),
        ({"trackingNumber": "1Z"}, 32300),
        ({"trackingNumber": "1Z 2", "shippingCarrierCode": "UPS"}, 32300),
    ],
)
def test_a_package_that_does_not_fit_the_order_is_refused(
    web: TestClient, world: World, store: Store, changes: dict[str, Any], error: int
) -> None:
    order_id = store.place_order()
    line = {"lineItemId": store.orders[order_id]["lineItems"][0]["lineItemId"], "quantity": changes.pop("quantity", 1)}

    answer = web.post(
        f"{_SALE}/{order_id}/shipping_fulfillment", json={"lineItems": [line]} | changes, headers=token(world)
    )

    assert answer.json()["errors"][0]["errorId"] == error


def test_requests_about_money_have_to_be_signed(web: TestClient, world: World) -> None:
    headers = token(world)

    assert web.get("/sell/finances/v1/payout", headers=headers).json()["errors"][0]["errorId"] == 215_001
    signed = {
        "x-ebay-signature-key": "jwe",
        "signature-input": 'sig1=("x-ebay-signature-key" "@method" "@path" "@authority");created=1',
        "signature": "sig1=:AAAA:",
    }
    assert web.get("/sell/finances/v1/payout", headers=headers | signed).json()["errors"][0]["errorId"] == 215_002


def test_a_seller_s_topic_is_not_the_application_s(web: TestClient, world: World, store: Store) -> None:
    world.ask("subscribe")
    (ours,) = [each for each in store.subscriptions.values() if each["topicId"] == "AUTHORIZATION_REVOCATION"]

    seen = web.get("/commerce/notification/v1/subscription", headers=token(world)).json()["subscriptions"]

    assert ours["subscriptionId"] not in {each["subscriptionId"] for each in seen}
    assert len(seen) == 2
