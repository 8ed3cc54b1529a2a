"""The first look at a file of history: how much must have been there at its beginning, and what it may have cost.

A shop's orders tell what left and not what was there before. For each SKU the deepest point that its units would fall
to is found; so many are taken as the opening stock, and no level ever falls below zero. Within a batch, what leaves
counts before what comes back. The opening cost is a share of the average price that the SKU was sold at.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime

from core.money import divide
from crossdock.documents import CreditNoteData, Document, StockChangeData
from crossdock.files import Batch
from crossdock.orders import LineKind, OrderData


@dataclass(slots=True)
class Sku:
    """What a file says of one SKU. `units` sold for `revenue` minor units; `lowest` is zero or below."""

    name: str
    balance: int = 0
    lowest: int = 0
    units: int = 0
    revenue: int = 0

    @property
    def opening(self) -> int:
        return -self.lowest

    def cost(self, percent: int) -> int:
        """Of one unit, in minor units; nothing where it was never sold for money."""
        return divide(self.revenue * percent, self.units * 100) if self.units else 0


@dataclass(slots=True)
class FirstLook:
    """All SKUs of goods in a file, and when it begins."""

    skus: dict[str, Sku] = field(default_factory=dict)
    begins: datetime | None = None
    currency: str | None = None


def look_through(
    batches: Iterable[Batch],
    unknown: Callable[[Iterable[Document]], list[Document]],
    progress: Callable[[Batch], None],
) -> FirstLook:
    """Look at every document that `unknown` lets through: what was imported before has had its opening stock."""
    look = FirstLook()
    for batch in batches:
        changes: dict[str, list[int]] = {}
        for document in unknown([imported.document for imported in batch.documents]):
            _look_at(look, document, changes)
        for sku, (less, more) in changes.items():
            known = look.skus[sku]
            known.lowest = min(known.lowest, known.balance + less)
            known.balance += less + more
        progress(batch)
    return look


def _look_at(look: FirstLook, document: Document, changes: dict[str, list[int]]) -> None:
    if isinstance(document, OrderData):
        _order(look, document, changes)
    elif isinstance(document, CreditNoteData):
        look.begins = min(look.begins or document.issued_at, document.issued_at)
        if document.restocked:
            for line in document.lines:
                if line.kind is LineKind.GOODS:
                    _note(look, changes, line.sku, line.name, line.quantity)
    elif isinstance(document, StockChangeData):
        look.begins = min(look.begins or document.at, document.at)
        for change in document.lines:
            _note(look, changes, change.sku, change.sku, change.delta)


def _order(look: FirstLook, order: OrderData, changes: dict[str, list[int]]) -> None:
    look.begins = min(look.begins or order.placed_at, order.placed_at)
    look.currency = look.currency or order.currency
    for line in order.lines:
        if line.kind is not LineKind.GOODS:
            continue
        sku = _note(look, changes, line.sku, line.name, -line.quantity if order.fulfillments else 0)
        gross = line.gross.minor
        if gross > 0:
            sku.units += line.quantity
            sku.revenue += gross


def _note(look: FirstLook, changes: dict[str, list[int]], code: str, name: str, delta: int) -> Sku:
    sku = look.skus.get(code)
    if sku is None:
        sku = look.skus[code] = Sku(name)
    elif sku.name == code and name != code:
        sku.name = name
    change = changes.setdefault(code, [0, 0])
    change[delta > 0] += delta
    return sku
