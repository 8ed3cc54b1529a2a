"""Orders as channels tell them, with what a test does not care about filled in."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from crossdock.address import Address
from crossdock.money import Money
from crossdock.orders import CustomerData, LineData, OrderData, PaymentData, PaymentState

NOON = datetime(2026, 11, 2, 12, tzinfo=UTC)
HOME = Address(name="Ada Long", line1="10 High Street", city="London", postal_code="SW1A 2AA", country="GB")


def gbp(minor: int) -> Money:
    return Money(minor, "GBP")


def a_line(sku: str, quantity: int = 1, price: int = 1000, **parts: Any) -> LineData:
    fields = {"external_id": sku, "name": sku.title(), "discount": gbp(0), "tax": gbp(0), **parts}
    return LineData(sku=sku, quantity=quantity, unit_price=gbp(price), **fields)


def a_payment(minor: int, state: PaymentState = PaymentState.CAPTURED, reference: str = "p1") -> PaymentData:
    return PaymentData(reference=reference, gateway="card", state=state, amount=gbp(minor), at=NOON)


def said(external_id: str, skus: Mapping[str, int] | None = None, *, paid: bool = True, **parts: Any) -> OrderData:
    """What a channel says of an order: units by SKU at 10.00 each, paid in full, to an address in London."""
    lines = parts.pop("lines", None) or tuple(a_line(sku, quantity) for sku, quantity in (skus or {"A": 1}).items())
    fields = {
        "placed_at": NOON,
        "currency": "GBP",
        "customer": CustomerData(email="ada@shop.test", name="Ada Long"),
        "shipping_address": HOME,
        **parts,
    }
    data = OrderData(external_id=external_id, lines=lines, **fields)
    if paid and "payments" not in parts and data.total.minor:
        fields["payments"] = (a_payment(data.total.minor),)
    return OrderData(external_id=external_id, lines=lines, **fields)
