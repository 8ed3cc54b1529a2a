"""eBay: orders, shipments, cancellations, refunds, returns, stock and payouts of one seller's account."""

from collections.abc import Sequence

import crossdock
from plugins.ebay.channel import Ebay
from plugins.ebay.operations import limits
from plugins.ebay.sandbox import make_sandbox
from plugins.ebay.settings import EbaySettings, of_sandbox

manifest = crossdock.Manifest(summary="An eBay seller's account, over the Sell APIs and signed notifications.")

_CAPABILITIES = frozenset(
    {
        "orders",
        "addresses",
        "webhooks",
        "webhook_keys",
        "subscriptions",
        "shipments",
        "cancel",
        "refund",
        "returns",
        "stock",
        "listings",
        "settlements",
        "check",
        "install",
    }
)


@crossdock.hookimpl
def crossdock_providers() -> Sequence[crossdock.Provider]:
    return [
        crossdock.Provider(
            "ebay",
            kind="channel",
            settings=EbaySettings,
            factory=Ebay,
            capabilities=_CAPABILITIES,
            summary=manifest.summary,
            sandbox=make_sandbox,
            sandbox_settings=of_sandbox,
            limits=limits,
            hosts=("*.ebay.com",),
        )
    ]
