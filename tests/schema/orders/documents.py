"""What the tests of orders send."""

from typing import Any

CREATE = """
mutation ($input: OrderCreateInput!, $key: String) {
  orderCreate(input: $input, idempotencyKey: $key) {
    order { id number status version total { amount currency } lines { nodes { id sku components { id sku } } } }
    userErrors { code message path }
  }
}
"""


def an_order(**fields: Any) -> dict[str, Any]:
    """The input of a paid order for two pots of tea at 12.50 GBP."""
    given = {
        "currency": "GBP",
        "email": "ada@example.com",
        "shippingAddress": {
            "name": "Ada Lovelace",
            "line1": "1 High Street",
            "city": "London",
            "postalCode": "N1 9GU",
            "country": "GB",
        },
        "lines": [{"sku": "TEA-1", "quantity": 2, "unitPrice": "12.50", "tax": "4.17"}],
        "shipping": "3.99",
        "paid": True,
        **fields,
    }
    return {name: value for name, value in given.items() if value is not None}
