"""The shop itself: what it sells and has, what we may do there, and what it tells us by itself."""

from plugins.shopify.documents.document import Document

SHOP = Document(
    "Shop",
    """
query Shop {
  shop { name myshopifyDomain currencyCode }
  currentAppInstallation { accessScopes { handle } }
  locations(first: 50) { nodes { id name isActive fulfillsOnlineOrders } }
}
""",
    cost=70,
)

LISTINGS = Document(
    "Listings",
    """
query Listings($size: Int!, $after: String) {
  shop { currencyCode }
  productVariants(first: $size, after: $after, sortKey: ID) {
    nodes {
      id sku barcode displayName price
      product { status }
      inventoryItem { id tracked measurement { weight { unit value } } }
    }
    pageInfo { hasNextPage endCursor }
  }
}
""",
    cost=700,
)

STOCK = Document(
    "Stock",
    """
query Stock($query: String!, $location: ID!, $size: Int!, $after: String) {
  productVariants(first: $size, after: $after, query: $query, sortKey: ID) {
    nodes {
      id sku
      inventoryItem {
        id tracked
        inventoryLevel(locationId: $location) { isActive quantities(names: ["available"]) { name quantity } }
      }
    }
    pageInfo { hasNextPage endCursor }
  }
}
""",
    cost=600,
)

SET_STOCK = Document(
    "SetStock",
    """
mutation SetStock($input: InventorySetQuantitiesInput!, $key: String!) {
  inventorySetQuantities(input: $input) @idempotent(key: $key) {
    inventoryAdjustmentGroup { id }
    userErrors { code field message }
  }
}
""",
    cost=15,
    acts=True,
)

SUBSCRIPTIONS = Document(
    "Subscriptions",
    """
query Subscriptions($after: String) {
  webhookSubscriptions(first: 100, after: $after) {
    nodes { id topic uri format }
    pageInfo { hasNextPage endCursor }
  }
}
""",
    cost=110,
)

SUBSCRIBE = Document(
    "Subscribe",
    """
mutation Subscribe($topic: WebhookSubscriptionTopic!, $subscription: WebhookSubscriptionInput!) {
  webhookSubscriptionCreate(topic: $topic, webhookSubscription: $subscription) {
    webhookSubscription { id topic uri }
    userErrors { field message }
  }
}
""",
    cost=15,
    acts=True,
)

MOVE_SUBSCRIPTION = Document(
    "MoveSubscription",
    """
mutation MoveSubscription($id: ID!, $subscription: WebhookSubscriptionInput!) {
  webhookSubscriptionUpdate(id: $id, webhookSubscription: $subscription) {
    webhookSubscription { id topic uri }
    userErrors { field message }
  }
}
""",
    cost=15,
    acts=True,
)

UNSUBSCRIBE = Document(
    "Unsubscribe",
    """
mutation Unsubscribe($id: ID!) {
  webhookSubscriptionDelete(id: $id) { deletedWebhookSubscriptionId userErrors { field message } }
}
""",
    cost=15,
    acts=True,
)
