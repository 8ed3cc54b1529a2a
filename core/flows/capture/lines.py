"""Changing the lines of orders that are there: more units, fewer, other prices, new lines."""

from collections.abc import Sequence
from decimal import Decimal

from sqlalchemy.orm import Session

from core.catalog.models import Channel
from core.db import next_ids
from core.flows.capture import given_back, write
from core.flows.capture.draft import Details, DraftOrder, add_line, line_count, spread
from core.flows.capture.skus import meanings
from core.money import cumulative, divide
from core.orders import queries
from core.orders.models import Order, OrderLine
from core.stock import service as stock
from crossdock.orders import LineData, LineKind, OrderData

_SHARE_UNITS = 1_000_000


def revise(session: Session, channel: Channel, told: Sequence[tuple[Order, OrderData]]) -> list[int]:
    """Make the lines of locked orders what the channel says now. Whose money is another than before."""
    lines = queries.lines_of(session, [order.id for order, _ in told])
    new: list[tuple[Order, OrderData, list[tuple[LineData, int]]]] = []
    before = {order.id: order.total_minor for order, _ in told}
    for order, data in told:
        added = _revise_known(session, order, lines[order.id], data)
        if added:
            new.append((order, data, added))
    session.flush()
    add(session, channel, new)
    fresh = queries.lines_of(session, list(before))
    changed = [order.id for order, data in told if _sum_up(order, fresh[order.id], data)]
    session.flush()
    return changed


def add(
    session: Session, channel: Channel, new: Sequence[tuple[Order, OrderData, Sequence[tuple[LineData, int]]]]
) -> list[int]:
    """Add lines, each with its part of the order's discount; bundles are taken apart. The ids of all new lines."""
    said = [line for _, _, added in new for line, _ in added]
    if not said:
        return []
    known = meanings(session, channel, {line.sku for line in said if line.kind is LineKind.GOODS})
    places = queries.last_positions(session, [order.id for order, _, _ in new])
    count = sum(line_count(data, known) for _, data, _ in new)
    line_ids = iter(next_ids(session, OrderLine, count))
    drafts = []
    for order, data, added in new:
        draft = DraftOrder(order.id, order.number, data, Details())
        for line, share in added:
            add_line(draft, line, share, line_ids, known)
        for line_draft in draft.lines:
            line_draft.position += places[order.id]
        drafts += draft.lines
    write.lines(session, drafts)
    stock.note_change(session, {line.item_id for line in drafts if line.ships and line.item_id})
    return [line.id for line in drafts]


def grow(session: Session, lines: Sequence[OrderLine], line: OrderLine, units: int) -> None:
    """More units of a line; of a bundle, of its components as well. They are wanted, so that fewer are left to sell."""
    line.quantity += units
    line.open += units
    for part in _parts(lines, line):
        part.quantity += units * (part.per_bundle or 1)
        part.open += units * (part.per_bundle or 1)
    if units:
        stock.note_change(session, {each.item_id for each in (line, *_parts(lines, line)) if each.item_id})


def price(
    lines: Sequence[OrderLine], line: OrderLine, *, unit: int, gross: int, discount: int, tax: int, included: bool
) -> None:
    """Give a line these amounts, and a bundle's components their shares of them."""
    line.unit_price_minor = unit
    _amounts(line, gross, discount, tax, included=included)
    parts = _parts(lines, line)
    if not parts:
        return
    weights = [int((part.price_share or Decimal(0)) * _SHARE_UNITS) for part in parts]
    split = zip(parts, cumulative(gross, weights), cumulative(discount, weights), cumulative(tax, weights), strict=True)
    for part, part_gross, part_discount, part_tax in split:
        part.unit_price_minor = divide(part_gross, part.quantity) if part.quantity else 0
        _amounts(part, part_gross, part_discount, part_tax, included=included)


def gross_of(line: OrderLine, *, included: bool) -> int:
    """What a line came to before its discount."""
    return line.total_minor + line.discount_minor - (0 if included else line.tax_minor)


def _revise_known(
    session: Session, order: Order, lines: Sequence[OrderLine], data: OrderData
) -> list[tuple[LineData, int]]:
    """Change the lines that we know; those that we do not, with their parts of the discount."""
    known = {line.external_id: line for line in lines if line.external_id is not None and line.bundle_line_id is None}
    bought = [line for line in data.lines if line.kind is not LineKind.SHIPPING]
    shares = spread(data.discount.minor if data.discount else 0, bought)
    less: dict[OrderLine, int] = {}
    added: list[tuple[LineData, int]] = []
    for said, share in zip(bought, shares, strict=True):
        line = known.pop(said.external_id, None)
        if line is None:
            added.append((said, share))
        elif said.quantity < line.quantity:
            less |= _less(lines, line, line.quantity - said.quantity)
        else:
            grow(session, lines, line, said.quantity - line.quantity)
            amounts = {"gross": said.gross.minor, "discount": said.discount.minor + share, "tax": said.tax.minor}
            price(lines, line, unit=said.unit_price.minor, **amounts, included=order.taxes_included)
    for line in known.values():
        less |= _less(lines, line, line.quantity)
    session.flush()
    if less:
        given_back.reduce(session, order, lines, less, why="the channel took it off the order")
    return added


def _less(lines: Sequence[OrderLine], line: OrderLine, units: int) -> dict[OrderLine, int]:
    parts = _parts(lines, line)
    return {part: units * (part.per_bundle or 1) for part in parts} or {line: units}


def _parts(lines: Sequence[OrderLine], line: OrderLine) -> list[OrderLine]:
    return [part for part in lines if part.bundle_line_id == line.id]


def _amounts(line: OrderLine, gross: int, discount: int, tax: int, *, included: bool) -> None:
    line.discount_minor, line.tax_minor = discount, tax
    line.total_minor = gross - discount + (0 if included else tax)


def _sum_up(order: Order, lines: Sequence[OrderLine], data: OrderData) -> bool:
    """Take the order's sums from its lines and the channel's shipping. Whether any is another than before."""
    postage = [line for line in data.lines if line.kind is LineKind.SHIPPING]
    order_shipping = (data.shipping.minor if data.shipping else 0) + sum(line.total.minor for line in postage)
    shipping_tax = (data.shipping_tax.minor if data.shipping_tax else 0) + sum(line.tax.minor for line in postage)
    return sum_up(order, lines, shipping=order_shipping, shipping_tax=shipping_tax)


def sum_up(order: Order, lines: Sequence[OrderLine], *, shipping: int, shipping_tax: int) -> bool:
    """Take an order's sums from its lines. Whether any is another than before."""
    whole = [line for line in lines if line.bundle_line_id is None]
    before = (order.subtotal_minor, order.discount_minor, order.tax_minor, order.shipping_minor, order.total_minor)
    order.subtotal_minor = sum(gross_of(line, included=order.taxes_included) for line in whole)
    order.discount_minor = sum(line.discount_minor for line in whole)
    order.shipping_minor, order.shipping_tax_minor = shipping, shipping_tax
    order.tax_minor = sum(line.tax_minor for line in whole) + shipping_tax
    order.total_minor = order.subtotal_minor - order.discount_minor + shipping
    if not order.taxes_included:
        order.total_minor += order.tax_minor
    after = (order.subtotal_minor, order.discount_minor, order.tax_minor, order.shipping_minor, order.total_minor)
    return before != after
