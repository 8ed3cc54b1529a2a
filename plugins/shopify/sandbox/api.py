"""The played Admin API: its schema, which is part of the published one, and who answers each field."""

from functools import cache
from importlib import resources
from typing import Any

from graphql import GraphQLObjectType, GraphQLSchema, build_schema, get_named_type

from plugins.shopify.sandbox import fulfilling, mutations, queries, stocking, subscribing
from plugins.shopify.sandbox.store import Info

_PARTS = ("root", "orders", "parcels", "money", "shop", "codes")
_QUERIES: dict[str, Any] = {
    "shop": queries.shop,
    "currentAppInstallation": queries.current_app_installation,
    "locations": queries.locations,
    "orders": queries.orders,
    "order": queries.order,
    "fulfillment": queries.fulfillment,
    "fulfillmentOrder": queries.fulfillment_order,
    "refund": queries.refund,
    "return": queries.return_,
    "job": queries.job,
    "productVariants": queries.product_variants,
    "webhookSubscriptions": queries.webhook_subscriptions,
    "shopifyPaymentsAccount": queries.shopify_payments_account,
}
_MUTATIONS: dict[str, Any] = {
    "fulfillmentCreate": fulfilling.fulfillment_create,
    "fulfillmentTrackingInfoUpdate": fulfilling.fulfillment_tracking_info_update,
    "fulfillmentOrderAcceptCancellationRequest": fulfilling.answer_to_cancellation("CANCELLATION_ACCEPTED"),
    "fulfillmentOrderRejectCancellationRequest": fulfilling.answer_to_cancellation("CANCELLATION_REJECTED"),
    "orderCancel": mutations.order_cancel,
    "refundCreate": mutations.refund_create,
    "returnApproveRequest": mutations.return_decided("returns/approve", "OPEN"),
    "returnDeclineRequest": mutations.return_decided("returns/decline", "DECLINED"),
    "inventorySetQuantities": stocking.inventory_set_quantities,
    "webhookSubscriptionCreate": subscribing.webhook_subscription_create,
    "webhookSubscriptionUpdate": subscribing.webhook_subscription_update,
    "webhookSubscriptionDelete": subscribing.webhook_subscription_delete,
}
_OTHERS: dict[tuple[str, str], Any] = {
    ("Order", "agreements"): queries.agreements,
    ("Order", "fulfillments"): queries.listed,
    ("Order", "fulfillmentsCount"): queries.counted,
    ("Order", "refunds"): queries.listed,
    ("Order", "transactions"): queries.listed,
    ("Order", "transactionsCount"): queries.counted,
    ("FulfillmentOrder", "fulfillments"): queries.parcels_of_work,
    ("InventoryItem", "inventoryLevel"): queries.inventory_level,
    ("InventoryLevel", "quantities"): queries.quantities,
    ("ShopifyPaymentsAccount", "payouts"): queries.payouts,
    ("ShopifyPaymentsAccount", "balanceTransactions"): queries.balance_transactions,
}


def sdl() -> str:
    """The part of the API that the plugin uses."""
    folder = resources.files("plugins.shopify.sandbox") / "schema"
    return "\n".join((folder / f"{part}.graphql").read_text() for part in _PARTS)


@cache
def schema() -> GraphQLSchema:
    """The schema with its resolvers. A connection that nobody else answers is a page of the list in its record."""
    built = build_schema(sdl())
    roots = {("QueryRoot", name): resolver for name, resolver in _QUERIES.items()}
    acts = {("Mutation", name): act for name, act in _MUTATIONS.items()}
    for (kind, name), resolver in {**roots, **acts, **_OTHERS}.items():
        _fields(built, kind)[name].resolve = resolver
    for found in built.type_map.values():
        if isinstance(found, GraphQLObjectType) and not found.name.startswith("__"):
            for field in found.fields.values():
                if field.resolve is None and get_named_type(field.type).name.endswith("Connection"):
                    field.resolve = _connection
    return built


def _connection(
    record: dict[str, Any], info: Info, first: int | None = None, after: str | None = None
) -> dict[str, Any]:
    rows: list[Any] = record[info.field_name]
    return queries.page(rows, first, after)


def _fields(built: GraphQLSchema, kind: str) -> dict[str, Any]:
    found = built.type_map[kind]
    assert isinstance(found, GraphQLObjectType)
    fields: dict[str, Any] = found.fields
    return fields
