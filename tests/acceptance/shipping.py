"""Work in our own house by the public API alone: shelves, picking, packing, labels."""

from typing import Any

from core.hub import Hub
from core.jobs.run import run_jobs
from tests.acceptance import steps, timeline
from tests.api import Api

ADDRESS = {"name": "Ada", "line1": "1 High Street", "city": "London", "postalCode": "N1 9GU", "country": "GB"}

_DEPOT = """
mutation ($code: String!, $address: AddressInput) {
  locationUpsert(code: $code, name: $code, kind: WAREHOUSE, timezone: "Europe/London", address: $address) {
    userErrors { message path }
  }
}
"""
_PICK = """
mutation ($id: ID!, $lines: [PickLineInput!]!, $key: String!) {
  fulfillmentPick(id: $id, lines: $lines, idempotencyKey: $key) { userErrors { code message path } }
}
"""
_PACK = """
mutation ($id: ID!, $packages: [PackageInput!]!, $key: String!) {
  fulfillmentPack(id: $id, packages: $packages, idempotencyKey: $key) {
    shipment { id status packages { id } } userErrors { code message path }
  }
}
"""
LABEL = """
mutation ($id: ID!, $key: String!) {
  labelPurchase(shipmentId: $id, idempotencyKey: $key) {
    shipment {
      id status trackingNumber cost { amount currency }
      packages { id label { id state trackingNumber message cost { amount currency } } }
    }
    userErrors { code message path retryable }
  }
}
"""
_HAND_OVER = """
mutation ($ids: [ID!]!, $key: String!) {
  shipmentHandOver(ids: $ids, idempotencyKey: $key) { shipments { id status } userErrors { code message path } }
}
"""


def depot(api: Api, code: str, *, address: dict[str, str] | None = None) -> None:
    """One of our own houses, in Leeds where nobody says otherwise, whose address carriers can be told."""
    leeds = {"name": "Crossdock", "line1": "7 Dock Road", "city": "Leeds", "postalCode": "LS1 4DY", "country": "GB"}
    api.done(_DEPOT, code=code, address=address or leeds)


def ordered(api: Api, hub: Hub, sku: str, quantity: int, **fields: Any) -> str:
    """A paid order at 10.00 GBP a unit that has been routed; its id."""
    line = {"sku": sku, "quantity": quantity, "unitPrice": "10.00"}
    made = steps.order(api, **{"currency": "GBP", "lines": [line], "shippingAddress": ADDRESS, **fields})
    run_jobs(hub)
    order_id: str = made["id"]
    return order_id


def picked(api: Api, order_id: str, quantity: int) -> str:
    """So many units of the order's one line are picked, of its latest work; the work."""
    order = timeline.shown(api, order_id)
    work: str = order["fulfillmentOrders"][-1]["id"]
    line = order["lines"]["nodes"][0]["id"]
    api.done(_PICK, id=work, lines=[{"lineId": line, "quantity": quantity}], key=steps.key())
    return work


def packed(api: Api, order_id: str, *quantities: int) -> list[str]:
    """All of these are picked, and each packed as a shipment of its own; the shipments."""
    picked(api, order_id, sum(quantities))
    return parcels(api, order_id, *quantities)


def parcels(api: Api, order_id: str, *quantities: int) -> list[str]:
    """What was picked is packed, so many units in a shipment; the shipments."""
    order = timeline.shown(api, order_id)
    work, line = order["fulfillmentOrders"][-1]["id"], order["lines"]["nodes"][0]["id"]
    each = [[{"weightGrams": 500, "lines": [{"lineId": line, "quantity": quantity}]}] for quantity in quantities]
    return [api.done(_PACK, id=work, packages=packages, key=steps.key())["shipment"]["id"] for packages in each]


def label(api: Api, shipment_id: str, key: str) -> dict[str, Any]:
    """The payload of a purchase."""
    payload: dict[str, Any] = api(LABEL, id=shipment_id, key=key)["labelPurchase"]
    return payload


def label_of(payload: dict[str, Any]) -> dict[str, Any]:
    """The one label of the one package of a purchase that went well."""
    assert payload["userErrors"] == []
    (package,) = payload["shipment"]["packages"]
    found: dict[str, Any] = package["label"]
    return found


def handed_over(api: Api, *shipments: str) -> None:
    api.done(_HAND_OVER, ids=list(shipments), key=steps.key())
