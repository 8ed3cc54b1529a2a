"""Case 7, of an own order: Amazon's preview of it is a candidate of routing, beside our own houses."""

import socket
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from core.hub import Hub
from core.jobs.run import run_jobs
from crossdock import Integration, Stage
from plugins.amazon.sandbox import Store, make_sandbox
from plugins.amazon.settings import AmazonSettings
from tests.acceptance import shipping, steps, timeline
from tests.acceptance.sound import ends_well
from tests.api import Api
from tests.plugins.stores import served

_SECRETS = ("client_secret", "refresh_token")
_AMAZON = """
mutation {
  locationUpsert(code: "amazon", name: "Amazon", kind: MARKETPLACE, integration: "amazon-uk",
                 stockAuthority: LOCATION_NET_OF_ORDERS) { userErrors { message } }
  settingsUpdate(routingStrategy: "lowest_cost") { userErrors { message } }
}
"""
_SYNC = 'mutation { integrationSync(key: "amazon-uk", job: "supplier_stock") { userErrors { message } } }'
_MUG = """
mutation ($grams: Int!) { itemUpsert(sku: "MUG", name: "Mug", weightGrams: $grams) { userErrors { message } } }
"""
_PREVIEW = """
query ($id: ID!, $strategy: String) {
  routingPreview(orderId: $id, strategy: $strategy) {
    decidedAt
    assignments { location { code } cost { amount currency } etaDays shipOn reason lines { sku quantity } }
    candidates { location { code } chosen cost { amount } etaDays rejections }
  }
}
"""
_ROUTING = """
query ($id: ID!) {
  order(id: $id) {
    routing { assignments { location { code } cost { amount } reason }
              candidates { location { code } chosen cost { amount } rejections } }
  }
}
"""


@pytest.fixture
def account(tmp_path: Path) -> Iterator[tuple[Store, AmazonSettings]]:
    """Amazon, played on loopback; and how it is reached."""
    with socket.create_server(("127.0.0.1", 0)) as place:
        url = f"http://127.0.0.1:{place.getsockname()[1]}"
        said: dict[str, Any] = {"seller_id": "A3SELLER", "marketplace_ids": ("A1F83G8C2ARO7P",), "url": url}
        settings = AmazonSettings(client_id="crossdock", **said, **dict[str, Any](dict.fromkeys(_SECRETS, "hush")))
        stage = Stage(url=url, send=lambda *_: 200, now=lambda: datetime.now(UTC))
        app = make_sandbox(Integration("amazon-uk", "amazon", settings), stage)
        with served(place, app):
            yield app.state.store, settings


@pytest.fixture
def store(account: tuple[Store, AmazonSettings]) -> Store:
    return account[0]


@pytest.fixture
def plugins_toml(account: tuple[Store, AmazonSettings], tmp_path: Path) -> str:
    secret = tmp_path / "amazon-secret"
    secret.write_text("hush")
    secrets = "\n".join(f'{name} = {{ file = "{secret}" }}' for name in _SECRETS)
    return (
        '[integrations.routing]\nplugin = "routing"\n\n[integrations.post]\nplugin = "table_rate"\n\n'
        '[integrations.amazon-uk]\nplugin = "amazon"\nseller_id = "A3SELLER"\nmarketplace_ids = ["A1F83G8C2ARO7P"]\n'
        f'client_id = "crossdock"\nmulti_channel = true\nurl = "{account[1].url}"\n{secrets}\n'
    )


@pytest.fixture
def house(api: Api, hub: Hub, store: Store) -> Store:
    """Ten mugs lie in Leeds and ten at Amazon; the lowest price decides. It is Amazon's warehouse that is given."""
    shipping.depot(api, "LEEDS")
    for payload in api(_AMAZON).values():
        assert payload["userErrors"] == []
    steps.item(api, "MUG")
    for place in ("LEEDS", "amazon"):
        steps.stock(api, "MUG", place, 10, "2.00", "GBP")
    store.warehouse.stock = {"MUG": 10}
    api.done(_SYNC)
    run_jobs(hub)
    return store


def ordered(api: Api, *, grams: int) -> str:
    """An own order of three mugs of that weight, which nothing has been done with yet; its id."""
    api.done(_MUG, grams=grams)
    line = {"sku": "MUG", "quantity": 3, "unitPrice": "10.00"}
    made = steps.order(api, currency="GBP", lines=[line], shippingAddress=shipping.ADDRESS)
    found: str = made["id"]
    return found


def candidates(decision: dict[str, Any]) -> dict[str, tuple[bool, str | None, list[str]]]:
    """(chosen, cost, why not) by location."""
    return {
        each["location"]["code"]: (each["chosen"], each["cost"] and each["cost"]["amount"], each["rejections"])
        for each in decision["candidates"]
    }


def test_amazon_ships_an_own_order_where_its_preview_is_the_best_offer(api: Api, hub: Hub, house: Store) -> None:
    began = datetime.now(UTC)
    order_id = ordered(api, grams=800)  # by post from Leeds 6.39, by Amazon 2.10 and 1.20 for each
    seen = api(_PREVIEW, id=order_id, strategy="lowest_cost")["routingPreview"]
    assert house.warehouse.orders == {}  # looking has no effect
    assert timeline.shown(api, order_id)["fulfillmentOrders"] == []

    run_jobs(hub)

    decision = api(_ROUTING, id=order_id)["order"]["routing"]
    for made in (seen, decision):
        (given,) = made["assignments"]
        assert (given["location"]["code"], given["cost"]["amount"]) == ("amazon", "5.70")
        assert "It offers Standard for 5.70 GBP, leaving on " in given["reason"]
        assert "It offers Priority for 12.80 GBP, " in given["reason"]
        chosen, cost, why = candidates(made)["LEEDS"]
        assert (chosen, cost, len(why)) == (False, "6.39", 1)
        assert "shipping costs 5.70 GBP" in why[0]
    (given,) = seen["assignments"]
    tomorrow = {(today + timedelta(days=1)).isoformat() for today in (began, datetime.now(UTC))}
    assert any(day.startswith(given["shipOn"]) for day in tomorrow)
    assert float(given["etaDays"]) == 4
    (taken,) = house.warehouse.orders.values()
    assert [each["quantity"] for each in taken["fulfillmentOrderItems"]] == [3]
    assert [name for name, _ in house.asked].count("getFulfillmentPreview") == 1  # for the preview and the decision
    ends_well(api, hub)


def test_its_preview_loses_beside_the_others_and_says_why(api: Api, hub: Hub, house: Store) -> None:
    order_id = ordered(api, grams=400)  # by post from Leeds 3.39

    run_jobs(hub)

    decision = api(_ROUTING, id=order_id)["order"]["routing"]
    chosen, cost, why = candidates(decision)["amazon"]
    assert [each["location"]["code"] for each in decision["assignments"]] == ["LEEDS"]
    assert (chosen, cost) == (False, "5.70")
    assert why[0].startswith("LEEDS is preferred: ")
    assert why[1].startswith("It offers Standard for 5.70 GBP, ")
    assert house.warehouse.orders == {}
    ends_well(api, hub)


def test_what_amazon_cannot_ship_is_known_before_it_is_asked_to(api: Api, hub: Hub, house: Store) -> None:
    house.warehouse.stock["MUG"] = 2  # one has just gone, and nobody told us
    house.warehouse.undeliverable = {"Standard"}
    far = api(_PREVIEW, id=ordered(api, grams=800))["routingPreview"]
    house.warehouse.undeliverable = set()
    order_id = ordered(api, grams=800)

    run_jobs(hub)

    assert candidates(far)["amazon"][2][0] == "It cannot ship this at Standard: DeliverySLAUnavailable"
    decision = api(_ROUTING, id=order_id)["order"]["routing"]
    assert [each["location"]["code"] for each in decision["assignments"]] == ["LEEDS"]
    assert "It would ship 2 of 3 MUG: InventoryUnavailable" in candidates(decision)["amazon"][2]
    ends_well(api, hub)


def test_an_amazon_that_does_not_answer_holds_nothing_up(api: Api, hub: Hub, house: Store) -> None:
    house.faults["getFulfillmentPreview"] = ["503"]
    order_id = ordered(api, grams=800)

    run_jobs(hub)

    decision = api(_ROUTING, id=order_id)["order"]["routing"]
    chosen, cost, why = candidates(decision)["amazon"]
    assert [each["location"]["code"] for each in decision["assignments"]] == ["LEEDS"]
    assert (chosen, cost) == (False, None)
    assert why[-1] == "It gave no quote: Amazon failed with 503 at getFulfillmentPreview."
    ends_well(api, hub)
