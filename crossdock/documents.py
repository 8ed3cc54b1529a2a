"""What an order file may hold beside orders: credit notes, stock changes and adjustments of the books."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from crossdock.address import Address
from crossdock.money import Money
from crossdock.orders import GUEST, CustomerData, LineData, OrderData


@dataclass(frozen=True, slots=True, kw_only=True)
class CreditNoteData:
    """Money given back. Quantities and amounts of its lines are positive: they are taken away.

    order_external_id: the order that it credits, where the source says so; None: the hub looks for the
        customer's earlier lines of the same SKU. GOODS lines came back to stock unless `restocked` is False.
    """

    external_id: str
    issued_at: datetime
    currency: str
    lines: tuple[LineData, ...]
    customer: CustomerData = GUEST
    address: Address | None = None
    order_external_id: str | None = None
    fingerprint: str = ""
    reason: str = ""
    restocked: bool = True
    source: str | None = None

    @property
    def total(self) -> Money:
        """Positive."""
        return Money.sum((line.total for line in self.lines), self.currency)


class StockReason(StrEnum):
    """DAMAGE and WRITE_OFF take away, FOUND adds, CORRECTION goes either way."""

    DAMAGE = "DAMAGE"
    WRITE_OFF = "WRITE_OFF"
    FOUND = "FOUND"
    CORRECTION = "CORRECTION"


@dataclass(frozen=True, slots=True, kw_only=True)
class StockLine:
    """`delta` units of one SKU on hand, never zero; `note` is what the source wrote beside it.

    source: where the row is, for people, where that is not plain from the document's: "stock.csv, line 7".
    """

    external_id: str
    sku: str
    delta: int
    reason: StockReason
    note: str = ""
    source: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class StockChangeData:
    """Stock that changed without a sale: write-offs, corrections, found goods."""

    external_id: str
    at: datetime
    lines: tuple[StockLine, ...]
    fingerprint: str = ""
    source: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class AdjustmentData:
    """Money booked without a sale, such as bad debt. The `unit_price` has its sign: income is positive."""

    external_id: str
    at: datetime
    currency: str
    lines: tuple[LineData, ...]
    fingerprint: str = ""
    source: str | None = None
    metadata: Mapping[str, object] = field(default_factory=dict, hash=False)

    @property
    def total(self) -> Money:
        return Money.sum((line.total for line in self.lines), self.currency)


Document = OrderData | CreditNoteData | StockChangeData | AdjustmentData
