"""An order with everything about it, as `orders.whole` puts it together."""

from datetime import datetime
from decimal import Decimal

from plugins.shopify.wire.base import Attribute, MoneyBag, Named, Nodes, Units, Wire


class TaxLine(Wire):
    title: str
    price_set: MoneyBag
    rate: Decimal | None = None
    channel_liable: bool | None = None


class Allocation(Wire):
    allocated_amount_set: MoneyBag


class LineItem(Wire):
    id: str
    name: str
    quantity: Units
    current_quantity: Units
    non_fulfillable_quantity: Units
    requires_shipping: bool
    is_gift_card: bool
    original_unit_price_set: MoneyBag
    original_total_set: MoneyBag
    sku: str | None = None
    vendor: str | None = None
    variant_title: str | None = None
    variant: Named | None = None
    custom_attributes: tuple[Attribute, ...] = ()
    discount_allocations: tuple[Allocation, ...] = ()
    tax_lines: tuple[TaxLine, ...] = ()


class ShippingLine(Wire):
    title: str
    discounted_price_set: MoneyBag
    id: str | None = None
    tax_lines: tuple[TaxLine, ...] = ()


class AdditionalFee(Wire):
    id: str
    name: str
    price: MoneyBag
    tax_lines: tuple[TaxLine, ...] = ()


class MailingAddress(Wire):
    name: str | None = None
    company: str | None = None
    address1: str | None = None
    address2: str | None = None
    city: str | None = None
    province: str | None = None
    province_code: str | None = None
    zip: str | None = None
    country_code_v2: str | None = None
    phone: str | None = None


class Transaction(Wire):
    id: str
    kind: str
    status: str
    amount_set: MoneyBag
    created_at: datetime
    processed_at: datetime | None = None
    authorization_expires_at: datetime | None = None
    gateway: str | None = None
    parent_transaction: Named | None = None


class ParcelLine(Wire):
    line_item: Named
    quantity: Units | None = None


class Tracking(Wire):
    company: str | None = None
    number: str | None = None
    url: str | None = None


class Fulfillment(Wire):
    """A parcel that left, unless `status` says otherwise."""

    id: str
    status: str
    created_at: datetime
    fulfillment_line_items: Nodes[ParcelLine]
    tracking_info: tuple[Tracking, ...] = ()

    @property
    def units(self) -> dict[str, int]:
        """Units by line."""
        found: dict[str, int] = {}
        for each in self.fulfillment_line_items.nodes:
            found[each.line_item.id] = found.get(each.line_item.id, 0) + (each.quantity or 0)
        return found


class Place(Wire):
    id: str
    is_fulfillment_service: bool = False


class AssignedLocation(Wire):
    location: Place | None = None


class Hold(Wire):
    display_reason: str


class WorkLine(Wire):
    id: str
    remaining_quantity: Units
    line_item: Named


class FulfillmentOrder(Wire):
    """Work that Shopify has given to one location."""

    id: str
    status: str
    request_status: str
    updated_at: datetime
    assigned_location: AssignedLocation
    line_items: Nodes[WorkLine]
    fulfill_by: datetime | None = None
    fulfillment_holds: tuple[Hold, ...] = ()

    @property
    def place(self) -> str | None:
        return self.assigned_location.location.id if self.assigned_location.location is not None else None


class RefundLine(Wire):
    line_item: Named
    quantity: Units
    restock_type: str
    subtotal_set: MoneyBag
    total_tax_set: MoneyBag
    restocked: bool = False


class RefundShipping(Wire):
    subtotal_amount_set: MoneyBag
    tax_amount_set: MoneyBag


class Refund(Wire):
    id: str
    processed_at: datetime
    total_refunded_set: MoneyBag
    refund_line_items: Nodes[RefundLine]
    refund_shipping_lines: Nodes[RefundShipping]
    created_at: datetime | None = None
    note: str | None = None


class App(Wire):
    name: str


class Customer(Wire):
    id: str
    display_name: str


class Order(Wire):
    id: str
    legacy_resource_id: str
    name: str
    created_at: datetime
    processed_at: datetime
    updated_at: datetime
    test: bool
    taxes_included: bool
    duties_included: bool
    presentment_currency_code: str
    line_items: Nodes[LineItem]
    shipping_lines: Nodes[ShippingLine]
    transactions: list[Transaction]
    fulfillments: list[Fulfillment]
    refunds: list[Refund]
    fulfillment_orders: Nodes[FulfillmentOrder]
    tax_lines: tuple[TaxLine, ...] = ()
    additional_fees: tuple[AdditionalFee, ...] = ()
    original_total_duties_set: MoneyBag | None = None
    cancelled_at: datetime | None = None
    cancel_reason: str | None = None
    email: str | None = None
    phone: str | None = None
    note: str | None = None
    po_number: str | None = None
    source_name: str | None = None
    app: App | None = None
    customer: Customer | None = None
    custom_attributes: tuple[Attribute, ...] = ()
    shipping_address: MailingAddress | None = None
    billing_address: MailingAddress | None = None
    tags: tuple[str, ...] = ()
    discount_codes: tuple[str, ...] = ()
    display_financial_status: str | None = None
