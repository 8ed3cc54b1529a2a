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
    return Receipt(external_id=_reference(notice), at=ctx.now())


def find(ctx: Ctx, notice: ShipmentNotice) -> Receipt | None:
    """The package with our reference, where it has this tracking number; one with another was not corrected yet.

    A correction may be of the carrier alone. Where Amazon calls that by another name it is told once more: no harm.
    """
    name, carrier = _reference(notice), set(_carrier(ctx, notice).values())
    for package in parsed(ctx, notice.order_external_id).packages:
        same = package.tracking_number == notice.tracking_number
        if package.package_reference_id == name and same and (notice.corrects is None or package.carrier in carrier):
            return Receipt(external_id=name, at=package.ship_time or ctx.now())
    return None


def reference(package_key: str) -> str:
    """Our name of a package as the positive number that Amazon wants: always the same for the same name."""
    return str(int.from_bytes(hashlib.sha256(package_key.encode()).digest()[:6]) or 1)


def _reference(notice: ShipmentNotice) -> str:
    """Where an earlier word is corrected, the package is named as it was then: so it takes that one's place."""
    return notice.corrects or reference(notice.package_key)


def _package(ctx: Ctx, notice: ShipmentNotice) -> dict[str, Any]:
    method = {"shippingMethod": notice.service} if notice.service else {}
    return {
        "packageReferenceId": _reference(notice),
        **_carrier(ctx, notice),
        **method,
        "trackingNumber": notice.tracking_number,
        "shipDate": instant(notice.shipped_at),
        "orderItems": [{"orderItemId": item, "quantity": units} for item, units in notice.lines],
    }


def _carrier(ctx: Ctx, notice: ShipmentNotice) -> dict[str, str]:
    """By Amazon's code where there is one, else by its name."""
    carrier = notice.carrier or ""
    code = ctx.settings.carriers.get(carrier) or _CARRIERS.get(carrier.lower(), "Other")
    named = {"carrierName": carrier or "Other"} if code == "Other" else {}
    return {"carrierCode": code, **named}


def _marketplace(ctx: Ctx, notice: ShipmentNotice) -> str:
    """Where the order was placed: the notice does not say, and an account may sell in many places."""
    if len(ctx.settings.marketplace_ids) == 1:
        return ctx.settings.marketplace_ids[0]
    channel = parsed(ctx, notice.order_external_id).sales_channel
    return channel.marketplace_id or ctx.settings.marketplace_ids[0]
