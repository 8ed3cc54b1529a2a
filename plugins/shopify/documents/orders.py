"""Orders: pages of what changed, and everything about one.

Shopify refuses a query above 1,000 points, counted by the sizes that it asks for and not by what there is. So an order
is read in parts: itself with the names of its parcels and refunds, then each of those. What lies beyond the first page
of anything is in `beyond`.
"""

from plugins.shopify.documents.document import Document

MONEY = """
fragment Price on MoneyBag { presentmentMoney { amount currencyCode } }
"""
TAX = """
fragment Tax on TaxLine { title rate channelLiable priceSet { ...Price } }
"""
_LINES = (
    """
fragment Lines on LineItemConnection {
  nodes {
    id sku name title variantTitle vendor quantity currentQuantity refundableQuantity nonFulfillableQuantity
    requiresShipping isGiftCard
    variant { id }
    customAttributes { key value }
    originalUnitPriceSet { ...Price }
    originalTotalSet { ...Price }
    discountAllocations { allocatedAmountSet { ...Price } }
    taxLines { ...Tax }
  }
  pageInfo { hasNextPage endCursor }
}
"""
    + TAX
    + MONEY
)
_ADDRESS = """
fragment Where on MailingAddress {
  name company address1 address2 city province provinceCode zip countryCodeV2 phone
}
"""

ORDERS = Document(
    "Orders",
    """
query Orders($query: String!, $size: Int!, $after: String) {
  orders(first: $size, after: $after, query: $query, sortKey: UPDATED_AT) {
    nodes { id updatedAt }
    pageInfo { hasNextPage endCursor }
  }
}
""",
    cost=60,
)

ORDER = Document(
    "Order",
    """
query Order($id: ID!) {
  order(id: $id) {
    id legacyResourceId name createdAt processedAt updatedAt cancelledAt cancelReason test taxesIncluded dutiesIncluded
    presentmentCurrencyCode email phone note poNumber sourceName tags discountCodes
    displayFinancialStatus
    app { name }
    customer { id displayName }
    customAttributes { key value }
    shippingAddress { ...Where }
    billingAddress { ...Where }
    originalTotalDutiesSet { ...Price }
    additionalFees { id name price { ...Price } taxLines { ...Tax } }
    taxLines { ...Tax }
    shippingLines(first: 10) {
      nodes { id title discountedPriceSet { ...Price } taxLines { ...Tax } }
      pageInfo { hasNextPage endCursor }
    }
    lineItems(first: 25) { ...Lines }
    transactionsCount { count }
    transactions(first: 40) {
      id kind status gateway createdAt processedAt authorizationExpiresAt
      amountSet { ...Price }
      parentTransaction { id }
    }
    fulfillmentsCount { count }
    fulfillments(first: 100) { id }
    refunds(first: 100) { id }
    fulfillmentOrders(first: 20) { nodes { id } pageInfo { hasNextPage endCursor } }
  }
}
"""
    + _LINES
    + _ADDRESS,
    cost=900,
)

LINES = Document(
    "OrderLines",
    """
query OrderLines($id: ID!, $after: String) {
  order(id: $id) { id updatedAt lineItems(first: 50, after: $after) { ...Lines } }
}
"""
    + _LINES,
    cost=750,
)

ORDER_STATE = Document(
    "OrderState",
    """
query OrderState($id: ID!) {
  order(id: $id) { id updatedAt cancelledAt }
}
""",
    cost=5,
)

RETURNS = Document(
    "Returns",
    """
query Returns($query: String!, $size: Int!, $after: String) {
  orders(first: $size, after: $after, query: $query, sortKey: UPDATED_AT) {
    nodes { id returns(first: 50) { nodes { id } pageInfo { hasNextPage endCursor } } }
    pageInfo { hasNextPage endCursor }
  }
}
""",
    cost=600,
)

RETURN = Document(
    "Return",
    """
query Return($id: ID!, $after: String) {
  return(id: $id) {
    id name status createdAt
    order { id }
    returnLineItems(first: 50, after: $after) {
      nodes {
        id quantity customerNote returnReasonNote
        returnReasonDefinition { handle }
        ... on ReturnLineItem { fulfillmentLineItem { lineItem { id sku } } }
      }
      pageInfo { hasNextPage endCursor }
    }
  }
}
""",
    cost=250,
)

APPROVE_RETURN = Document(
    "ApproveReturn",
    """
mutation ApproveReturn($input: ReturnApproveRequestInput!) {
  returnApproveRequest(input: $input) { return { id status } userErrors { code field message } }
}
""",
    cost=15,
    acts=True,
)

DECLINE_RETURN = Document(
    "DeclineReturn",
    """
mutation DeclineReturn($input: ReturnDeclineRequestInput!) {
  returnDeclineRequest(input: $input) { return { id status } userErrors { code field message } }
}
""",
    cost=15,
    acts=True,
)
