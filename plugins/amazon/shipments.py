"""Confirming what left, package by package."""

import hashlib
from typing import Any

from crossdock import Receipt, Rejected, ShipmentNotice
from plugins.amazon.client import Ctx, ask
from plugins.amazon.operations import CONFIRM_SHIPMENT
from plugins.amazon.orders import instant, parsed

_CARRIERS = {
    "ups": "UPS",
    "usps": "USPS",
    "fedex": "FedEx",
    "dhl": "DHL",
    "dhl express": "DHL",
    "royal mail": "Royal Mail",
    "dpd": "DPD",
    "hermes": "Hermes",
    "evri": "Evri",
    "yodel": "Yodel",
    "parcelforce": "Parcelforce",
    "gls": "GLS",
    "deutsche post": "Deutsche Post",
    "tnt": "TNT",
    "ontrac": "OnTrac",
    "canada post": "Canada Post",
    "australia post": "Australia Post",
    "japan post": "Japan Post",
    "yamato": "Yamato Transport",
    "sagawa": "Sagawa Express",
}
"""Names of carriers, in small letters, to Amazon's codes for them; what is not here is sent as Other, by its name."""


def confirm(ctx: Ctx, notice: ShipmentNotice) -> Receipt:
    """Tell of one package. The same package again corrects it: Amazon keeps one for each reference.

    Raises Rejected where there is no tracking number, for Amazon confirms nothing without one.
    """
    if not notice.tracking_number:
        said = "Amazon takes no shipment without a tracking number. Enter the package's number, and it is told again."
        raise Rejected("TRACKING_NUMBER_NEEDED", said, field="tracking_number")
    body = {"marketplaceId": _marketplace(ctx, notice), "packageDetail": _package(ctx, notice)}
    ask(ctx, CONFIRM_SHIPMENT, path={"orderId": notice.order_external_id}, body=body)
    return Receipt(external_id=reference(notice.package_key), at=ctx.now())


def find(ctx: Ctx, notice: ShipmentNotice) -> Receipt | None:
    """The package with our reference, where it has this tracking number; one with another was not corrected yet."""
    name = reference(notice.package_key)
    for package in parsed(ctx, notice.order_external_id).packages:
        if package.package_reference_id == name and package.tracking_number == notice.tracking_number:
            return Receipt(external_id=name, at=package.ship_time or ctx.now())
    return None


def reference(package_key: str) -> str:
    """Our name of a package as the positive number that Amazon wants: always the same for the same name."""
    return str(int.from_bytes(hashlib.sha256(package_key.encode()).digest()[:6]) or 1)


def _package(ctx: Ctx, notice: ShipmentNotice) -> dict[str, Any]:
    carrier = notice.carrier or ""
    code = ctx.settings.carriers.get(carrier) or _CARRIERS.get(carrier.lower(), "Other")
    named = {"carrierName": carrier or "Other"} if code == "Other" else {}
    method = {"shippingMethod": notice.service} if notice.service else {}
    return {
        "packageReferenceId": reference(notice.package_key),
        "carrierCode": code,
        **named,
        **method,
        "trackingNumber": notice.tracking_number,
        "shipDate": instant(notice.shipped_at),
        "orderItems": [{"orderItemId": item, "quantity": units} for item, units in notice.lines],
    }


def _marketplace(ctx: Ctx, notice: ShipmentNotice) -> str:
    """Where the order was placed: the notice does not say, and an account may sell in many places."""
    if len(ctx.settings.marketplace_ids) == 1:
        return ctx.settings.marketplace_ids[0]
    channel = parsed(ctx, notice.order_external_id).sales_channel
    return channel.marketplace_id or ctx.settings.marketplace_ids[0]
