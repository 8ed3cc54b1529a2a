"""Amazon's marketplaces through the Selling Partner API: orders, shipments, stock, refunds and payouts."""

from collections.abc import Sequence

import crossdock
from plugins.amazon.channel import AmazonChannel
from plugins.amazon.operations import limits
from plugins.amazon.sandbox import make_sandbox
from plugins.amazon.settings import AmazonSettings

manifest = crossdock.Manifest(summary="Amazon's marketplaces, through the Selling Partner API.")

_CAN = {
    "orders",
    "notifications",
    "subscriptions",
    "stock",
    "shipments",
    "cancel",
    "refund",
    "settlements",
    "listings",
    "check",
    "install",
}


def seller_of(settings: AmazonSettings) -> str:
    """Whose a notification is: one queue may hear of many accounts."""
    return settings.seller_id


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
        )
    ]
