"""Amazon through the Selling Partner API: its marketplaces as channels, and its warehouses as a supplier."""

from collections.abc import Mapping, Sequence
from datetime import timedelta

import crossdock
from plugins.amazon.channel import AmazonChannel
from plugins.amazon.operations import limits
from plugins.amazon.sandbox import make_sandbox
from plugins.amazon.settings import HOSTS, AmazonSettings, of_sandbox
from plugins.amazon.supplier import AmazonFulfillment

manifest = crossdock.Manifest(summary="Amazon's marketplaces, through the Selling Partner API.")

_CAN = {
    "orders",
    "addresses",
    "notifications",
    "subscriptions",
    "stock",
    "shipments",
    "cancel",
    "refund",
    "returns",
    "settlements",
    "listings",
    "check",
    "install",
}


def seller_of(settings: AmazonSettings) -> str:
    """Whose a notification is: one queue may hear of many accounts."""
    return settings.seller_id


def paces(settings: AmazonSettings) -> Mapping[str, timedelta]:
    """Amazon bears a search for orders every three minutes, sweeps and pages included; reports are dearer still."""
    orders = timedelta(minutes=5) if settings.queue_url is None else timedelta(minutes=30)
    return {"orders": orders, "returns": timedelta(hours=1)}


@crossdock.hookimpl
def crossdock_providers() -> Sequence[crossdock.Provider]:
    return [
        crossdock.Provider(
            "amazon",
            kind="channel",
            settings=AmazonSettings,
            factory=AmazonChannel,
            capabilities=_CAN,
            summary=manifest.summary,
            limits=limits,
            store=seller_of,
            sandbox=make_sandbox,
            sandbox_settings=of_sandbox,
            poll_every=paces,
            hosts=HOSTS,
        ),
        crossdock.Provider(
            "amazon",
            kind="supplier",
            settings=AmazonSettings,
            factory=AmazonFulfillment,
            capabilities={"orders", "quotes", "cancel", "stock", "check"},
            summary="Amazon's warehouses, which ship orders of other channels.",
            limits=limits,
            sandbox=make_sandbox,
            hosts=HOSTS,
        ),
    ]
