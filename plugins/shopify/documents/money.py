"""What is given back, what is cancelled, and what is paid out."""

from plugins.shopify.documents.document import Document

REFUND = Document(
    "Refund",
    """
query Refund($id: ID!, $after: String) {
  refund(id: $id) {
    id createdAt processedAt note
    totalRefundedSet { ...Price }
    refundShippingLines(first: 10) {
      nodes { id subtotalAmountSet { ...Price } taxAmountSet { ...Price } }
      pageInfo { hasNextPage endCursor }
    }
    refundLineItems(first: 50, after: $after) {
      nodes {
        quantity restockType restocked
        lineItem { id }
        subtotalSet { ...Price }
        totalTaxSet { ...Price }
      }
      pageInfo { hasNextPage endCursor }
    }
  }
}
fragment Price on MoneyBag { presentmentMoney { amount currencyCode } }
""",
    cost=450,
)

REFUND_NOTES = Document(
    "RefundNotes",
    """
query RefundNotes($id: ID!) {
  order(id: $id) { id cancelledAt refunds(first: 100) { id note createdAt processedAt } }
}
""",
    cost=110,
)

# The directive is on the field, as the API has it: the same key with the same input gives the first answer again.
MAKE_REFUND = Document(
    "MakeRefund",
    """
mutation MakeRefund($input: RefundInput!, $key: String!) {
  refundCreate(input: $input) @idempotent(key: $key) {
    refund { id createdAt processedAt }
    userErrors { field message }
  }
}
""",
    cost=15,
    acts=True,
)

CANCEL = Document(
    "Cancel",
    """
mutation Cancel(
  $id: ID!, $reason: OrderCancelReason!, $method: OrderCancelRefundMethodInput, $restock: Boolean!, $notify: Boolean,
  $note: String
) {
  orderCancel(
    orderId: $id, reason: $reason, refundMethod: $method, restock: $restock, notifyCustomer: $notify, staffNote: $note
  ) {
    job { id done }
    orderCancelUserErrors { code field message }
  }
}
""",
    cost=15,
    acts=True,
)

CANCEL_JOB = Document(
    "CancelJob",
    """
query CancelJob($job: ID!, $id: ID!) {
  job(id: $job) { id done }
  order(id: $id) { id cancelledAt }
}
""",
    cost=5,
)

PAYOUTS = Document(
    "Payouts",
    """
query Payouts($query: String!, $size: Int!, $after: String) {
  shopifyPaymentsAccount {
    payouts(first: $size, after: $after, query: $query, sortKey: ISSUED_AT) {
      nodes { id legacyResourceId issuedAt status transactionType net { amount currencyCode } }
      pageInfo { hasNextPage endCursor }
    }
  }
}
""",
    cost=60,
)

PAYOUT_ROWS = Document(
    "PayoutRows",
    """
query PayoutRows($query: String!, $after: String) {
  shopifyPaymentsAccount {
    balanceTransactions(first: 100, after: $after, query: $query, hideTransfers: true) {
      nodes {
        id type transactionDate adjustmentReason
        amount { amount currencyCode }
        fee { amount currencyCode }
        net { amount currencyCode }
        associatedOrder { id name }
      }
      pageInfo { hasNextPage endCursor }
    }
  }
}
""",
    cost=600,
)
