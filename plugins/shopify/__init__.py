"""Shopify: orders, stock, shipments, returns and payouts of a store, by the GraphQL Admin API of 2026-07."""

from collections.abc import Sequence

import crossdock
from plugins.shopify.channel import ShopifyChannel
from plugins.shopify.sandbox import sandbox
from plugins.shopify.settings import ShopifySettings, limits, of_sandbox, store

manifest = crossdock.Manifest(summary="A Shopify store: orders, stock, shipments, returns and payouts.")


@crossdock.hookimpl
def crossdock_providers() -> Sequence[crossdock.Provider]:
    return [
        crossdock.Provider(
            "shopify",
            kind="channel",
            settings=ShopifySettings,
            factory=ShopifyChannel,
            capabilities={
                "orders",
                "webhooks",
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
            },
            summary=manifest.summary,
            sandbox=sandbox,
            sandbox_settings=of_sandbox,
            limits=limits,
            hosts=("*.myshopify.com",),
            store=store,
        )
    ]
