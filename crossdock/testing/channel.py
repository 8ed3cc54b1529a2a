"""What every channel promises that is reached over HTTP.

    class TestParrot(ChannelContract):
        provider = "parrot"
        settings = {"token": "squawk-4711"}
        signature_header = "x-parrot-signature"

        def place(self, remote, count): ...
        def signed(self, world, like, body): ...
        def done(self, remote, verb, order_id): ...

Tests of what the provider does not claim are skipped.
"""

from collections.abc import Mapping
from datetime import timedelta
from typing import ClassVar

from crossdock.provider import Kind, Provider
from crossdock.testing.channel_acts import ActPromises
from crossdock.testing.channel_stock import StockPromises
from crossdock.testing.channel_webhooks import WebhookPromises
from crossdock.testing.remote import Ask
from crossdock.testing.world import World
from crossdock.windows import OrderWindow


class ChannelContract(WebhookPromises, ActPromises, StockPromises):
    """The sandbox is the other side. Say how orders get there, and how to see what was done."""

    kind: ClassVar[Kind] = "channel"

    def ready(self, world: World) -> None:
        self.placed(world)

    def reads(self, registration: Provider) -> Mapping[str, Ask]:
        every: dict[str, tuple[str, Ask]] = {
            "fetch_orders": ("orders", lambda world: world.ask("fetch_orders", _lately(world))),
            "fetch_order": ("orders", lambda world: world.ask("fetch_order", world.placed[0])),
            "fetch_returns": ("returns", lambda world: world.ask("fetch_returns", _lately(world))),
            "fetch_settlements": ("settlements", lambda world: world.ask("fetch_settlements", _lately(world))),
            "fetch_listings": ("listings", lambda world: world.ask("fetch_listings")),
        }
        able = set(registration.capabilities)
        return {verb: ask for verb, (capability, ask) in every.items() if capability in able}


def _lately(world: World) -> OrderWindow:
    return OrderWindow(since=world.clock.now() - timedelta(hours=1), until=world.clock.now() + timedelta(minutes=1))
