"""From what a caller writes about an order to what the core takes."""

from datetime import UTC, datetime
from decimal import Decimal

import strawberry

from core.errors import Invalid
from core.flows.capture import Details
from core.ids import number_of
from core.money import exponent, to_minor
from core.orders.states import PaymentState
from core.origin import Origin
from crossdock import orders as sdk
from crossdock.address import Address
from crossdock.money import Money
from schema import inputs
from schema.scalars import JSON, AddressInput, MoneyInput

_UNTOLD = datetime.min.replace(tzinfo=UTC)
"""When an order was placed or money came is told beside it: left out it means now, which differs in a repetition."""


@strawberry.input(
    description="`discount` and `tax` are for the whole line. Without `unitPrice`, the company's contract price."
)
class OrderLineInput:
    sku: str
    quantity: int
    name: str | None = None
    unit_price: Decimal | None = None
    discount: Decimal | None = None
    tax: Decimal | None = None
    metadata: JSON | None = None


@strawberry.input
class OrderCreateInput:
    currency: str
    lines: list[OrderLineInput]
    channel: str | None = None
    external_id: str | None = None
    external_number: str | None = None
    number: str | None = None
    placed_at: datetime | None = None
    customer_id: strawberry.ID | None = None
    email: str | None = None
    phone: str | None = None
    shipping_address: AddressInput | None = None
    billing_address: AddressInput | None = None
    shipping_method: str | None = None
    discount: Decimal | None = strawberry.field(default=None, description="Off the whole order, spread over its lines.")
    shipping: Decimal | None = None
    shipping_tax: Decimal | None = None
    taxes_included: bool | None = None
    paid: bool | None = strawberry.field(
        default=None, description="Paid in full, by the channel or by hand; else see paymentRecord."
    )
    priority: int | None = None
    ship_by: datetime | None = None
    deliver_by: datetime | None = None
    tags: list[str] | None = None
    note: str | None = None
    metadata: JSON | None = None


@strawberry.input(
    description="`state` AUTHORIZED, CAPTURED, FAILED, VOIDED or DISPUTED; "
    "the same reference again moves that payment on."
)
class PaymentInput:
    gateway: str
    state: PaymentState
    amount: MoneyInput
    reference: str | None = None
    at: datetime | None = None
    expires_at: datetime | None = None


def order_data(given: OrderCreateInput) -> sdk.OrderData:
    """The order as a channel would tell it. Raises Invalid with the path of what is wrong."""
    _check_currency(given.currency)
    currency = given.currency
    return sdk.OrderData(
        external_id=given.external_id or "",
        external_number=given.external_number,
        placed_at=_UNTOLD,
        currency=currency,
        lines=tuple(
            line_data(line, currency, str(place + 1), "input", "lines", str(place))
            for place, line in enumerate(given.lines)
        ),
        taxes_included=given.taxes_included is not False,
        customer=sdk.CustomerData(
            email=given.email,
            phone=given.phone,
            name=given.shipping_address.name if given.shipping_address else None,
        ),
        shipping_address=address(given.shipping_address),
        billing_address=address(given.billing_address),
        shipping_method=given.shipping_method,
        discount=amount(given.discount, currency, "input", "discount"),
        shipping=amount(given.shipping, currency, "input", "shipping"),
        shipping_tax=amount(given.shipping_tax, currency, "input", "shippingTax"),
        ship_by=given.ship_by,
        deliver_by=given.deliver_by,
        tags=tuple(given.tags or ()),
        note=given.note,
        metadata=metadata(given.metadata, "input", "metadata"),
    )


def details(given: OrderCreateInput) -> Details:
    customer = given.customer_id
    return Details(
        number=given.number,
        customer_id=number_of("cus", customer, path=("input", "customerId")) if customer is not None else None,
        priority=given.priority or 0,
        origin=Origin.CHANNEL if given.external_id else Origin.PERSON,
    )


def line_data(line: OrderLineInput, currency: str, external_id: str, *path: str) -> sdk.LineData:
    """One line as a channel would tell it. A line must have its price: nothing else knows it."""
    if not line.sku.strip():
        raise Invalid("A line needs a SKU.", path=(*path, "sku"))
    price = amount(line.unit_price, currency, *path, "unitPrice")
    if price is None:
        raise Invalid(f"Give the price of {line.sku}.", path=(*path, "unitPrice"))
    nothing = Money.zero(currency)
    data = sdk.LineData(
        external_id=external_id,
        sku=line.sku.strip(),
        name=(line.name or "").strip(),
        quantity=inputs.quantity(line.quantity, *path, "quantity"),
        unit_price=price,
        discount=amount(line.discount, currency, *path, "discount") or nothing,
        tax=amount(line.tax, currency, *path, "tax") or nothing,
        metadata=metadata(line.metadata, *path, "metadata"),
    )
    if data.total.minor < 0:
        raise Invalid("The discount is more than the line comes to.", path=(*path, "discount"))
    return data


def payment_data(given: PaymentInput) -> sdk.PaymentData:
    """Without its moment, which is told beside it."""
    minor, currency = inputs.money(given.amount, "input", "amount")
    return sdk.PaymentData(
        reference=given.reference or "",
        gateway=given.gateway,
        state=sdk.PaymentState(given.state.value),
        amount=Money(minor, currency),
        at=_UNTOLD,
        expires_at=given.expires_at,
    )


def amount(value: Decimal | None, currency: str, *path: str) -> Money | None:
    """Zero or more. Raises Invalid."""
    if value is None:
        return None
    minor = to_minor(value, currency, path=path)
    if minor < 0:
        raise Invalid(f"{value} is below zero.", path=path)
    return Money(minor, currency)


def metadata(value: object, *path: str) -> dict[str, object]:
    if value is None:
        return {}
    if not isinstance(value, dict):
        raise Invalid("Metadata is a JSON object.", path=path)
    return value


def address(given: AddressInput | None) -> Address | None:
    kept = inputs.address(given)
    return Address(**kept) if kept else None


def _check_currency(currency: str) -> None:
    try:
        exponent(currency)
    except ValueError as error:
        raise Invalid(str(error), path=("input", "currency")) from None
