"""What every channel promises, proven for eBay against its sandbox."""

from collections.abc import Sequence
from dataclasses import replace
from typing import ClassVar

from crossdock import WebhookRequest
from crossdock.testing import AddressGuardContract
from crossdock.testing.channel import ChannelContract
from crossdock.testing.world import World
from plugins.ebay.sandbox.app import EbaySandbox
from tests.plugins.ebay.account import SETTINGS


class TestEbay(ChannelContract):
    provider = "ebay"
    settings = SETTINGS
    earlier_settings: ClassVar[Sequence[dict[str, object]]] = (
        {"client_id": "Acme-Hub-PRD-1", "client_secret": "PRD-cert-4711"},  # 0.1, the least
        {**SETTINGS, "marketplace_id": "EBAY_US", "carriers": {"DPD": "DPD_UK"}, "daily_calls": {"finances": 100}},
    )
    signature_header = "x-ebay-signature"
    many = 110

    def place(self, remote: EbaySandbox, count: int) -> Sequence[str]:
        return [remote.store.place_order() for _ in range(count)]

    def signed(self, world: World, like: WebhookRequest, body: bytes) -> WebhookRequest:
        return replace(like, body=body, headers=world.remote.store.signer.headers(body))

    def done(self, remote: EbaySandbox, verb: str, order_id: str) -> int:
        return remote.store.done.count((verb, order_id))

    def numbers(self, remote: EbaySandbox, order_id: str) -> Sequence[str]:
        return [each["shipmentTrackingNumber"] for each in remote.store.fulfillments[order_id]]

    def ask_cancel(self, remote: EbaySandbox, order_id: str) -> str:
        return remote.store.ask_cancel(order_id)

    def ask_return(self, remote: EbaySandbox, order_id: str) -> str:
        return remote.store.ask_return(order_id)


class TestEbaysAddresses(AddressGuardContract):
    provider = "ebay"
    settings = SETTINGS
    movable = None
    fixed = "16-00000-00006"
