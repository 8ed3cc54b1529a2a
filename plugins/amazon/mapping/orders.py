"""An Amazon order as the hub's: the whole of it, every time."""

import json
from dataclasses import replace
from datetime import datetime

from crossdock import Address, BadData, CustomerData, OrderData, RawOrder
from plugins.amazon.mapping.lines import lines_of, shipping_of, shipping_tax_of, taxes_of
from plugins.amazon.mapping.marketplaces import usual_currency
from plugins.amazon.mapping.payments import payments_of
from plugins.amazon.mapping.proceeds import currency_of, prices_include_tax, proceeds_of
from plugins.amazon.mapping.progress import asked, cancelled, left
from plugins.amazon.wire.base import read
from plugins.amazon.wire.orders import Buyer, CustomerAddress, Order, TimeWindow


def order_data(raw: RawOrder) -> OrderData:
    """Raises BadData for what is no order as Amazon describes one, and for one in two currencies."""
    try:
        said = json.loads(raw.payload)
    except ValueError:
        raise BadData("This is no JSON.", raw.payload) from None
    try:
        return _order_data(read(Order, said, "The order"))
    except BadData as bad:
        raise BadData(bad.message, raw.payload, bad.where) from None
    except ValueError as error:  # arithmetic between two currencies
        raise BadData(str(error), raw.payload) from None


def _order_data(order: Order) -> OrderData:
    currency = currency_of(order) or usual_currency(order.sales_channel.marketplace_id)
    included = prices_include_tax(order, currency)
    sums = {item.order_item_id: proceeds_of(item, currency) for item in order.order_items}
    if len(sums) != len(order.order_items):
        raise BadData("Two items of the order have one id.", where="$.orderItems")
    fulfillment, buyer = order.fulfillment, order.buyer
    address = order.recipient.delivery_address if order.recipient is not None else None
    data = OrderData(
        external_id=order.order_id,
        external_number=order.order_id,
        version=int(order.last_updated_time.timestamp() * 1000),
        placed_at=order.created_time,
        currency=currency,
        lines=tuple(lines_of(order, sums, included=included)),
        taxes_included=included,
        customer=_customer(buyer, address),
        shipping_address=_address(address, buyer.buyer_email if buyer else None) if address else None,
        shipping_method=fulfillment.fulfillment_service_level if fulfillment else None,
        shipping=shipping_of(sums, currency, included=included),
        shipping_tax=shipping_tax_of(sums, currency),
        taxes=tuple(taxes_of(sums, currency)),
        fulfillments=tuple(left(order)),
        cancellations=tuple(cancelled(order)),
        cancel_requests=tuple(asked(order)),
        fulfilled_by_channel=fulfillment is not None and fulfillment.fulfilled_by == "AMAZON",
        ship_by=_end(fulfillment.ship_by_window) if fulfillment else None,
        deliver_by=_end(fulfillment.deliver_by_window) if fulfillment else None,
        tags=tuple(sorted({program.lower() for program in order.programs})),
        note=_note(order),
        metadata=_metadata(order),
    )
    return replace(data, payments=payments_of(order, data.total))


def _customer(buyer: Buyer | None, address: CustomerAddress | None) -> CustomerData:
    """Amazon gives a buyer one anonymous address for good: it names the customer."""
    phone = address.phone or None if address is not None else None
    if buyer is None:
        return CustomerData(phone=phone)
    return CustomerData(key=buyer.buyer_email, email=buyer.buyer_email, name=buyer.buyer_name, phone=phone)


def _end(window: TimeWindow | None) -> datetime | None:
    return window.latest_date_time if window is not None else None


def _address(said: CustomerAddress, email: str | None) -> Address:
    second = ", ".join(part for part in (said.address_line2, said.address_line3) if part)
    return Address(
        name=said.name or None,
        company=said.company_name or None,
        line1=said.address_line1 or None,
        line2=second or None,
        city=said.city or said.municipality or None,
        region=said.state_or_region or said.district_or_county or None,
        postal_code=said.postal_code or None,
        country=said.country_code or None,
        phone=said.phone or None,
        email=email,
    )


def _note(order: Order) -> str | None:
    wish = order.recipient.delivery_preference if order.recipient is not None else None
    parts = (wish.drop_off_location, wish.address_instruction) if wish is not None else ()
    return " · ".join(part for part in parts if part) or None


def _metadata(order: Order) -> dict[str, object]:
    said = {
        "marketplace_id": order.sales_channel.marketplace_id,
        "marketplace": order.sales_channel.marketplace_name,
        "sales_channel": order.sales_channel.channel_name,
        "purchase_order": order.buyer.buyer_purchase_order_number if order.buyer else None,
        "company": order.buyer.buyer_company_name if order.buyer else None,
        "seller_order_id": next((each.alias_id for each in order.order_aliases), None),
        "associated_orders": [each.order_id for each in order.associated_orders],
    }
    return {key: value for key, value in said.items() if value}
