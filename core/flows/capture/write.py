"""Writing new orders: one COPY a table, however many orders."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from core.db import insert_rows
from core.flows.capture.draft import DraftLine, DraftOrder
from core.orders.models import Order, OrderLine
from crossdock.address import Address
from crossdock.orders import OrderData

_ORDER = [
    Order.id, Order.number, Order.channel_id, Order.external_id, Order.external_number, Order.external_version,
    Order.fulfilled_by_channel, Order.origin, Order.original_id, Order.priority, Order.validated_at, Order.placed_at,
    Order.created_at, Order.updated_at, Order.ship_by, Order.deliver_by, Order.customer_id, Order.email, Order.phone,
    Order.shipping_address, Order.billing_address, Order.country, Order.shipping_method, Order.currency,
    Order.taxes_included, Order.subtotal_minor, Order.discount_minor, Order.shipping_minor, Order.shipping_tax_minor,
    Order.tax_minor, Order.total_minor, Order.tax_lines, Order.tags, Order.note, Order.extra, Order.search,
]  # fmt: skip

_LINE = [
    OrderLine.id, OrderLine.order_id, OrderLine.position, OrderLine.external_id, OrderLine.kind, OrderLine.ships,
    OrderLine.sku, OrderLine.name, OrderLine.item_id, OrderLine.listing_id, OrderLine.bundle_line_id,
    OrderLine.per_bundle, OrderLine.price_share, OrderLine.quantity, OrderLine.open, OrderLine.shipped,
    OrderLine.currency, OrderLine.unit_price_minor, OrderLine.discount_minor, OrderLine.tax_minor,
    OrderLine.total_minor, OrderLine.extra,
]  # fmt: skip


def orders(session: Session, channel_id: int, drafts: Sequence[DraftOrder], now: datetime) -> None:
    insert_rows(session, Order, _ORDER, [_order(order, channel_id, now) for order in drafts])
    lines(session, [line for order in drafts for line in order.lines])


def lines(session: Session, drafts: Sequence[DraftLine]) -> None:
    """Lines of orders that are there."""
    insert_rows(session, OrderLine, _LINE, [_line(line) for line in drafts])


def address(known: Address | None) -> dict[str, str] | None:
    """An address as it is kept: what is known of it."""
    if known is None:
        return None
    return {name: value for name, value in known.as_dict().items() if value is not None} or None


def version_of(data: OrderData) -> str | None:
    """What a later telling of the same order is compared with."""
    return str(data.version) if data.version is not None else data.fingerprint or None


def search_text(number: str, data: OrderData) -> str:
    name = data.customer.name or (data.shipping_address.name if data.shipping_address else None)
    parts = (number, data.external_id, data.external_number, name, email_of(data))
    return " ".join(dict.fromkeys(part for part in parts if part)).lower()


def email_of(data: OrderData) -> str | None:
    return data.customer.email or (data.shipping_address.email if data.shipping_address else None)


def phone_of(data: OrderData) -> str | None:
    return data.customer.phone or (data.shipping_address.phone if data.shipping_address else None)


def country_of(data: OrderData) -> str | None:
    shipping = data.shipping_address.country if data.shipping_address else None
    return shipping or (data.billing_address.country if data.billing_address else None)


def tax_lines(data: OrderData) -> list[dict[str, Any]]:
    return [
        {
            "title": tax.title,
            "rate": str(tax.rate) if tax.rate is not None else None,
            "amount_minor": tax.amount.minor,
            "currency": tax.amount.currency,
            "collected_by_channel": tax.collected_by_channel,
        }
        for tax in data.taxes
    ]


def _order(order: DraftOrder, channel_id: int, now: datetime) -> tuple[Any, ...]:
    data, details = order.data, order.details
    taxes = tax_lines(data)
    return (
        order.id, order.number, channel_id, data.external_id or None, data.external_number, version_of(data),
        data.fulfilled_by_channel, details.origin, details.original_id, details.priority, now if order.over else None,
        data.placed_at, now, now, data.ship_by, data.deliver_by, order.customer_id, email_of(data), phone_of(data),
        address(data.shipping_address), address(data.billing_address), country_of(data), data.shipping_method,
        data.currency, data.taxes_included, order.subtotal, order.discount, order.shipping, order.shipping_tax,
        order.tax, order.total, taxes or "[]", list(data.tags), data.note, dict(data.metadata),
        search_text(order.number, data),
    )  # fmt: skip


def _line(line: DraftLine) -> tuple[Any, ...]:
    return (
        line.id, line.order_id, line.position, line.external_id, line.kind, line.ships, line.sku, line.name,
        line.item_id, line.meaning.listing_id, line.bundle_id, line.per_bundle, line.price_share, line.quantity,
        line.quantity - line.shipped, line.shipped, line.currency, line.unit_price, line.discount, line.tax, line.total,
        dict(line.metadata),
    )  # fmt: skip
