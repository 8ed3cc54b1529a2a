// The tabs that GraphiQL opens with. Each stands on its own, and works on a hub with the sample orders.
const examples = [
  {
    query: `# The latest orders, and what may be done with each.
query LatestOrders($first: Int = 10, $filter: OrderFilter) {
  orders(first: $first, filter: $filter) {
    nodes {
      number
      status
      placedAt
      total { amount currency }
      summary { headline nextStep attention }
      lines(first: 3) { nodes { sku name quantity } }
      availableActions { action allowed reason }
    }
    pageInfo { hasNextPage endCursor }
  }
}
`,
  },
  {
    query: `# One order from end to end, and what happened to it.
query OneOrder($number: String!) {
  order(number: $number) {
    id
    email
    shippingAddress { name city country }
    summary { headline nextStep }
    shipments { carrier trackingNumber status }
    payments { state amount { amount currency } }
    events(last: 50) { nodes { occurredAt message actor } }
  }
}
`,
    variables: `{ "number": "CD-338" }`,
  },
  {
    query: `# An order of your own.
# Sent again with the same key, it is the same order.
mutation PlaceOrder($key: String!, $input: OrderCreateInput!) {
  orderCreate(idempotencyKey: $key, input: $input) {
    order { id number status total { amount currency } }
    userErrors { code message path }
  }
}
`,
    variables: `{
  "key": "my-first-order",
  "input": {
    "currency": "GBP",
    "paid": true,
    "email": "ada@example.org",
    "shippingAddress": { "name": "Ada Lovelace", "line1": "12 St James Square", "city": "London", "postalCode": "SW1Y 4JH", "country": "GB" },
    "lines": [{ "sku": "22423", "quantity": 2, "unitPrice": "12.75" }]
  }
}`,
  },
  {
    query: `# How many may be sold, and the sum that says why.
query AvailableToPromise($sku: String!, $channel: String) {
  availableToPromise(sku: $sku, channel: $channel) {
    available
    terms { label quantity location { code } }
  }
}
`,
    variables: `{ "sku": "22423" }`,
  },
  {
    query: `# What waits for a person now, and the questions to answer.
query Worklist {
  worklist { onHold unrouted backordered toPick toPack toShip lateToShip openCases failedJobs }
  cases(first: 10) { nodes { number title message } }
}
`,
  },
  {
    query: `# Everything that happens, as it happens.
# With "after" it goes on from a cursor, and misses nothing.
subscription Events($filter: EventFilter, $after: String) {
  events(filter: $filter, after: $after) {
    name
    message
    occurredAt
    cursor
    order { number }
  }
}
`,
    variables: `{ "filter": { "name": ["order.*", "shipment.*"] } }`,
  },
];
