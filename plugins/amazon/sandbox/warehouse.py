"""Amazon's warehouse, played: what lies in it for the account, and the orders of other channels that it ships."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

Said = dict[str, Any]

_OPEN = {"New", "Received", "Planning", "Processing"}
_BEFORE_PICKING = {"New", "Received", "Planning"}


@dataclass(slots=True, kw_only=True)
class Warehouse:
    """stock: units that can be sold, by SKU. orders: by the seller's name of each, as `getFulfillmentOrder` tells them.

    undeliverable: speeds at which nothing gets to anybody. tracking: by package number.
    hides_tracking: orders do not tell the carrier's number, only the package's page does.
    """

    now: Callable[[], datetime]
    name: Callable[[str], str]
    stock: dict[str, int] = field(default_factory=dict)
    orders: dict[str, Said] = field(default_factory=dict)
    tracking: dict[int, Said] = field(default_factory=dict)
    hides_tracking: bool = False
    undeliverable: set[str] = field(default_factory=set)

    @property
    def open(self) -> list[str]:
        """Names of the orders of which something may still leave."""
        return [name for name, said in self.orders.items() if self._status(said) in _OPEN]

    def take(self, body: Mapping[str, Any]) -> None:
        """A new order. What is there is set aside for it, the rest will not be shipped."""
        order = {name: value for name, value in body.items() if name != "items"}
        order |= {
            "receivedDate": self._instant(),
            "statusUpdatedDate": self._instant(),
            "fulfillmentOrderStatus": "New",
        }
        items = []
        for each in body["items"]:
            there = min(each["quantity"], self.stock.get(each["sellerSku"], 0))
            self.stock[each["sellerSku"]] = self.stock.get(each["sellerSku"], 0) - there
            items.append({**each, "cancelledQuantity": 0, "unfulfillableQuantity": each["quantity"] - there})
        self.orders[body["sellerFulfillmentOrderId"]] = {
            "fulfillmentOrder": order,
            "fulfillmentOrderItems": items,
            "fulfillmentShipments": [],
            "returnItems": [],
            "returnAuthorizations": [],
        }

    def work(self) -> int:
        """The next step of every open order: it is checked, then shipped. The number of orders that moved."""
        moved = self.open
        for name in moved:
            said = self.orders[name]
            if not any(self._left(said).values()):
                self._turn(said, "Invalid")
            elif self._status(said) == "New":
                self._turn(said, "Received")
            else:
                self.ship(name)
        return len(moved)

    def pick(self, name: str) -> None:
        """From now on it cannot be cancelled."""
        self._turn(self.orders[name], "Processing")

    def ship(self, name: str, units: Mapping[str, int] | None = None) -> None:
        """So many units of each item leave in one package; None: all that is left."""
        said = self.orders[name]
        leaving = {item: count for item, count in (units or self._left(said)).items() if count}
        number = 200_000_000 + len(self.tracking)
        skus = {each["sellerFulfillmentOrderItemId"]: each["sellerSku"] for each in said["fulfillmentOrderItems"]}
        known = {"packageNumber": number, "carrierCode": "UPS", "trackingNumber": f"1Z{number}"}
        self.tracking[number] = known
        shown = {**known, "estimatedArrivalDate": self._instant()}
        if self.hides_tracking:
            del shown["trackingNumber"]
        said["fulfillmentShipments"].append(
            {
                "amazonShipmentId": self.name("shipment"),
                "fulfillmentCenterId": "LTN1",
                "fulfillmentShipmentStatus": "SHIPPED",
                "shippingDate": self._instant(),
                "fulfillmentShipmentItem": [
                    {
                        "sellerSku": skus[item],
                        "sellerFulfillmentOrderItemId": item,
                        "quantity": count,
                        "packageNumber": number,
                    }
                    for item, count in leaving.items()
                ],
                "fulfillmentShipmentPackage": [shown],
            }
        )
        if not any(self._left(said).values()):
            lacking = any(each["unfulfillableQuantity"] for each in said["fulfillmentOrderItems"])
            self._turn(said, "CompletePartialled" if lacking else "Complete")

    def cancel(self, name: str) -> bool:
        """Give it back; False where it is too late."""
        said = self.orders[name]
        if self._status(said) not in _BEFORE_PICKING:
            return False
        for each in said["fulfillmentOrderItems"]:
            units = each["quantity"] - each["unfulfillableQuantity"]
            each["cancelledQuantity"] = units
            self.stock[each["sellerSku"]] += units
        self._turn(said, "Cancelled")
        return True

    def _left(self, said: Said) -> dict[str, int]:
        """Units of each item that are still to leave."""
        left = {
            each["sellerFulfillmentOrderItemId"]: each["quantity"]
            - each["unfulfillableQuantity"]
            - each["cancelledQuantity"]
            for each in said["fulfillmentOrderItems"]
        }
        for shipment in said["fulfillmentShipments"]:
            for part in shipment["fulfillmentShipmentItem"]:
                left[part["sellerFulfillmentOrderItemId"]] -= part["quantity"]
        return left

    def _status(self, said: Said) -> str:
        return str(said["fulfillmentOrder"]["fulfillmentOrderStatus"])

    def _turn(self, said: Said, status: str) -> None:
        said["fulfillmentOrder"] |= {"fulfillmentOrderStatus": status, "statusUpdatedDate": self._instant()}

    def _instant(self) -> str:
        return self.now().isoformat()
