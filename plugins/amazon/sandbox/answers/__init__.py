"""How the sandbox answers each operation."""

from plugins.amazon.sandbox.answers import account, feeds, finances, listings, orders, outbound, reports
from plugins.amazon.sandbox.answers.asked import Answer
from plugins.amazon.sandbox.answers.asked import Asked as Asked
from plugins.amazon.sandbox.store import Store

ANSWERS: dict[str, Answer] = {
    "searchOrders": orders.search_orders,
    "getOrder": orders.get_order,
    "confirmShipment": orders.confirm_shipment,
    "createFeedDocument": feeds.create_document,
    "createFeed": feeds.create_feed,
    "getFeed": feeds.get_feed,
    "getFeeds": feeds.get_feeds,
    "getFeedDocument": feeds.get_document,
    "searchListingsItems": listings.search_listings,
    "patchListingsItem": listings.patch_listing,
    "listFinancialEventGroups": finances.list_payouts,
    "listTransactions": finances.list_transactions,
    "getDestinations": account.get_destinations,
    "createDestination": account.create_destination,
    "getSubscription": account.get_subscription,
    "createSubscription": account.create_subscription,
    "deleteSubscriptionById": account.delete_subscription,
    "createFulfillmentOrder": outbound.create,
    "getFulfillmentPreview": outbound.preview,
    "getFulfillmentOrder": outbound.get,
    "listAllFulfillmentOrders": outbound.list_all,
    "cancelFulfillmentOrder": outbound.cancel,
    "getPackageTrackingDetails": outbound.get_tracking,
    "getInventorySummaries": outbound.get_inventory,
    "createReport": reports.create,
    "getReport": reports.get,
    "getReportDocument": reports.get_document,
    "getMarketplaceParticipations": account.get_marketplaces,
}


def work_due(store: Store) -> None:
    """Do what has waited long enough, as Amazon does whether it is asked about it or not."""
    feeds.work_due(store)
    reports.write_due(store)
