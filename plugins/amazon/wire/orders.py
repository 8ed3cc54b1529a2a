"""An order of the Orders API 2026-01-01."""

from datetime import datetime
from typing import Annotated

from pydantic import AwareDatetime, Field

from plugins.amazon.wire.base import Amount, Wire

Units = Annotated[int, Field(ge=0)]


class Alias(Wire):
    alias_id: str
    alias_type: str


class SalesChannel(Wire):
    channel_name: str
    marketplace_id: str | None = None
    marketplace_name: str | None = None


class Buyer(Wire):
    buyer_name: str | None = None
    buyer_email: str | None = None
    buyer_company_name: str | None = None
    buyer_purchase_order_number: str | None = None


class CustomerAddress(Wire):
    name: str | None = None
    company_name: str | None = None
    address_line1: str | None = Field(default=None, alias="addressLine1")
    address_line2: str | None = Field(default=None, alias="addressLine2")
    address_line3: str | None = Field(default=None, alias="addressLine3")
    city: str | None = None
    district_or_county: str | None = None
    state_or_region: str | None = None
    municipality: str | None = None
    postal_code: str | None = None
    country_code: str | None = None
    phone: str | None = None


class DeliveryPreference(Wire):
    drop_off_location: str | None = None
    address_instruction: str | None = None


class Recipient(Wire):
    delivery_address: CustomerAddress | None = None
    delivery_preference: DeliveryPreference | None = None


class DetailedBreakdown(Wire):
    subtype: str | None = None
    value: Amount | None = None


class Breakdown(Wire):
    type: str
    subtotal: Amount
    status: str | None = None
    detailed_breakdowns: tuple[DetailedBreakdown, ...] = ()


class OrderProceeds(Wire):
    grand_total: Amount | None = None
    breakdowns: tuple[Breakdown, ...] = ()


class ItemProceeds(Wire):
    proceeds_total: Amount | None = None
    breakdowns: tuple[Breakdown, ...] = ()


class PaymentExecution(Wire):
    payment_method: str | None = None
    payment_amount: Amount | None = None


class OrderPayment(Wire):
    payment_executions: tuple[PaymentExecution, ...] = ()


class TimeWindow(Wire):
    earliest_date_time: datetime | None = None
    latest_date_time: AwareDatetime | None = None


class OrderFulfillment(Wire):
    fulfillment_status: str
    fulfilled_by: str | None = None
    fulfillment_service_level: str | None = None
    ship_by_window: TimeWindow | None = None
    deliver_by_window: TimeWindow | None = None


class ItemPrice(Wire):
    unit_price: Amount | None = None
    price_designation: str | None = None


class Customization(Wire):
    customized_url: str | None = None


class ItemProduct(Wire):
    asin: str | None = None
    title: str | None = None
    seller_sku: str | None = None
    price: ItemPrice | None = None
    customization: Customization | None = None


class Promotion(Wire):
    promotion_id: str | None = None


class ItemPromotion(Wire):
    breakdowns: tuple[Promotion, ...] = ()


class CancellationRequest(Wire):
    requester: str | None = None
    cancel_reason: str | None = None


class CancellationExecution(Wire):
    cancelled_by: str | None = None
    cancel_reason: str | None = None


class ItemCancellation(Wire):
    cancellation_request: CancellationRequest | None = None
    cancellation_execution: CancellationExecution | None = None


class GiftOption(Wire):
    gift_message: str | None = None
    gift_wrap_level: str | None = None


class Packing(Wire):
    gift_option: GiftOption | None = None


class InternationalShipping(Wire):
    ioss_number: str | None = None


class ItemShipping(Wire):
    international_shipping: InternationalShipping | None = None


class ItemFulfillment(Wire):
    quantity_fulfilled: Units | None = None
    quantity_unfulfilled: Units | None = None
    packing: Packing | None = None
    shipping: ItemShipping | None = None


class TaxCollection(Wire):
    model: str | None = None
    responsible_party: str | None = None


class ItemTax(Wire):
    tax_collections: tuple[TaxCollection, ...] = ()


class OrderItem(Wire):
    order_item_id: str = Field(min_length=1)
    quantity_ordered: Units
    programs: tuple[str, ...] = ()
    product: ItemProduct
    proceeds: ItemProceeds | None = None
    promotion: ItemPromotion | None = None
    cancellation: ItemCancellation | None = None
    fulfillment: ItemFulfillment | None = None
    tax: ItemTax | None = None


class PackageItem(Wire):
    order_item_id: str
    quantity: Units


class PackageStatus(Wire):
    status: str


class Package(Wire):
    package_reference_id: str
    created_time: AwareDatetime | None = None
    package_status: PackageStatus | None = None
    carrier: str | None = None
    ship_time: AwareDatetime | None = None
    shipping_service: str | None = None
    tracking_number: str | None = None
    package_items: tuple[PackageItem, ...] = ()


class Associated(Wire):
    order_id: str | None = None
    association_type: str | None = None


class Order(Wire):
    order_id: str = Field(min_length=1)
    order_aliases: tuple[Alias, ...] = ()
    created_time: AwareDatetime
    last_updated_time: AwareDatetime
    programs: tuple[str, ...] = ()
    associated_orders: tuple[Associated, ...] = ()
    sales_channel: SalesChannel
    buyer: Buyer | None = None
    recipient: Recipient | None = None
    proceeds: OrderProceeds | None = None
    payment: OrderPayment | None = None
    fulfillment: OrderFulfillment | None = None
    order_items: tuple[OrderItem, ...]
    packages: tuple[Package, ...] = ()
