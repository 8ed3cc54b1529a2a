"""Credit notes: given to the customer's earlier lines where they fit, else booked alone and shown to a person."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import text
from sqlalchemy.orm import Session

from core.catalog.models import Channel
from core.customers import service as customers
from core.flows import statuses
from core.flows.import_files import alone, credit_parts
from core.flows.import_files.credit_parts import Part, Sold
from core.money import cumulative
from core.returns.amounts import tax_within
from crossdock.documents import CreditNoteData
from crossdock.orders import LineData, LineKind

# Of a customer's lines of these SKUs, what may still be given back; the latest first. Of one order where it is named.
_LINES = text(
    """
    select orders.customer_id, orders.external_id, line.sku, orders.placed_at, orders.id as order_id, line.id,
        line.item_id, line.unit_price_minor, line.quantity, line.shipped - line.returned as out, line.refunded,
        line.total_minor, line.tax_minor, line.refunded_minor, line.refunded_tax_minor
    from (
        select id from orders where channel_id = :channel and customer_id = any(:customers)
        union
        select id from orders where channel_id = :channel and external_id = any(:orders)
    ) theirs
        join orders on orders.id = theirs.id
        join order_lines line on line.order_id = orders.id
    where line.sku = any(:skus) and line.refunded < line.quantity and line.bundle_line_id is null
    order by orders.placed_at desc, line.id
    """
)

_ORDERS = text(
    """
    select orders.customer_id, orders.external_id, orders.id, orders.placed_at,
        orders.shipping_minor + case when orders.taxes_included then 0 else orders.shipping_tax_minor end
            - orders.shipping_refunded_minor as shipping_left
    from (
        select id from orders where channel_id = :channel and customer_id = any(:customers)
        union
        select id from orders where channel_id = :channel and external_id = any(:orders)
    ) theirs
        join orders on orders.id = theirs.id
    where orders.shipping_minor > orders.shipping_refunded_minor
    order by orders.placed_at desc
    """
)

_PAYMENTS = text(
    """
    select order_id, id, captured_minor - refunded_minor - disputed_minor as left_over from payments
    where order_id = any(:orders) and captured_minor > refunded_minor + disputed_minor order by id desc
    """
)


@dataclass(slots=True)
class _Postage:
    placed_at: datetime
    order_id: int
    left: int


@dataclass(slots=True)
class Given:
    """How many lines of notes found their place."""

    attached: int = 0
    alone: int = 0


def give(
    session: Session,
    channel: Channel,
    notes: Sequence[CreditNoteData],
    items: Mapping[str, int],
    location_id: int | None,
) -> Given:
    """Apply credit notes, in the order given.

    Each line goes to the latest earlier line of the customer's (or of the order that the note names) with the same
    SKU and price and enough units not refunded yet; over several where it must. What finds no place stands alone, as
    a case.
    """
    if not notes:
        return Given()
    desk = _Desk(session, channel, notes)
    parts = [desk.place(note) for note in notes]
    rests = [(note, rest) for note, (_, rest) in zip(notes, parts, strict=True) if rest]
    placed = [
        (note, order_id, part)
        for note, (by_order, _) in zip(notes, parts, strict=True)
        for order_id, part in by_order.items()
    ]
    credit_parts.record(session, placed, desk.payments, location_id)
    alone.stand(session, channel, rests, items, location_id)
    statuses.refresh(session, {order_id for _, order_id, _ in placed})
    left = sum(len(rest) for _, rest in rests)
    return Given(sum(len(note.lines) for note in notes) - left, left)


class _Desk:
    """The earlier lines that a batch of notes may be given to."""

    def __init__(self, session: Session, channel: Channel, notes: Sequence[CreditNoteData]) -> None:
        buyers = customers.known(session, channel.id, [note.customer for note in notes])
        self._buyer = {id(note): buyer for note, buyer in zip(notes, buyers, strict=True)}
        named = [note.order_external_id for note in notes if note.order_external_id]
        about = {"channel": channel.id, "customers": sorted({each for each in buyers if each}), "orders": named}
        self._lines: dict[tuple[int | str | None, str], list[Sold]] = {}
        self._postage: dict[int | str | None, list[_Postage]] = {}
        skus = sorted({line.sku for note in notes for line in note.lines if line.kind is not LineKind.SHIPPING})
        for customer_id, external, sku, *rest in session.execute(_LINES, {**about, "skus": skus}):
            placed_at, order_id, line_id, item_id, *amounts = rest
            sold = Sold(placed_at, order_id, line_id, item_id, sku, *amounts)
            for whose in (customer_id, external):
                self._lines.setdefault((whose, sku), []).append(sold)
        for customer_id, external, order_id, placed_at, left in session.execute(_ORDERS, about):
            postage = _Postage(placed_at, order_id, left)
            for whose in (customer_id, external):
                self._postage.setdefault(whose, []).append(postage)
        self.payments = _payments(session, self._orders())
        self._money = {order_id: sum(left for _, left in paid) for order_id, paid in self.payments.items()}

    def place(self, note: CreditNoteData) -> tuple[dict[int, Part], list[LineData]]:
        """What the note gives back by order, and its lines that fit nowhere."""
        whose = note.order_external_id or self._buyer[id(note)]
        by_order: dict[int, Part] = {}
        rest = []
        for line in note.lines:
            if whose is None:
                rest.append(line)
            elif line.kind is LineKind.SHIPPING:
                if not self._give_postage(note, line, whose, by_order):
                    rest.append(line)
            elif not self._give(note, line, whose, by_order):
                rest.append(line)
        return by_order, rest

    def _give(self, note: CreditNoteData, line: LineData, whose: int | str, by_order: dict[int, Part]) -> bool:
        taken = self._fitting(note, line, whose)
        if not taken:
            return False
        amounts = cumulative(line.total.minor, [units for _, units in taken])
        for (sold, units), amount in zip(taken, amounts, strict=True):
            tax = tax_within(sold.total, sold.tax, sold.refunded_minor, sold.refunded_tax, amount)
            back = min(units, sold.out) if note.restocked and line.kind is LineKind.GOODS else 0
            by_order.setdefault(sold.order_id, Part()).add(sold, units, amount, tax, back)
            sold.out -= back
            sold.refunded += units
            sold.refunded_minor += amount
            sold.refunded_tax += tax
            self._money[sold.order_id] -= amount
        return True

    def _fitting(self, note: CreditNoteData, line: LineData, whose: int | str) -> list[tuple[Sold, int]]:
        """Earlier lines that take all units of the note's line, or none."""
        price, units, taken = line.unit_price.minor, line.quantity, list[tuple[Sold, int]]()
        for sold in self._lines.get((whose, line.sku), ()):
            if sold.placed_at > note.issued_at or sold.unit_price != price:
                continue
            part = min(units, sold.quantity - sold.refunded)
            worth = price * part
            if part <= 0 or worth > sold.total - sold.refunded_minor or worth > self._money.get(sold.order_id, 0):
                continue
            taken.append((sold, part))
            units -= part
            if not units:
                return taken
        return []

    def _give_postage(self, note: CreditNoteData, line: LineData, whose: int | str, by_order: dict[int, Part]) -> bool:
        amount = line.total.minor
        for postage in self._postage.get(whose, ()):
            fits = postage.placed_at <= note.issued_at and 0 < amount <= postage.left
            if fits and amount <= self._money.get(postage.order_id, 0):
                postage.left -= amount
                self._money[postage.order_id] -= amount
                by_order.setdefault(postage.order_id, Part()).shipping += amount
                return True
        return False

    def _orders(self) -> set[int]:
        lines = {sold.order_id for found in self._lines.values() for sold in found}
        return lines | {postage.order_id for found in self._postage.values() for postage in found}


def _payments(session: Session, order_ids: Iterable[int]) -> dict[int, list[list[int]]]:
    """What is left of each order's payments, the latest first: [payment id, minor units]."""
    found: dict[int, list[list[int]]] = {}
    for order_id, payment_id, left in session.execute(_PAYMENTS, {"orders": sorted(order_ids)}):
        found.setdefault(order_id, []).append([payment_id, left])
    return found
