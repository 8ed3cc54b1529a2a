"""What Amazon's warehouse would take for an order of another channel, played: fees and days by speed."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

Said = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Speed:
    """A fee for the order and one for each unit; days until it has left, and until it is there."""

    order_fee: Decimal
    unit_fee: Decimal
    leaves: int
    arrives: int


SPEEDS: Mapping[str, Speed] = {
    "Standard": Speed(Decimal("2.10"), Decimal("1.20"), 1, 4),
    "Expedited": Speed(Decimal("3.40"), Decimal("1.60"), 1, 2),
    "Priority": Speed(Decimal("5.90"), Decimal("2.30"), 0, 1),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """stock: units by SKU. undeliverable: speeds at which nobody goes to the address."""

    marketplace: str
    currency: str
    now: datetime
    stock: Mapping[str, int]
    undeliverable: frozenset[str] = frozenset()

    def preview(self, speed: str, items: list[Said]) -> Said:
        """As `getFulfillmentPreview` tells it. Nothing is set aside for it."""
        if speed in self.undeliverable:
            return {
                **self._about(speed, fulfillable=False),
                "unfulfillablePreviewItems": [self._lacks(each, each["quantity"], speed) for each in items],
                "orderUnfulfillableReasons": ["DeliverySLAUnavailable"],
            }
        left, goes, lacks = dict(self.stock), list[Said](), list[Said]()
        for each in items:
            there = min(each["quantity"], left.get(each["sellerSku"], 0))
            left[each["sellerSku"]] = left.get(each["sellerSku"], 0) - there
            if there:
                goes.append({**_named(each), "quantity": there})
            if there < each["quantity"]:
                lacks.append(self._lacks(each, each["quantity"] - there, speed))
        said = {**self._about(speed, fulfillable=not lacks), "unfulfillablePreviewItems": lacks}
        if goes:
            said["estimatedFees"] = self._fees(speed, sum(each["quantity"] for each in goes))
            said["fulfillmentPreviewShipments"] = [self._parcel(speed, goes)]
        return said

    def _about(self, speed: str, *, fulfillable: bool) -> Said:
        return {
            "shippingSpeedCategory": speed,
            "isFulfillable": fulfillable,
            "isCODCapable": False,
            "marketplaceId": self.marketplace,
        }

    def _fees(self, speed: str, units: int) -> list[Said]:
        fees = {
            "FBAPerUnitFulfillmentFee": SPEEDS[speed].unit_fee * units,
            "FBAPerOrderFulfillmentFee": SPEEDS[speed].order_fee,
        }
        return [
            {"name": name, "amount": {"currencyCode": self.currency, "value": str(value)}}
            for name, value in fees.items()
        ]

    def _parcel(self, speed: str, goes: list[Said]) -> Said:
        leaves = self.now + timedelta(days=SPEEDS[speed].leaves)
        arrives = self.now + timedelta(days=SPEEDS[speed].arrives)
        return {
            "earliestShipDate": self.now.isoformat(),
            "latestShipDate": leaves.isoformat(),
            "earliestArrivalDate": leaves.isoformat(),
            "latestArrivalDate": arrives.isoformat(),
            "fulfillmentPreviewItems": goes,
        }

    def _lacks(self, item: Said, units: int, speed: str) -> Said:
        why = "DeliverySLAUnavailable" if speed in self.undeliverable else "InventoryUnavailable"
        return {**_named(item), "quantity": units, "itemUnfulfillableReasons": [why]}


def _named(item: Said) -> Said:
    return {name: item[name] for name in ("sellerSku", "sellerFulfillmentOrderItemId")}
