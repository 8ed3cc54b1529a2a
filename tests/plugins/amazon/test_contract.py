"""Amazon keeps what every channel promises, whatever the network does."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any, ClassVar

import httpx2

from crossdock import Address, OrderData, Provider, SupplierOrder
from crossdock.testing import AddressGuardContract, ChannelContract, RemoteSupplierContract, SupplierContract
from crossdock.testing.world import World
from tests.plugins.amazon.account import SETTINGS

_EXPIRED = {"errors": [{"code": "Unauthorized", "message": "The access token you provided has expired."}]}


_EARLIER: Sequence[dict[str, object]] = [
    SETTINGS,
    {
        "seller_id": "A3SELLER",
        "marketplace_ids": ["A1F83G8C2ARO7P", "ATVPDKIKX0DER"],
        "region": "na",
        "client_id": "amzn1.application-oa2-client.1",
        "client_secret": "hush",
        "application_id": "amzn1.sp.solution.1",
        "consent_url": "https://sellercentral.amazon.com",
        "amazon_fulfilled": False,
        "patch_up_to": 0,
        "carriers": {"Pigeon": "PIGEON_CODE"},
        "queue_region": "us-east-1",
        "backfill_days": 30,
    },
]
"""As they were taken before Amazon was a supplier as well."""


class TestAmazon(ChannelContract):
    provider = "amazon"
    settings = SETTINGS
    earlier_settings = _EARLIER
    by_people = ("decide_return",)
    many = 205
    refused = httpx2.Response(403, json=_EXPIRED)

    def worlds(self, registration: Provider, folder: Path) -> World:
        """A large account, whose usage plan lets these tests ask as often as they like."""
        world = super().worlds(registration, folder)
        world.remote.state.store.plan = 10_000
        world.remote.state.store.subscriptions["ORDER_CHANGE"] = {"subscriptionId": "s", "destinationId": "d"}
        return world

    def place(self, remote: Any, count: int) -> Sequence[str]:
        return [remote.state.store.place_order(("AMZ-1", 2)) for _ in range(count)]

    def placed(self, world: World, count: int = 1) -> Sequence[str]:
        """Amazon's search knows an order two minutes after it was placed."""
        found = super().placed(world, count)
        world.clock.forward(timedelta(minutes=3))
        return found

    def a_request(self, world: World, verb: str, order: OrderData) -> Any:
        """Amazon refunds only what has left."""
        if verb == "refund":
            world.remote.state.store.ship_from_amazon(order.external_id)
        return super().a_request(world, verb, order)

    def ask_cancel(self, remote: Any, order_id: str) -> str:
        remote.state.store.request_cancellation(order_id)
        return "/".join(
            [order_id, *(item["orderItemId"] for item in remote.state.store.orders[order_id]["orderItems"])]
        )

    def ask_return(self, remote: Any, order_id: str) -> str:
        return str(remote.state.store.request_return(order_id))

    def numbers(self, remote: Any, order_id: str) -> Sequence[str]:
        return [each["trackingNumber"] for each in remote.state.store.orders[order_id].get("packages", ())]

    def done(self, remote: Any, verb: str, order_id: str) -> int:
        order = remote.state.store.orders[order_id]
        if verb == "confirm_shipment":
            return len(order.get("packages", ()))
        if verb == "refund":
            return sum(each["transactionType"] == "Refund" for each in remote.state.store.transactions)
        return int(order["fulfillment"]["fulfillmentStatus"] == "CANCELLED")


class TestAmazonFulfillment(RemoteSupplierContract):
    provider = "amazon"
    settings: ClassVar[dict[str, object]] = {**SETTINGS, "multi_channel": True}
    earlier_settings = _EARLIER
    refused = httpx2.Response(403, json=_EXPIRED)
    order: ClassVar[SupplierOrder] = replace(
        SupplierContract.order,
        ship_to=Address(name="Ada Lovelace", line1="12 St James", city="London", postal_code="SW1Y 4JH", country="GB"),
    )

    def worlds(self, registration: Provider, folder: Path) -> World:
        world = super().worlds(registration, folder)
        world.remote.state.store.plan = 10_000
        world.remote.state.store.warehouse.stock |= {line.sku: 50 for line in self.order.lines}
        return world

    def work(self, remote: Any) -> object:
        return remote.state.store.warehouse.work()

    def taken(self, remote: Any) -> int:
        return len(remote.state.store.warehouse.orders)


class TestAmazonsAddresses(AddressGuardContract):
    provider = "amazon"
    settings = SETTINGS
    movable = None
    fixed = "202-1234567-1234567"
