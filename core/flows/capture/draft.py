"""From what a channel says of an order to the rows that it becomes: pure arithmetic, no database."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from core.flows.capture.skus import UNMAPPED, Meaning
from core.money import cumulative, divide
from core.origin import Origin
from crossdock.orders import LineData, LineKind, OrderData

_SHARE_UNITS = 1_000_000
"""Price shares have six decimals."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Details:
    """What is known of an order beside the channel's own words."""

    number: str | None = None
    customer_id: int | None = None
    priority: int = 0
    origin: Origin = Origin.CHANNEL
    original_id: int | None = None


@dataclass(slots=True)
class DraftLine:
    """One row of order_lines to be. Amounts in minor units."""

    id: int
    order_id: int
    position: int
    external_id: str | None
    kind: LineKind
    ships: bool
    sku: str
    name: str
    meaning: Meaning
    item_id: int | None
    quantity: int
    gross: int
    discount: int
    tax: int
    unit_price: int
    total: int
    currency: str
    metadata: Mapping[str, object]
    bundle_id: int | None = None
    per_bundle: int | None = None
    price_share: Any = None

    shipped: int = 0

    @property
    def unmapped(self) -> bool:
        return self.ships and self.item_id is None


@dataclass(slots=True)
class DraftOrder:
    """One order to be, with its lines: each bundle followed by its components."""

    id: int
    number: str
    data: OrderData
    details: Details
    lines: list[DraftLine] = field(default_factory=list)
    subtotal: int = 0
    discount: int = 0
    shipping: int = 0
    shipping_tax: int = 0
    tax: int = 0
    total: int = 0
    customer_id: int | None = None

    @property
    def over(self) -> bool:
        """Whether all of it had left when we first heard of it: then its lines are written as shipped."""
        sent = self.data.fulfillments
        return len(sent) == 1 and sent[0].lines is None and not self.data.cancellations

    @property
    def unmapped(self) -> list[str]:
        return sorted({line.sku for line in self.lines if line.unmapped})


def line_count(data: OrderData, meanings: Mapping[str, Meaning]) -> int:
    """How many rows of order_lines an order takes."""
    return sum(
        1 + (len(meanings.get(line.sku, UNMAPPED).components) if line.kind is LineKind.GOODS else 0)
        for line in data.lines
        if line.kind is not LineKind.SHIPPING
    )


def draft(
    data: OrderData, details: Details, order_id: int, line_ids: Iterator[int], meanings: Mapping[str, Meaning]
) -> DraftOrder:
    """The order as rows: bundles taken apart, the discount of the whole spread over the lines, all parts summing up."""
    order = DraftOrder(order_id, details.number or f"CD-{order_id}", data, details)
    bought = [line for line in data.lines if line.kind is not LineKind.SHIPPING]
    postage = [line for line in data.lines if line.kind is LineKind.SHIPPING]
    order.shipping = _minor(data.shipping) + sum(line.total.minor for line in postage)
    order.shipping_tax = _minor(data.shipping_tax) + sum(line.tax.minor for line in postage)
    shares = spread(_minor(data.discount), bought)
    for line, share in zip(bought, shares, strict=True):
        add_line(order, line, share, line_ids, meanings)
    if order.over:
        bundles = {line.bundle_id for line in order.lines}
        for row in order.lines:
            row.shipped = row.quantity if row.ships or row.id in bundles else 0
    order.discount += 0 if bought else _minor(data.discount)
    order.tax += order.shipping_tax
    order.total = order.subtotal - order.discount + order.shipping
    if not data.taxes_included:
        order.total += order.tax
    return order


def spread(discount: int, lines: Sequence[LineData]) -> list[int]:
    """Each line's part of a discount on the whole order, by what the lines come to."""
    if not discount or not lines:
        return [0] * len(lines)
    return cumulative(discount, [max(0, line.total.minor) for line in lines])


def add_line(
    order: DraftOrder, said: LineData, share: int, line_ids: Iterator[int], meanings: Mapping[str, Meaning]
) -> None:
    """Add a line and, of a bundle, its components; the order's sums grow by it."""
    goods = said.kind is LineKind.GOODS
    meaning = meanings.get(said.sku, UNMAPPED) if goods else UNMAPPED
    gross, discount, tax = said.gross.minor, said.discount.minor + share, said.tax.minor
    line = DraftLine(
        id=next(line_ids),
        order_id=order.id,
        position=len(order.lines) + 1,
        external_id=said.external_id,
        kind=said.kind,
        ships=goods and not meaning.service and not meaning.components,
        sku=said.sku,
        name=said.name or meaning.name or said.sku,
        meaning=meaning,
        item_id=meaning.item_id,
        quantity=said.quantity,
        gross=gross,
        discount=discount,
        tax=tax,
        unit_price=said.unit_price.minor,
        total=gross - discount + (0 if order.data.taxes_included else tax),
        currency=order.data.currency,
        metadata=said.metadata,
    )
    order.lines.append(line)
    order.subtotal += gross
    order.discount += discount
    order.tax += tax
    if meaning.components:
        _take_apart(order, line, line_ids)


def _take_apart(order: DraftOrder, bundle: DraftLine, line_ids: Iterator[int]) -> None:
    """Give a bundle's money to its components by their shares, to the last cent."""
    components = bundle.meaning.components
    weights = [int(component.price_share * _SHARE_UNITS) for component in components]
    parts = zip(
        components,
        cumulative(bundle.gross, weights),
        cumulative(bundle.discount, weights),
        cumulative(bundle.tax, weights),
        strict=True,
    )
    for component, gross, discount, tax in parts:
        quantity = component.quantity * bundle.quantity
        order.lines.append(
            DraftLine(
                id=next(line_ids),
                order_id=order.id,
                position=len(order.lines) + 1,
                external_id=None,
                kind=LineKind.GOODS,
                ships=True,
                sku=component.sku,
                name=component.name,
                meaning=UNMAPPED,
                item_id=component.item_id,
                quantity=quantity,
                gross=gross,
                discount=discount,
                tax=tax,
                unit_price=divide(gross, quantity) if quantity else 0,
                total=gross - discount + (0 if order.data.taxes_included else tax),
                currency=bundle.currency,
                metadata={},
                bundle_id=bundle.id,
                per_bundle=component.quantity,
                price_share=component.price_share,
            )
        )


def _minor(amount: Any) -> int:
    return amount.minor if amount is not None else 0
