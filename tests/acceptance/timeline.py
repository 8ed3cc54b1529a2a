"""An order as the API shows it: what every case compares, and the words in which it explains itself."""

from typing import Any

from tests.acceptance.sound import ends_well as ends_well
from tests.api import Api

_ORDER = """
query ($id: ID!) {
  order(id: $id) {
    number version status fulfillmentStatus paymentStatus onHold total { amount } refundedTotal { amount }
    shippingAddress { name line1 city postalCode country } billingAddress { line1 city postalCode }
    pendingShippingAddress { line1 }
    lines { nodes { id sku quantity open backordered allocated shipped cancelled } }
    holds { kind code message releasedAt }
    fulfillmentOrders {
      id location { code } requestState workState
      lines { sku quantity accepted rejected picked shipped substitute { sku } }
    }
    shipments {
      id origin status carrier trackingNumber location { code } cost { amount currency } lines { sku quantity }
      packages { id label { id state trackingNumber cost { amount } message } } channelConfirmations { state }
    }
    cases {
      id kind code title message state resolution data cost { amount currency } options { key label consequence }
    }
    routing {
      assignments { location { code } lines { quantity } } backordered { quantity reason }
      candidates { location { code } chosen rejections }
    }
    events(first: 250) { nodes { name message actor subject } }
  }
}
"""


def shown(api: Api, order_id: str) -> dict[str, Any]:
    """All that the cases look at."""
    found: dict[str, Any] = api(_ORDER, id=order_id)["order"]
    return found


def told(order: dict[str, Any]) -> list[str]:
    """What happened to it, oldest first, by the names of the events."""
    return [event["name"] for event in order["events"]["nodes"]]


def sentences(order: dict[str, Any]) -> list[str]:
    """The same in the words that people read."""
    return [event["message"] for event in order["events"]["nodes"]]


def units(order: dict[str, Any]) -> list[tuple[str, int, int, int, int, int]]:
    """(SKU, open, backordered, allocated, shipped, cancelled) of each line."""
    names = ("sku", "open", "backordered", "allocated", "shipped", "cancelled")
    return [tuple(line[name] for name in names) for line in order["lines"]["nodes"]]


def work(order: dict[str, Any]) -> list[tuple[str, str, str, int, int, int, int]]:
    """(location, request, work, quantity, accepted, rejected, shipped) of each line of the order's work."""
    return [
        (
            each["location"]["code"],
            each["requestState"],
            each["workState"],
            line["quantity"],
            line["accepted"],
            line["rejected"],
            line["shipped"],
        )
        for each in order["fulfillmentOrders"]
        for line in each["lines"]
    ]
