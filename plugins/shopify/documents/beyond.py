"""What of an order lies beyond the first page of something.

Parcels, refunds and payments are lists, which have no second page: parcels are found again through the work that they
were made for, and refunds through the agreements of the order.
"""

from plugins.shopify.documents.document import Document
from plugins.shopify.documents.orders import MONEY, TAX

WORK = Document(
    "MoreWork",
    """
query MoreWork($id: ID!, $after: String) {
  order(id: $id) {
    id
    fulfillmentOrders(first: 100, after: $after) { nodes { id } pageInfo { hasNextPage endCursor } }
  }
}
""",
    cost=110,
)

PARCELS_OF_WORK = Document(
    "ParcelsOfWork",
    """
query ParcelsOfWork($id: ID!, $after: String) {
  fulfillmentOrder(id: $id) {
    id
    fulfillments(first: 100, after: $after) { nodes { id } pageInfo { hasNextPage endCursor } }
  }
}
""",
    cost=110,
)

REFUNDS = Document(
    "MoreRefunds",
    """
query MoreRefunds($id: ID!, $after: String) {
  order(id: $id) {
    id
    agreements(first: 100, after: $after) {
      nodes { id ... on RefundAgreement { refund { id note createdAt processedAt } } }
      pageInfo { hasNextPage endCursor }
    }
  }
}
""",
    cost=220,
)

POSTAGE = Document(
    "MorePostage",
    """
query MorePostage($id: ID!, $after: String) {
  order(id: $id) {
    id
    shippingLines(first: 50, after: $after) {
      nodes { id title discountedPriceSet { ...Price } taxLines { ...Tax } }
      pageInfo { hasNextPage endCursor }
    }
  }
}
"""
    + TAX
    + MONEY,
    cost=350,
)

REFUNDED_POSTAGE = Document(
    "MoreRefundedPostage",
    """
query MoreRefundedPostage($id: ID!, $after: String) {
  refund(id: $id) {
    id
    refundShippingLines(first: 50, after: $after) {
      nodes { id subtotalAmountSet { ...Price } taxAmountSet { ...Price } }
      pageInfo { hasNextPage endCursor }
    }
  }
}
"""
    + MONEY,
    cost=260,
)

PAYMENTS = Document(
    "AllPayments",
    """
query AllPayments($id: ID!) {
  order(id: $id) {
    id
    transactions(first: 240) {
      id kind status gateway createdAt processedAt authorizationExpiresAt
      amountSet { ...Price }
      parentTransaction { id }
    }
  }
}
"""
    + MONEY,
    cost=970,
)

RETURNS = Document(
    "MoreReturns",
    """
query MoreReturns($id: ID!, $after: String) {
  order(id: $id) { id returns(first: 100, after: $after) { nodes { id } pageInfo { hasNextPage endCursor } } }
}
""",
    cost=110,
)
