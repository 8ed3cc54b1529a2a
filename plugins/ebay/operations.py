"""The operations that are used, and how often eBay lets an application ask."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from crossdock import RateLimit
from plugins.ebay.settings import EbaySettings

DAILY_CALLS = {
    "fulfillment": 100_000,
    "inventory": 2_000_000,
    "finances": 100_000,
    "post-order": 50_000,
    "notification": 10_000,
    "analytics": 5_000,
    "identity": 50_000,
}
"""Calls a day of each API before eBay has raised anything; `EbaySettings.daily_calls` overrides."""


@dataclass(frozen=True, slots=True)
class Operation:
    """`path` has its parameters in braces. acts: asking twice is not harmless.

    money: signed for sellers in the EU and the UK. application: asked in the name of the application, not the seller.
    """

    name: str
    method: str
    path: str
    group: str
    acts: bool = False
    money: bool = False
    application: bool = False
    host: Literal["api", "apiz"] = "api"


_ORDER = "/sell/fulfillment/v1/order"
GET_ORDERS = Operation("getOrders", "GET", _ORDER, "fulfillment")
GET_ORDER = Operation("getOrder", "GET", f"{_ORDER}/{{orderId}}", "fulfillment")
GET_FULFILLMENTS = Operation(
    "getShippingFulfillments", "GET", f"{_ORDER}/{{orderId}}/shipping_fulfillment", "fulfillment"
)
CREATE_FULFILLMENT = Operation(
    "createShippingFulfillment", "POST", f"{_ORDER}/{{orderId}}/shipping_fulfillment", "fulfillment", acts=True
)
ISSUE_REFUND = Operation(
    "issueRefund", "POST", f"{_ORDER}/{{order_id}}/issue_refund", "fulfillment", acts=True, money=True
)

_POST_ORDER = "/post-order/v2"
CREATE_CANCELLATION = Operation(
    "createCancellation", "POST", f"{_POST_ORDER}/cancellation", "post-order", acts=True, money=True
)
APPROVE_CANCELLATION = Operation(
    "approveCancellationRequest",
    "POST",
    f"{_POST_ORDER}/cancellation/{{cancelId}}/approve",
    "post-order",
    acts=True,
    money=True,
)
REJECT_CANCELLATION = Operation(
    "rejectCancellationRequest", "POST", f"{_POST_ORDER}/cancellation/{{cancelId}}/reject", "post-order", acts=True
)
SEARCH_RETURNS = Operation("searchReturns", "GET", f"{_POST_ORDER}/return/search", "post-order")
GET_RETURN = Operation("getReturn", "GET", f"{_POST_ORDER}/return/{{returnId}}", "post-order")
DECIDE_RETURN = Operation(
    "processReturnRequest", "POST", f"{_POST_ORDER}/return/{{returnId}}/decide", "post-order", acts=True, money=True
)
REFUND_RETURN = Operation(
    "issueReturnRefund", "POST", f"{_POST_ORDER}/return/{{returnId}}/issue_refund", "post-order", acts=True, money=True
)

_INVENTORY = "/sell/inventory/v1"
GET_ITEMS = Operation("getInventoryItems", "GET", f"{_INVENTORY}/inventory_item", "inventory")
GET_OFFERS = Operation("getOffers", "GET", f"{_INVENTORY}/offer", "inventory")
BULK_GET_ITEMS = Operation("bulkGetInventoryItem", "POST", f"{_INVENTORY}/bulk_get_inventory_item", "inventory")
BULK_UPDATE = Operation("bulkUpdatePriceQuantity", "POST", f"{_INVENTORY}/bulk_update_price_quantity", "inventory")

_FINANCES = "/sell/finances/v1"
GET_PAYOUTS = Operation("getPayouts", "GET", f"{_FINANCES}/payout", "finances", money=True, host="apiz")
GET_TRANSACTIONS = Operation("getTransactions", "GET", f"{_FINANCES}/transaction", "finances", money=True, host="apiz")

_NOTIFICATION = "/commerce/notification/v1"
GET_PUBLIC_KEY = Operation(
    "getPublicKey", "GET", f"{_NOTIFICATION}/public_key/{{public_key_id}}", "notification", application=True
)
GET_DESTINATIONS = Operation("getDestinations", "GET", f"{_NOTIFICATION}/destination", "notification", application=True)
CREATE_DESTINATION = Operation(
    "createDestination", "POST", f"{_NOTIFICATION}/destination", "notification", application=True
)
UPDATE_DESTINATION = Operation(
    "updateDestination", "PUT", f"{_NOTIFICATION}/destination/{{destination_id}}", "notification", application=True
)
GET_TOPIC = Operation("getTopic", "GET", f"{_NOTIFICATION}/topic/{{topic_id}}", "notification", application=True)
GET_SUBSCRIPTIONS = Operation("getSubscriptions", "GET", f"{_NOTIFICATION}/subscription", "notification")
CREATE_SUBSCRIPTION = Operation("createSubscription", "POST", f"{_NOTIFICATION}/subscription", "notification")
UPDATE_SUBSCRIPTION = Operation(
    "updateSubscription", "PUT", f"{_NOTIFICATION}/subscription/{{subscription_id}}", "notification"
)
ENABLE_SUBSCRIPTION = Operation(
    "enableSubscription", "POST", f"{_NOTIFICATION}/subscription/{{subscription_id}}/enable", "notification"
)
DELETE_SUBSCRIPTION = Operation(
    "deleteSubscription", "DELETE", f"{_NOTIFICATION}/subscription/{{subscription_id}}", "notification"
)

GET_QUOTAS = Operation("getUserRateLimits", "GET", "/developer/analytics/v1_beta/user_rate_limit/", "analytics")


def limits(settings: EbaySettings) -> Sequence[RateLimit]:
    """A bucket for each API that holds an hour's share of the day's calls, so that a day never runs dry by noon."""
    daily = DAILY_CALLS | settings.daily_calls
    return [RateLimit(size=max(calls / 24, 25), rate=calls / 86_400, group=name) for name, calls in daily.items()]
