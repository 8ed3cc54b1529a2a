"""What one credit note gives back on one order, and writing it down: the return of the goods, then the refund."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy.orm import Session

from core.flows import refund, take_back
from core.orders import queries
from core.origin import Origin
from crossdock.documents import CreditNoteData


@dataclass(slots=True)
class Sold:
    """An earlier line of the customer's, and what is left of it while notes take their parts."""

    placed_at: datetime
    order_id: int
    id: int
    item_id: int | None
    sku: str
    unit_price: int
    quantity: int
    out: int
    refunded: int
    total: int
    tax: int
    refunded_minor: int
    refunded_tax: int


@dataclass(slots=True)
class Part:
    """What one note gives back on one order. `lines` and `back` are by order line: a note may name a SKU twice."""

    lines: dict[int, refund.RefundedLine] = field(default_factory=dict)
    back: dict[int, take_back.ReturnedUnits] = field(default_factory=dict)
    shipping: int = 0

    @property
    def amount(self) -> int:
        return self.shipping + sum(line.amount for line in self.lines.values())

    @property
    def all_back(self) -> bool:
        """Whether every unit that is refunded came back as well."""
        return all(line.quantity == self._units_back(line.order_line_id) for line in self.lines.values())

    def add(self, sold: Sold, units: int, amount: int, tax: int, back: int) -> None:
        before = self.lines.get(sold.id, refund.RefundedLine(sold.id, 0, 0, 0))
        self.lines[sold.id] = refund.RefundedLine(
            sold.id, before.quantity + units, before.amount + amount, before.tax + tax
        )
        if back:
            back += self._units_back(sold.id)
            self.back[sold.id] = take_back.ReturnedUnits(sold.id, sold.sku, back, sold.item_id)

    def _units_back(self, line_id: int) -> int:
        known = self.back.get(line_id)
        return known.quantity if known else 0


def record(
    session: Session,
    placed: Sequence[tuple[CreditNoteData, int, Part]],
    payments: dict[int, list[list[int]]],
    location_id: int | None,
) -> None:
    if not placed:
        return
    queries.lock(session, {order_id for _, order_id, _ in placed})
    coming = [(note, order_id, part) for note, order_id, part in placed if part.back and location_id is not None]
    returns = take_back.record(
        session,
        [
            take_back.ReturnFact(
                order_id=order_id,
                external_id=note.external_id,
                at=note.issued_at,
                lines=tuple(part.back.values()),
                location_id=location_id or 0,
                note=note.reason or None,
            )
            for note, order_id, part in coming
        ],
    )
    return_of = {(note.external_id, order_id): each for (note, order_id, _), each in zip(coming, returns, strict=True)}
    refund.record(
        session,
        [
            refund.RefundFact(
                order_id=order_id,
                at=note.issued_at,
                currency=note.currency,
                amount_minor=part.amount,
                tax_minor=sum(line.tax for line in part.lines.values()),
                shipping_minor=part.shipping,
                lines=tuple(part.lines.values()),
                payments=_sources(payments[order_id], part.amount),
                external_id=note.external_id,
                return_id=return_of.get((note.external_id, order_id)) if part.all_back else None,
                origin=Origin.CHANNEL,
                reason=note.reason or f"Credit note {note.external_id}",
            )
            for note, order_id, part in placed
        ],
    )


def _sources(payments: list[list[int]], amount: int) -> tuple[tuple[int, int], ...]:
    taken = []
    for payment in payments:
        part = min(amount, payment[1])
        if part > 0:
            payment[1] -= part
            amount -= part
            taken.append((payment[0], part))
    return tuple(taken)
