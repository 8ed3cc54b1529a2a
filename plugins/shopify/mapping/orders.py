"""An order as Shopify has it, in the hub's words."""

from pydantic import ValidationError

from crossdock import BadData, CustomerData, FulfillmentData, Money, OrderData, RawOrder
from plugins.shopify.mapping.given_back import cancel_requests_of, cancellations_of, refunds_of
from plugins.shopify.mapping.lines import address_of, lines_of, noted, tax_of
from plugins.shopify.mapping.money import paid, tax
from plugins.shopify.mapping.payments import payments_of
from plugins.shopify.settings import ShopifySettings
from plugins.shopify.wire.orders import Fulfillment, FulfillmentOrder, Order

_OVER = {"CLOSED", "CANCELLED"}
_FEW = 999


def read(raw: RawOrder) -> Order:
    """The payload, typed. Raises BadData, which says where it makes no sense."""
    try:
        return Order.model_validate_json(raw.payload)
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        where = "$." + ".".join(str(part) for part in first["loc"])
        raise BadData(f"The order makes no sense: {first['msg']}.", raw.payload, where=where) from None


def version_of(order: Order) -> int:
    """It rises with every change. Shopify tells the second of a change; what grew within one orders changes of it."""
    grown = len(order.transactions) + len(order.fulfillments) + len(order.refunds) + len(order.line_items.nodes)
    grown += sum(2 * line.quantity - line.current_quantity for line in order.line_items.nodes)  # units added, taken off
    grown += order.cancelled_at is not None
    return int(order.updated_at.timestamp()) * 1000 + min(_FEW, grown)


def map_order(settings: ShopifySettings, raw: RawOrder) -> OrderData:
    """Pure. Amounts are in the currency that the shopper paid in."""
    order = read(raw)
    try:
        return _mapped(settings, order)
    except BadData as error:
        raise BadData(error.message, raw.payload, error.where) from None


def _mapped(settings: ShopifySettings, order: Order) -> OrderData:
    currency = order.presentment_currency_code
    try:
        nothing = Money.zero(currency)
        Money.parse("0", currency)
    except ValueError as error:
        raise BadData(str(error), where="$.presentmentCurrencyCode") from None
    postage = order.shipping_lines.nodes
    work = [each for each in order.fulfillment_orders.nodes if each.status not in _OVER]
    dates = [each.fulfill_by for each in work if each.fulfill_by is not None]
    return OrderData(
        external_id=order.id,
        external_number=order.name,
        version=version_of(order),
        placed_at=order.processed_at,
        currency=currency,
        taxes_included=order.taxes_included,
        lines=lines_of(order),
        customer=_customer(order),
        shipping_address=address_of(order.shipping_address),
        billing_address=address_of(order.billing_address),
        shipping_method=postage[0].title if postage else None,
        shipping=Money.sum((paid(each.discounted_price_set, currency) for each in postage), currency),
        shipping_tax=Money.sum((tax(each.tax_lines, currency) for each in postage), nothing.currency),
        taxes=tuple(tax_of(each, currency) for each in order.tax_lines),
        payments=payments_of(order),
        fulfillments=tuple(_sent(each) for each in order.fulfillments if each.status == "SUCCESS"),
        cancellations=cancellations_of(order),
        cancel_requests=cancel_requests_of(order),
        refunds=refunds_of(order),
        fulfilled_by_channel=_is_shipped_by_others(settings, order.fulfillment_orders.nodes),
        test=order.test,
        ship_by=min(dates, default=None),
        tags=tuple(order.tags),
        note=order.note,
        metadata=_extra(order, work),
        source=f"https://{settings.shop}/admin/orders/{order.legacy_resource_id}",
    )


def _customer(order: Order) -> CustomerData:
    known = order.customer
    address = order.shipping_address or order.billing_address
    name = known.display_name if known is not None else (address.name if address is not None else None)
    return CustomerData(
        key=known.id if known is not None else None, email=order.email or None, name=name, phone=order.phone
    )


def _sent(parcel: Fulfillment) -> FulfillmentData:
    tracking = next((each for each in parcel.tracking_info if each.number), None)
    company = next((each.company for each in parcel.tracking_info if each.company), None)
    return FulfillmentData(
        external_id=parcel.id,
        shipped_at=parcel.created_at,
        lines=tuple((name, quantity) for name, quantity in parcel.units.items() if quantity > 0),
        carrier=company,
        tracking_number=tracking.number if tracking is not None else None,
    )


def _is_shipped_by_others(settings: ShopifySettings, work: list[FulfillmentOrder]) -> bool:
    """Whether all of it lies with fulfilment services other than ours: then nobody here ships any of it."""
    places = [each.assigned_location.location for each in work if each.status != "CANCELLED"]
    others = [
        place is not None and place.is_fulfillment_service and place.id != settings.location_id for place in places
    ]
    return bool(others) and all(others)


def _extra(order: Order, work: list[FulfillmentOrder]) -> dict[str, object]:
    said: dict[str, object] = {
        "attributes": noted(order.custom_attributes),
        "discount_codes": order.discount_codes,
        "po_number": order.po_number,
        "sold_by": order.app.name if order.app is not None else order.source_name,
        "holds": [hold.display_reason for each in work for hold in each.fulfillment_holds],
    }
    return {name: value for name, value in said.items() if value}
