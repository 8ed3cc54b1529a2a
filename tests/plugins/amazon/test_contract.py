"""Amazon keeps what every channel promises, whatever the network does."""

from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx2

from crossdock import OrderData, Provider
from crossdock.testing import ChannelContract
from crossdock.testing.world import World
from tests.plugins.amazon.account import SETTINGS

_EXPIRED = {"errors": [{"code": "Unauthorized", "message": "The access token you provided has expired."}]}


class TestAmazon(ChannelContract):
    provider = "amazon"
    settings = SETTINGS
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

    def done(self, remote: Any, verb: str, order_id: str) -> int:
        order = remote.state.store.orders[order_id]
        if verb == "confirm_shipment":
            return len(order.get("packages", ()))
        if verb == "refund":
            return sum(each["transactionType"] == "Refund" for each in remote.state.store.transactions)
        return int(order["fulfillment"]["fulfillmentStatus"] == "CANCELLED")
