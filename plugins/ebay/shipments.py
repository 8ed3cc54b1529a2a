"""Telling what left: one shipping fulfillment for each package."""

import json

from crossdock import Receipt, ShipmentNotice
from plugins.ebay.client import Ctx, create
from plugins.ebay.mapping.orders import fulfillment_name
from plugins.ebay.operations import CREATE_FULFILLMENT
from plugins.ebay.orders import fulfillments_of
from plugins.ebay.wire import Said, moment, reading, rows, spoken, text, text_or_none

_CODES = {"ROYALMAIL": "ROYAL_MAIL", "PARCELFORCE": "PARCELFORCE", "EVRI": "HERMES", "DHLEXPRESS": "DHL_EXPRESS"}
"""eBay's code of carriers by our name without spaces and signs; for all others it is the name in capital letters."""


def confirm(ctx: Ctx, notice: ShipmentNotice) -> Receipt:
    """Tell of one package.

    A correction is told as another package with the same lines: eBay has no change of one, and shows both numbers. It
    names a package by its tracking number, so one of which only the carrier is another cannot be told again.
    """
    said: dict[str, object] = {
        "lineItems": [{"lineItemId": line, "quantity": quantity} for line, quantity in notice.lines],
        "shippedDate": spoken(notice.shipped_at),
    }
    if notice.tracking_number:
        said |= {"trackingNumber": _tracking(notice), "shippingCarrierCode": _carrier(ctx, notice)}
    if notice.corrects is not None and notice.corrects == said.get("trackingNumber"):
        return Receipt(external_id=notice.corrects, at=ctx.now(), message="eBay goes on showing the carrier of before.")
    made = create(ctx, CREATE_FULFILLMENT, {"orderId": notice.order_external_id}, said)
    if not notice.tracking_number:
        made = fulfillment_name({"fulfillmentId": made, "shippedDate": said["shippedDate"]})
    return Receipt(external_id=made, at=ctx.now())


def find(ctx: Ctx, notice: ShipmentNotice) -> Receipt | None:
    """By its tracking number and lines; without a number, by its lines and when it left."""
    found = fulfillments_of(ctx, notice.order_external_id)
    with reading("fulfillments", json.dumps(found)):
        for each in found:
            if _is(each, notice):
                return Receipt(external_id=fulfillment_name(each), at=moment(each["shippedDate"]))
    return None


def _is(said: Said, notice: ShipmentNotice) -> bool:
    lines = sorted((text(line["lineItemId"]), line["quantity"]) for line in rows(said["lineItems"]))
    number = text_or_none(said.get("shipmentTrackingNumber")) or ""
    if lines != sorted(notice.lines) or number != _tracking(notice):
        return False
    return bool(number) or said["shippedDate"] == spoken(notice.shipped_at)


def _tracking(notice: ShipmentNotice) -> str:
    """Letters and digits only, as eBay takes it."""
    return "".join(sign for sign in notice.tracking_number or "" if sign.isalnum())


def _carrier(ctx: Ctx, notice: ShipmentNotice) -> str:
    name = notice.carrier or "OTHER"
    plain = "".join(sign for sign in name.upper() if sign.isalnum())
    return ctx.settings.carriers.get(name) or _CODES.get(plain) or "_".join(name.upper().split())
