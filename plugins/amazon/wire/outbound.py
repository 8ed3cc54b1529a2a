"""Orders of other channels that Amazon ships (Fulfillment Outbound 2020-07-01), and its stock (FBA Inventory v1)."""

from typing import Annotated

from pydantic import AfterValidator, AwareDatetime, Field

from crossdock import Money
from plugins.amazon.wire.base import Exact, Wire, money
from plugins.amazon.wire.orders import Units


def _plain(status: str) -> str:
    """The description writes CompletePartialled, its examples COMPLETE_PARTIALLED."""
    return status.replace("_", "").lower()


Status = Annotated[str, AfterValidator(_plain)]


class Outbound(Wire):
    """What a list tells of one order. `status` in small letters."""

    name: str = Field(alias="sellerFulfillmentOrderId", min_length=1)
    displayed: str = Field(alias="displayableOrderId")
    status: Status = Field(alias="fulfillmentOrderStatus")
    changed: AwareDatetime = Field(alias="statusUpdatedDate")
    received: AwareDatetime = Field(alias="receivedDate")


class OutboundItem(Wire):
    item: str = Field(alias="sellerFulfillmentOrderItemId", min_length=1)
    seller_sku: str
    quantity: Units
    cancelled_quantity: Units = 0


class ShippedItem(Wire):
    item: str = Field(alias="sellerFulfillmentOrderItemId", min_length=1)
    seller_sku: str
    quantity: Units
    package_number: int | None = None


class OutboundPackage(Wire):
    package_number: int
    carrier_code: str
    tracking_number: str | None = None
    amazon_fulfillment_tracking_number: str | None = None


class OutboundShipment(Wire):
    amazon_shipment_id: str = Field(min_length=1)
    status: Status = Field(alias="fulfillmentShipmentStatus")
    shipping_date: AwareDatetime | None = None
    items: tuple[ShippedItem, ...] = Field(alias="fulfillmentShipmentItem")
    packages: tuple[OutboundPackage, ...] | None = Field(default=None, alias="fulfillmentShipmentPackage")


class OutboundOrder(Wire):
    """One order, whole."""

    order: Outbound = Field(alias="fulfillmentOrder")
    items: tuple[OutboundItem, ...] = Field(alias="fulfillmentOrderItems", min_length=1)
    shipments: tuple[OutboundShipment, ...] | None = Field(default=None, alias="fulfillmentShipments")


class FeeAmount(Wire):
    currency_code: str
    value: Exact

    @property
    def money(self) -> Money:
        return money(self.value, self.currency_code)


class Fee(Wire):
    name: str
    amount: FeeAmount


class PreviewItem(Wire):
    item: str = Field(alias="sellerFulfillmentOrderItemId")
    quantity: Units


class UnfulfillableItem(PreviewItem):
    reasons: tuple[str, ...] | None = Field(default=None, alias="itemUnfulfillableReasons")


class PreviewShipment(Wire):
    """One parcel that would go. Amazon promises to keep to the later of two dates."""

    latest_ship_date: AwareDatetime | None = None
    latest_arrival_date: AwareDatetime | None = None
    items: tuple[PreviewItem, ...] = Field(alias="fulfillmentPreviewItems")


class Preview(Wire):
    """Shipping at one speed, as it would be. `reasons`: why none of it can be."""

    speed: str = Field(alias="shippingSpeedCategory", min_length=1)
    fees: tuple[Fee, ...] | None = Field(default=None, alias="estimatedFees")
    shipments: tuple[PreviewShipment, ...] | None = Field(default=None, alias="fulfillmentPreviewShipments")
    unfulfillable: tuple[UnfulfillableItem, ...] | None = Field(default=None, alias="unfulfillablePreviewItems")
    reasons: tuple[str, ...] | None = Field(default=None, alias="orderUnfulfillableReasons")


class Tracking(Wire):
    """What is known of a package's way."""

    tracking_number: str | None = None
    carrier_code: str | None = None


class InventoryDetails(Wire):
    fulfillable_quantity: Units | None = None


class Inventory(Wire):
    """One SKU in Amazon's hands."""

    seller_sku: str = Field(min_length=1)
    inventory_details: InventoryDetails | None = None
