"""What leaves: fulfillment orders, which say what is to ship from where, and fulfillments, which say what has."""

from plugins.shopify.documents.document import Document

FULFILLMENT = Document(
    "Fulfillment",
    """
query Fulfillment($id: ID!, $after: String) {
  fulfillment(id: $id) {
    id status createdAt
    trackingInfo(first: 5) { company number url }
    fulfillmentLineItems(first: 100, after: $after) {
      nodes { quantity lineItem { id } }
      pageInfo { hasNextPage endCursor }
    }
  }
}
""",
    cost=230,
)

FULFILLMENT_ORDER = Document(
    "FulfillmentOrder",
    """
query FulfillmentOrder($id: ID!, $after: String) {
  fulfillmentOrder(id: $id) {
    id status requestStatus updatedAt fulfillBy
    assignedLocation { location { id isFulfillmentService } }
    fulfillmentHolds { displayReason }
    lineItems(first: 100, after: $after) {
      nodes { id remainingQuantity totalQuantity lineItem { id } }
      pageInfo { hasNextPage endCursor }
    }
  }
}
""",
    cost=230,
)

PARCELS = Document(
    "Parcels",
    """
query Parcels($id: ID!) {
  order(id: $id) {
    id
    fulfillmentsCount { count }
    fulfillments(first: 100) { id }
    fulfillmentOrders(first: 20) { nodes { id } pageInfo { hasNextPage endCursor } }
  }
}
""",
    cost=150,
)

FULFILL = Document(
    "Fulfill",
    """
mutation Fulfill($fulfillment: FulfillmentInput!) {
  fulfillmentCreate(fulfillment: $fulfillment) { fulfillment { id createdAt } userErrors { field message } }
}
""",
    cost=15,
    acts=True,
)

TRACK = Document(
    "Track",
    """
mutation Track($id: ID!, $tracking: FulfillmentTrackingInput!, $notify: Boolean) {
  fulfillmentTrackingInfoUpdate(fulfillmentId: $id, trackingInfoInput: $tracking, notifyCustomer: $notify) {
    fulfillment { id }
    userErrors { field message }
  }
}
""",
    cost=15,
    acts=True,
)

ACCEPT_CANCEL = Document(
    "AcceptCancel",
    """
mutation AcceptCancel($id: ID!, $message: String) {
  fulfillmentOrderAcceptCancellationRequest(id: $id, message: $message) {
    fulfillmentOrder { id requestStatus }
    userErrors { field message }
  }
}
""",
    cost=15,
    acts=True,
)

REJECT_CANCEL = Document(
    "RejectCancel",
    """
mutation RejectCancel($id: ID!, $message: String) {
  fulfillmentOrderRejectCancellationRequest(id: $id, message: $message) {
    fulfillmentOrder { id requestStatus }
    userErrors { field message }
  }
}
""",
    cost=15,
    acts=True,
)
