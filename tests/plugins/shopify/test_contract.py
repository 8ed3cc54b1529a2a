"""What every channel promises, proven for Shopify against its sandbox."""

from collections.abc import Sequence
from dataclasses import replace
from typing import ClassVar

from starlette.applications import Starlette

from crossdock import WebhookRequest
from crossdock.testing import ChannelContract
from crossdock.testing.world import World
from plugins.shopify.sandbox import hooks
from plugins.shopify.sandbox.store import Bought, Store
from tests.plugins.shopify.conftest import SETTINGS


class TestShopify(ChannelContract):
    provider = "shopify"
    settings = SETTINGS
    earlier_settings: ClassVar[Sequence[dict[str, object]]] = (
        {"shop": "acme.myshopify.com", "access_token": "shpat_right"},  # 0.1, the least
        {
            "shop": "acme.myshopify.com",
            "client_id": "app-1",
            "client_secret": "hush",
            "webhook_secret": "hush",
            "former_webhook_secret": "before",
            "location": "gid://shopify/Location/1",
            "plan": "plus",
            "notify_customer": False,
            "backfill_days": 60,
            "url": "http://127.0.0.1:9",
        },  # 0.1, all of them
    )
    signature_header = "x-shopify-hmac-sha256"
    many = 110

    def place(self, remote: Starlette, count: int) -> Sequence[str]:
        return [_store(remote).place_order(Bought(sku="SPOON", quantity=2))["id"] for _ in range(count)]

    def signed(self, world: World, like: WebhookRequest, body: bytes) -> WebhookRequest:
        store = _store(world.remote)
        return replace(like, body=body, headers=hooks.signed(store, "orders/create", body, store.new("Webhook")))

    def done(self, remote: Starlette, verb: str, order_id: str) -> int:
        order = _store(remote).orders[order_id]
        if verb == "decide_return":
            return sum(each["status"] == "OPEN" for each in order["returns"])
        if verb == "cancel":
            return int(order["cancelledAt"] is not None and len(order["refunds"]) == 1)
        if verb == "accept_cancel":
            return sum(each["requestStatus"] == "CANCELLATION_ACCEPTED" for each in order["fulfillmentOrders"])
        return len(order["fulfillments" if verb == "confirm_shipment" else "refunds"])

    def numbers(self, remote: Starlette, order_id: str) -> Sequence[str]:
        sent = _store(remote).orders[order_id]["fulfillments"]
        return [each["number"] for fulfillment in sent for each in fulfillment["trackingInfo"]]

    def ask_cancel(self, remote: Starlette, order_id: str) -> str:
        order = _store(remote).orders[order_id]
        _store(remote).ask_to_stop(order)
        name: str = order["fulfillmentOrders"][0]["id"]
        return name

    def ask_return(self, remote: Starlette, order_id: str) -> str:
        store = _store(remote)
        name: str = store.request_return(store.orders[order_id], "SPOON")["id"]
        return name


def _store(remote: Starlette) -> Store:
    store: Store = remote.state.store
    return store
