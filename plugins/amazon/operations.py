"""The operations that are used, each with the usage plan that Amazon gives it by default."""

from collections.abc import Sequence
from dataclasses import dataclass

from crossdock import RateLimit
from plugins.amazon.settings import AmazonSettings


@dataclass(frozen=True, slots=True)
class Operation:
    """`path` has its parameters in braces.

    rate: requests a second. burst: so many at once. acts: asking twice is not harmless.
    """

    name: str
    method: str
    path: str
    rate: float
    burst: float
    acts: bool = False


SEARCH_ORDERS = Operation("searchOrders", "GET", "/orders/2026-01-01/orders", 0.0056, 20)
GET_ORDER = Operation("getOrder", "GET", "/orders/2026-01-01/orders/{orderId}", 0.5, 30)
CONFIRM_SHIPMENT = Operation(
    "confirmShipment", "POST", "/orders/v0/orders/{orderId}/shipmentConfirmation", 2, 10, acts=True
)

CREATE_FEED_DOCUMENT = Operation("createFeedDocument", "POST", "/feeds/2021-06-30/documents", 0.5, 15)
CREATE_FEED = Operation("createFeed", "POST", "/feeds/2021-06-30/feeds", 0.0083, 15, acts=True)
GET_FEED = Operation("getFeed", "GET", "/feeds/2021-06-30/feeds/{feedId}", 2, 15)
GET_FEEDS = Operation("getFeeds", "GET", "/feeds/2021-06-30/feeds", 0.0222, 10)
GET_FEED_DOCUMENT = Operation("getFeedDocument", "GET", "/feeds/2021-06-30/documents/{feedDocumentId}", 0.0222, 10)

SEARCH_LISTINGS = Operation("searchListingsItems", "GET", "/listings/2021-08-01/items/{sellerId}", 5, 5)
PATCH_LISTING = Operation("patchListingsItem", "PATCH", "/listings/2021-08-01/items/{sellerId}/{sku}", 5, 5)

LIST_PAYOUTS = Operation("listFinancialEventGroups", "GET", "/finances/v0/financialEventGroups", 0.5, 30)
LIST_TRANSACTIONS = Operation("listTransactions", "GET", "/finances/2024-06-19/transactions", 0.5, 10)

GET_DESTINATIONS = Operation("getDestinations", "GET", "/notifications/v1/destinations", 1, 5)
CREATE_DESTINATION = Operation("createDestination", "POST", "/notifications/v1/destinations", 1, 5)
GET_SUBSCRIPTION = Operation("getSubscription", "GET", "/notifications/v1/subscriptions/{notificationType}", 1, 5)
CREATE_SUBSCRIPTION = Operation(
    "createSubscription", "POST", "/notifications/v1/subscriptions/{notificationType}", 1, 5
)
DELETE_SUBSCRIPTION = Operation(
    "deleteSubscriptionById", "DELETE", "/notifications/v1/subscriptions/{notificationType}/{subscriptionId}", 1, 5
)

CREATE_OUTBOUND = Operation(
    "createFulfillmentOrder", "POST", "/fba/outbound/2020-07-01/fulfillmentOrders", 2, 30, acts=True
)
PREVIEW_OUTBOUND = Operation(
    "getFulfillmentPreview", "POST", "/fba/outbound/2020-07-01/fulfillmentOrders/preview", 2, 30
)
GET_OUTBOUND = Operation(
    "getFulfillmentOrder", "GET", "/fba/outbound/2020-07-01/fulfillmentOrders/{sellerFulfillmentOrderId}", 2, 30
)
LIST_OUTBOUND = Operation("listAllFulfillmentOrders", "GET", "/fba/outbound/2020-07-01/fulfillmentOrders", 2, 30)
CANCEL_OUTBOUND = Operation(
    "cancelFulfillmentOrder",
    "PUT",
    "/fba/outbound/2020-07-01/fulfillmentOrders/{sellerFulfillmentOrderId}/cancel",
    2,
    30,
    acts=True,
)
GET_TRACKING = Operation("getPackageTrackingDetails", "GET", "/fba/outbound/2020-07-01/tracking", 2, 30)
GET_INVENTORY = Operation("getInventorySummaries", "GET", "/fba/inventory/v1/summaries", 2, 2)

CREATE_REPORT = Operation("createReport", "POST", "/reports/2021-06-30/reports", 0.0167, 15)
GET_REPORT = Operation("getReport", "GET", "/reports/2021-06-30/reports/{reportId}", 2, 15)
GET_REPORT_DOCUMENT = Operation(
    "getReportDocument", "GET", "/reports/2021-06-30/documents/{reportDocumentId}", 0.0167, 15
)

GET_MARKETPLACES = Operation("getMarketplaceParticipations", "GET", "/sellers/v1/marketplaceParticipations", 0.016, 15)

ALL: tuple[Operation, ...] = (
    SEARCH_ORDERS,
    GET_ORDER,
    CONFIRM_SHIPMENT,
    CREATE_FEED_DOCUMENT,
    CREATE_FEED,
    GET_FEED,
    GET_FEEDS,
    GET_FEED_DOCUMENT,
    SEARCH_LISTINGS,
    PATCH_LISTING,
    LIST_PAYOUTS,
    LIST_TRANSACTIONS,
    GET_DESTINATIONS,
    CREATE_DESTINATION,
    GET_SUBSCRIPTION,
    CREATE_SUBSCRIPTION,
    DELETE_SUBSCRIPTION,
    CREATE_OUTBOUND,
    PREVIEW_OUTBOUND,
    GET_OUTBOUND,
    LIST_OUTBOUND,
    CANCEL_OUTBOUND,
    GET_TRACKING,
    GET_INVENTORY,
    CREATE_REPORT,
    GET_REPORT,
    GET_REPORT_DOCUMENT,
    GET_MARKETPLACES,
)


def limits(_settings: AmazonSettings) -> Sequence[RateLimit]:
    """One bucket for each operation, as Amazon keeps them. Answers correct the rate where an account has another.

    One request fewer than Amazon bears at once: on the way there requests catch up with one another.
    """
    return [RateLimit(size=max(1, each.burst - 1), rate=each.rate, group=each.name) for each in ALL]
