"""The hub's work as an order that Amazon ships, and what became of it as news. Pure."""

import hashlib
import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from crossdock import Address, Rejected, SupplierLine, SupplierOrder, SupplierUpdate, UpdatedLine, UpdateKind
from plugins.amazon.orders import instant
from plugins.amazon.settings import AmazonSettings, Speed
from plugins.amazon.wire.outbound import OutboundOrder, OutboundPackage, OutboundShipment, ShippedItem

_LONGEST_NAME = 40
_MOST_LINES, _MOST_UNITS = 100, 250
_NAME = re.compile(r"(.+)-[0-9a-f]{8}")

OPEN = {"new", "received", "planning", "processing"}
_ACCEPTED = {"received", "planning", "processing", "complete", "completepartialled"}
_OVER = {
    "cancelled": (UpdateKind.CANCELLED, "Amazon cancelled it."),
    "invalid": (UpdateKind.REJECTED, "Amazon refused the address, or has too little that can be sold."),
    "unfulfillable": (UpdateKind.REJECTED, "Amazon found nothing that can be sold."),
    "completepartialled": (UpdateKind.REJECTED, "Amazon could not ship all of it."),
}

Found = Mapping[int, OutboundPackage]
"""Packages by their number, with all that is known of their tracking."""


def displayed(order: SupplierOrder) -> str:
    """The order's number on the packing slip."""
    return order.order_number[:_LONGEST_NAME]


def name_of(reference: str, number: str) -> str:
    """Amazon's name of the work: always the same for the same work, and another one for that of a hub made anew."""
    return f"{reference}-{hashlib.sha256(f'{reference}/{number}'.encode()).hexdigest()[:8]}"


def reference_of(name: str, number: str) -> str | None:
    """Our name of the work; None where the order is none of ours."""
    match = _NAME.fullmatch(name)
    return match[1] if match is not None and name_of(match[1], number) == name else None


def body_of(order: SupplierOrder, settings: AmazonSettings, now: datetime) -> dict[str, Any]:
    """The order as Amazon takes it: what is not there is left out and told. Raises Rejected for what it cannot take."""
    return {
        "marketplaceId": settings.marketplace_ids[0],
        "sellerFulfillmentOrderId": name_of(order.reference, displayed(order)),
        "displayableOrderId": displayed(order),
        "displayableOrderDate": instant(now),
        "displayableOrderComment": settings.packing_slip_note,
        "shippingSpeedCategory": speed_of(order.shipping_method, settings),
        "fulfillmentAction": "Ship",
        "fulfillmentPolicy": "FillAllAvailable",
        "destinationAddress": destination(order.ship_to),
        "items": items_of(order.lines),
    }


def speed_of(shipping_method: str | None, settings: AmazonSettings) -> Speed:
    """Amazon's speed for our shipping method."""
    return settings.speeds.get(shipping_method or "", "Standard")


def items_of(lines: Sequence[SupplierLine]) -> list[dict[str, Any]]:
    """What is to be shipped. Raises Rejected for more than Amazon takes at once."""
    units = sum(line.quantity for line in lines)
    if len(lines) > _MOST_LINES or units > _MOST_UNITS:
        said = f"Amazon ships at most {_MOST_LINES} lines and {_MOST_UNITS} units in one order; this has {units} units."
        raise Rejected("TOO_LARGE", said, field="lines")
    return [
        {
            "sellerSku": line.supplier_sku or line.sku,
            "sellerFulfillmentOrderItemId": line.line,
            "quantity": line.quantity,
        }
        for line in lines
    ]


def destination(address: Address | None) -> dict[str, str]:
    """Where it goes, in Amazon's parts. Raises Rejected for an address that Amazon would not ship to."""
    if address is None or not (address.line1 and address.postal_code and address.country):
        said = "Amazon ships only to an address with a street, a postal code and a country. Complete it."
        raise Rejected("ADDRESS_INCOMPLETE", said, field="ship_to")
    # Japan's addresses have no city of their own there: it goes with the lines.
    lines = [address.line1, address.line2, address.city if address.country == "JP" else None]
    said_lines = {f"addressLine{place}": line for place, line in enumerate(filter(None, lines), start=1)}
    parts = {
        "name": address.name or address.company or "Recipient",
        **said_lines,
        "city": None if address.country == "JP" else address.city,
        "stateOrRegion": address.region,
        "postalCode": address.postal_code,
        "countryCode": address.country,
        "phone": address.phone,
    }
    return {name: value for name, value in parts.items() if value}


def shipped_units(said: OutboundOrder) -> dict[str, int]:
    """Units that have left, by item."""
    units: dict[str, int] = {}
    for shipment in _left(said):
        for each in shipment.items:
            units[each.item] = units.get(each.item, 0) + each.quantity
    return units


def untracked(said: OutboundOrder) -> Iterator[int]:
    """Packages that have left and whose tracking number the order does not tell."""
    for shipment in _left(said):
        for package in shipment.packages or ():
            if not package.tracking_number:
                yield package.package_number


def updates_of(said: OutboundOrder, reference: str, found: Found) -> Iterator[SupplierUpdate]:
    """All the news of one order, in their order; the same news by the same id every time."""
    order = said.order
    if order.status in _ACCEPTED:
        lines = [_line(UpdateKind.ACCEPTED, each.item, each.seller_sku, each.quantity) for each in said.items]
        yield _update(said, reference, "accepted", order.received, lines)
    for shipment in _left(said):
        for number, items in _by_package(shipment).items():
            known = next((each for each in shipment.packages or () if each.package_number == number), None)
            package = found.get(number, known)
            at = shipment.shipping_date or order.changed
            lines = [_line(UpdateKind.SHIPPED, each.item, each.seller_sku, each.quantity) for each in items]
            yield _update(said, reference, f"{shipment.amazon_shipment_id}/{number}", at, lines, package)
    if order.status in _OVER:
        kind, why = _OVER[order.status]
        sent = shipped_units(said)
        lines = []
        for each in said.items:
            cancelled = each.cancelled_quantity if kind is not UpdateKind.CANCELLED else 0
            rest = each.quantity - sent.get(each.item, 0) - cancelled
            lines.append(_line(UpdateKind.CANCELLED, each.item, each.seller_sku, cancelled, _OVER["cancelled"][1]))
            lines.append(_line(kind, each.item, each.seller_sku, rest, why))
        if any(line.quantity > 0 for line in lines):
            yield _update(said, reference, order.status, order.changed, lines)


def _left(said: OutboundOrder) -> Iterator[OutboundShipment]:
    return (each for each in said.shipments or () if each.status == "shipped")


def _by_package(shipment: OutboundShipment) -> dict[int, list[ShippedItem]]:
    """What is in each package; what is in none is in the first."""
    known = [package.package_number for package in shipment.packages or ()]
    first = known[0] if known else 0
    contents: dict[int, list[ShippedItem]] = {}
    for each in shipment.items:
        number = each.package_number if each.package_number in known else first
        contents.setdefault(number or 0, []).append(each)
    return contents


def _line(kind: UpdateKind, item: str, sku: str, quantity: int, reason: str = "") -> UpdatedLine:
    return UpdatedLine(kind=kind, sku=sku, quantity=quantity, line=item, reason=reason)


def _update(
    said: OutboundOrder,
    reference: str,
    what: str,
    at: datetime,
    lines: list[UpdatedLine],
    package: OutboundPackage | None = None,
) -> SupplierUpdate:
    """`what` is the news' name within the order. A later moment is later news, and acceptance comes first."""
    number = package.tracking_number or package.amazon_fulfillment_tracking_number if package is not None else None
    return SupplierUpdate(
        update_id=f"{said.order.name}/{what}",
        reference=reference,
        sequence=int(max(at, said.order.received).timestamp() * 1000) + (what != "accepted"),
        at=at,
        lines=tuple(line for line in lines if line.quantity > 0),
        source=f"Amazon's order {said.order.name}",
        external_id=said.order.name,
        carrier=package.carrier_code if package is not None else None,
        tracking_number=number,
    )
