"""What the cases do again and again, by the public API alone."""

from itertools import count
from typing import Any

from tests.api import Api

_keys = count(1)
Lines = list[dict[str, Any]]

_LOCATION = """
mutation ($code: String!, $name: String) {
  locationUpsert(code: $code, name: $name, kind: WAREHOUSE, timezone: "Europe/London") { userErrors { message } }
}
"""
_ITEM = """
mutation ($sku: String!, $kind: ItemKind, $components: [BundleComponentInput!]) {
  itemUpsert(sku: $sku, name: $sku, kind: $kind, components: $components) { item { id } userErrors { message } }
}
"""
_STOCK = """
mutation ($adjustments: [StockAdjustInput!]!, $key: String!) {
  stockAdjust(adjustments: $adjustments, idempotencyKey: $key) { userErrors { message path } }
}
"""
_ORDER = """
mutation ($input: OrderCreateInput!, $key: String!) {
  orderCreate(input: $input, idempotencyKey: $key) {
    order { id lines { nodes { id sku components { id sku total { amount } } } } }
    userErrors { message path }
  }
}
"""
_SHIP = """
mutation ($input: ShipmentInput!, $key: String!) {
  shipmentCreate(input: $input, idempotencyKey: $key) { shipment { id status } userErrors { message path } }
}
"""
_ASK = """
mutation ($order: ID!, $lines: [ReturnLineInput!]!, $key: String!) {
  returnRequest(orderId: $order, lines: $lines, idempotencyKey: $key) {
    return { id state lines { id sku quantity approved } } userErrors { code message path }
  }
}
"""
_RECEIVE = """
mutation ($id: ID!, $lines: [ReceiveLineInput!]!, $key: String!) {
  returnReceive(id: $id, lines: $lines, idempotencyKey: $key) {
    return { id state lines { id received refundable { amount } } } userErrors { code message path }
  }
}
"""
_CLOSE = """
mutation ($id: ID!, $key: String!) {
  returnClose(id: $id, idempotencyKey: $key) {
    return { id state refunds { id amount { amount } tax { amount } } } userErrors { code message path }
  }
}
"""
REFUND = """
mutation ($order: ID!, $input: RefundInput!, $key: String!) {
  refundCreate(orderId: $order, input: $input, idempotencyKey: $key) {
    refund { id amount { amount currency } tax { amount } state } userErrors { code message path }
  }
}
"""


def key() -> str:
    """A new idempotency key."""
    return f"step-{next(_keys)}"


def warehouse(api: Api, code: str) -> None:
    api.done(_LOCATION, code=code, name=code.title())


def item(api: Api, sku: str, *, components: Lines | None = None) -> None:
    kind = "BUNDLE" if components else "SIMPLE"
    variables = {"components": components} if components else {}
    api.done(_ITEM, sku=sku, kind=kind, **variables)


def stock(api: Api, sku: str, location: str, quantity: int, cost: str, currency: str) -> None:
    received = {
        "sku": sku,
        "location": location,
        "delta": quantity,
        "reason": "RECEIPT",
        "unitCost": {"amount": cost, "currency": currency},
    }
    api.done(_STOCK, adjustments=[received], key=key())


def order(api: Api, **fields: Any) -> dict[str, Any]:
    """An order that is paid; its id and lines."""
    made: dict[str, Any] = api.done(_ORDER, input={"paid": True, **fields}, key=key())["order"]
    return made


def shipped(api: Api, order_id: str, location: str, lines: dict[str, int] | None = None) -> None:
    """Units (all that is left, or by line id) have left from here."""
    units = [{"lineId": line, "quantity": quantity} for line, quantity in (lines or {}).items()]
    sent: dict[str, Any] = {"orderId": order_id, "location": location, "carrier": "Royal Mail"}
    api.done(_SHIP, input={**sent, "lines": units} if units else sent, key=key())


def asked_back(api: Api, order_id: str, lines: dict[str, int], reason: str = "DEFECTIVE") -> dict[str, Any]:
    """The payload of a request to send these units back."""
    wanted = [{"lineId": line, "quantity": quantity, "reason": reason} for line, quantity in lines.items()]
    payload: dict[str, Any] = api(_ASK, order=order_id, lines=wanted, key=key())["returnRequest"]
    return payload


def received(api: Api, return_id: str, lines: dict[str, int], disposition: str = "RESTOCK") -> dict[str, Any]:
    arrived = [
        {"returnLineId": line, "quantity": quantity, "disposition": disposition} for line, quantity in lines.items()
    ]
    found: dict[str, Any] = api.done(_RECEIVE, id=return_id, lines=arrived, key=key())["return"]
    return found


def closed(api: Api, return_id: str) -> dict[str, Any]:
    found: dict[str, Any] = api.done(_CLOSE, id=return_id, key=key())["return"]
    return found


def refunded(api: Api, order_id: str, **given: Any) -> dict[str, Any]:
    """The payload of a refund."""
    payload: dict[str, Any] = api(REFUND, order=order_id, input=given, key=key())["refundCreate"]
    return payload
