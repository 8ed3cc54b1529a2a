"""From what a caller writes about returns and refunds to what the core takes."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

import strawberry

from core import ids
from core.errors import Invalid
from core.flows.refund import Wanted
from core.flows.take_back import Arrival, Asked
from schema import inputs
from schema.inputs import LineQuantity
from schema.orders import inputs as orders
from schema.orders.inputs import OrderLineInput
from schema.returns.enums import Disposition, ReturnReason


@strawberry.input(description="`lineId` may be one component of a bundle.")
class ReturnLineInput:
    line_id: strawberry.ID
    quantity: int
    reason: ReturnReason
    note: str | None = None


@strawberry.input
class ReturnLineQuantity:
    return_line_id: strawberry.ID
    quantity: int


@strawberry.input(description="Several for one line when its units fare differently; PENDING waits for inspection.")
class ReceiveLineInput:
    return_line_id: strawberry.ID
    quantity: int
    disposition: Disposition
    note: str | None = None


@strawberry.input(
    description="With `returnId`, what was received is the ceiling. `goodwill` belongs to no line. "
    "Without `paymentId`, the latest capture first."
)
class RefundInput:
    return_id: strawberry.ID | None = None
    lines: list[LineQuantity] | None = None
    shipping: Decimal | None = None
    goodwill: Decimal | None = None
    payment_id: strawberry.ID | None = None
    reason: str | None = None


def asked(lines: Sequence[ReturnLineInput]) -> list[Asked]:
    return [
        Asked(
            line_id=ids.number_of("orl", line.line_id, path=("lines", str(place), "lineId")),
            quantity=inputs.quantity(line.quantity, "lines", str(place), "quantity"),
            reason=line.reason,
            note=line.note,
        )
        for place, line in enumerate(lines)
    ]


def exchanged(lines: Sequence[OrderLineInput] | None, currency: str) -> list[dict[str, Any]]:
    """What the shopper wants instead. A line without a price gets the one at which the order sold it."""
    return [_instead(line, currency, "exchange", str(place)) for place, line in enumerate(lines or ())]


def _instead(line: OrderLineInput, currency: str, *path: str) -> dict[str, Any]:
    kept: dict[str, Any] = {
        "sku": line.sku.strip(),
        "name": line.name,
        "quantity": inputs.quantity(line.quantity, *path, "quantity"),
        "unit_price_minor": None,
        "metadata": orders.metadata(line.metadata, *path, "metadata"),
    }
    if line.unit_price is not None:
        data = orders.line_data(line, currency, "", *path)
        kept["unit_price_minor"] = data.unit_price.minor
        kept["discount_minor"], kept["tax_minor"] = data.discount.minor, data.tax.minor
    return kept


def approved(lines: Sequence[ReturnLineQuantity] | None) -> dict[int, int] | None:
    """Units by return line."""
    if lines is None:
        return None
    units: dict[int, int] = {}
    for place, line in enumerate(lines):
        path = ("lines", str(place))
        number = ids.number_of("rtl", line.return_line_id, path=(*path, "returnLineId"))
        if number in units:
            raise Invalid("This line is named twice; add the quantities up.", path=(*path, "returnLineId"))
        units[number] = inputs.quantity(line.quantity, *path, "quantity", least=0)
    return units


def arrivals(lines: Sequence[ReceiveLineInput]) -> list[Arrival]:
    return [
        Arrival(
            return_line_id=ids.number_of("rtl", line.return_line_id, path=("lines", str(place), "returnLineId")),
            quantity=inputs.quantity(line.quantity, "lines", str(place), "quantity"),
            disposition=line.disposition,
            note=line.note,
        )
        for place, line in enumerate(lines)
    ]


def refund(given: RefundInput, currency: str) -> Wanted:
    """What is to go back, in minor units of the order's currency."""
    lines = inputs.line_quantities(given.lines, "input", "lines")
    return Wanted(
        lines=lines or {},
        shipping_minor=inputs.minor(given.shipping, currency, "input", "shipping"),
        goodwill_minor=inputs.minor(given.goodwill, currency, "input", "goodwill"),
        return_id=_optional("ret", given.return_id, "returnId"),
        payment_id=_optional("pay", given.payment_id, "paymentId"),
        reason=given.reason,
    )


def _optional(prefix: str, identifier: str | None, name: str) -> int | None:
    return ids.number_of(prefix, identifier, path=("input", name)) if identifier is not None else None
