"""A hub that sells at a played Shopify store: what happens there happens here, and the other way round."""

import json
import socket
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session
from starlette.applications import Starlette
from starlette.testclient import TestClient

from core.config import Config
from core.flows import cancel, refund, ship
from core.flows.publish_stock import stock_changed
from core.flows.refund.plan import Wanted
from core.hub import Hub
from core.orders.models import OrderLine, Payment
from core.orders.states import CancelReason, OrderStatus
from core.returns.models import Refund
from core.settlements.models import Settlement, SettlementLine, SettlementLineState
from core.shipments.models import Shipment
from crossdock import SecretStr, Stage
from plugins.shopify.sandbox.app import app_of
from plugins.shopify.sandbox.records import gid
from plugins.shopify.sandbox.store import Bought, Store
from plugins.shopify.settings import ShopifySettings
from schema.web import routes
from tests.builders import a_level, a_location, an_item
from tests.plugins.journeys import Journeys, Remote
from tests.plugins.people import sent_by_the_shop
from tests.plugins.shopify.conftest import SETTINGS
from tests.plugins.shopify.test_acts import split
from tests.plugins.stores import HTML, Between, Desk, Post, hub_with, served

KEY = "main-store"


class ShopifyStore(Remote):
    key = KEY
    spoils_alone = frozenset({"html", "truncated", "schema", "currency", "negative"})  # orders are read one by one

    def __init__(self, live: Store, between: Between) -> None:
        self.live, self.between = live, between

    def sell(self) -> str:
        return str(self.live.place_order(Bought(sku="TEA", quantity=self.units))["id"])

    def parcels(self, order: str) -> list[tuple[str | None, int]]:
        return [
            (each["trackingInfo"][0]["number"], sum(line["quantity"] for line in each["fulfillmentLineItems"]))
            for each in self.live.orders[order]["fulfillments"]
        ]

    def shown(self, *told: str) -> list[str]:
        return [told[-1]]

    def send(self, order: str, number: str) -> None:
        sent_by_the_shop(self.live, order, self.units, number)

    def cancel(self, order: str) -> None:
        self.live.cancel_order(self.live.orders[order])

    def is_cancelled(self, order: str) -> bool:
        return self.live.orders[order]["cancelledAt"] is not None

    def held_minor(self, order: str) -> int:
        return int(self.live.paid(self.live.orders[order]) * 100)

    def ask_return(self, order: str) -> str:
        return str(self.live.request_return(self.live.orders[order], "TEA")["id"])

    def is_approved(self, name: str) -> bool:
        return bool(self.live.returns[name]["status"] == "OPEN")

    def lose(self, order: str) -> Callable[[], None]:
        lost = self.live.orders.pop(order)
        # Returns are found through orders, and this one still is in the list of them.
        self.live.orders[gid("Order", 1)] = lost

        def find() -> None:
            del self.live.orders[gid("Order", 1)]
            self.live.orders[order] = lost

        return find

    def spoil(self, how: str) -> None:
        def change(answer: bytes) -> bytes:
            if how == "html":
                return HTML
            if how == "truncated":
                return answer[:-20]
            said: Any = json.loads(answer)
            line = said["data"]["order"]["lineItems"]["nodes"][0]
            if how == "schema":
                said["data"]["order"]["lineItems"] = ["TEA"]
            elif how == "currency":
                line["originalTotalSet"]["presentmentMoney"]["currencyCode"] = "EUR"
            else:
                line["quantity"] = -1
            return json.dumps(said).encode()

        def again(answer: bytes) -> bytes:
            said: Any = json.loads(answer)
            said["data"]["orders"]["pageInfo"] = {"hasNextPage": True, "endCursor": "0"}
            return json.dumps(said).encode()

        latest = list(self.live.orders)[-1]
        if how == "endless":
            self.between.spoil("query Orders(", again)
        else:  # the order itself is asked for before anything about it
            self.between.spoil(f'{latest}"', change)

    def refuse_tokens(self) -> None:
        self.live.settings = self.live.settings.model_copy(update={"access_token": SecretStr("another")})


@pytest.fixture
def post() -> Post:
    return Post()


@pytest.fixture
def remote(post: Post) -> Iterator[ShopifyStore]:
    """A store that answers on a port of loopback until the test is over."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        url = f"http://127.0.0.1:{listener.getsockname()[1]}"
        live = Store(
            ShopifySettings.model_validate({**SETTINGS, "url": url}),
            Stage(url="", send=post, now=lambda: datetime.now(UTC)),
        )
        live.add_product("TEA", "10.00")
        between = Between(app_of(live))
        with served(listener, between):
            yield ShopifyStore(live, between)


@pytest.fixture
def live(remote: ShopifyStore) -> Store:
    return remote.live


@pytest.fixture
def hub(config: Config, database_url: str, live: Store, monkeypatch: pytest.MonkeyPatch) -> Iterator[Hub]:
    monkeypatch.setenv("SHOPIFY_TOKEN", "shpat_right")
    monkeypatch.setenv("SHOPIFY_SECRET", "hush")
    integration = (
        f'[integrations.{KEY}]\nplugin = "shopify"\nshop = "acme.myshopify.com"\nplan = "enterprise"\n'
        f'url = "{live.settings.url}"\n'
        'access_token = { env = "SHOPIFY_TOKEN" }\nwebhook_secret = { env = "SHOPIFY_SECRET" }\n'
    )
    with hub_with(config, database_url, integration) as hub:
        yield hub


@pytest.fixture
def desk(hub: Hub, session: Session) -> Desk:
    return Desk(hub, session, KEY)


@pytest.fixture
def web(hub: Hub, post: Post) -> Iterator[TestClient]:
    app = Starlette(routes=routes(hub))
    app.state.hub = hub
    with TestClient(app) as client:
        post.web = client
        yield client
        post.web = None


class TestJourneys(Journeys):
    """All of them."""


def test_an_order_comes_by_webhook_and_a_cancellation_follows(desk: Desk, live: Store, web: TestClient) -> None:
    desk.sync("subscribe")
    order = live.place_order(Bought(sku="TEA", quantity=2))
    desk.run()

    arrived = desk.order(order["id"])
    assert (arrived.external_number, arrived.total_minor, arrived.currency) == (order["name"], 2500, "GBP")
    assert desk.session.scalars(select(Payment.captured_minor)).all() == [2500]

    live.cancel_order(order)
    desk.run()

    assert desk.order(order["id"]).status is OrderStatus.CANCELLED
    assert desk.session.scalars(select(Refund.amount_minor)).all() == [2500]
    assert "Cancel" not in live.asked
    assert "MakeRefund" not in live.asked


def test_a_parcel_over_two_of_shopify_s_locations_is_one_shipment_and_is_corrected_in_both(
    desk: Desk, remote: ShopifyStore
) -> None:
    sold = remote.sell()
    split(remote.live, remote.live.orders[sold])
    order = desk.heard(sold)

    shipment = desk.ship(order, "BOTH", 2)
    desk.heard(sold)
    assert remote.parcels(sold) == [("BOTH", 1), ("BOTH", 1)]

    ship.correct(desk.session, shipment, ship.Correction(tracking_number="RIGHT"))
    desk.session.commit()
    desk.run()
    desk.heard(sold)

    assert remote.parcels(sold) == [("RIGHT", 1), ("RIGHT", 1)]
    assert desk.session.scalars(select(Shipment.tracking_number)).all() == ["RIGHT"]
    assert desk.cases() == []


def test_units_that_are_cancelled_here_are_taken_off_there_and_then_the_rest(desk: Desk, remote: ShopifyStore) -> None:
    sold = remote.sell()
    there, order = remote.live.orders[sold], desk.heard(sold)
    line = desk.session.scalars(select(OrderLine.id)).one()

    cancel.cancel(desk.session, order.id, lines={line: 1}, reason=CancelReason.OUT_OF_STOCK)
    desk.session.commit()
    desk.run()
    assert (there["lineItems"][0]["currentQuantity"], remote.held_minor(sold)) == (1, 1500)

    cancel.cancel(desk.session, order.id, reason=CancelReason.CUSTOMER)
    desk.session.commit()
    desk.run()
    money = sum(desk.session.scalars(select(Refund.amount_minor)))
    assert (remote.is_cancelled(sold), remote.held_minor(sold)) == (True, 2500 - money)

    assert desk.heard(sold).status is OrderStatus.CANCELLED
    assert sum(desk.session.scalars(select(Refund.amount_minor))) == money


def test_a_refund_here_is_paid_there_even_if_the_answer_is_lost(desk: Desk, remote: ShopifyStore) -> None:
    sold = remote.sell()
    order = desk.heard(sold)
    remote.live.faults = {"MakeRefund": ["500 after"]}

    refund.create(desk.session, order.id, Wanted(goodwill_minor=500, reason="Late"))
    desk.session.commit()
    desk.run()

    assert remote.held_minor(sold) == 2000
    (made,) = remote.live.orders[sold]["refunds"]
    assert desk.session.scalars(select(Refund.external_id)).all() == [made["id"]]


def test_stock_is_published_where_listings_are_mapped(desk: Desk, live: Store) -> None:
    item = an_item(desk.session, "TEA")
    a_level(desk.session, item, a_location(desk.session), on_hand=9)
    desk.session.commit()

    desk.sync("listings")
    desk.run()
    stock_changed(desk.hub, [{"item_ids": [item.id]}])
    desk.run()

    assert live.variant("TEA")["inventoryItem"]["available"][live.location] == 9


def test_a_payout_is_matched_to_its_orders(desk: Desk, remote: ShopifyStore) -> None:
    desk.heard(remote.sell())
    remote.live.pay_out()

    found = desk.sync("settlements")
    desk.run()

    assert found.state == "SUCCEEDED"
    assert desk.session.scalars(select(Settlement.payout_minor)).all() == [2500 - 103]
    states = select(SettlementLine.state).where(SettlementLine.raw_kind == "CHARGE")
    assert desk.session.scalars(states).all() == [SettlementLineState.MATCHED]
