"""What a channel pays out, and what it took for its services before."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol, runtime_checkable

from crossdock.context import Context
from crossdock.money import Money
from crossdock.orders import LineKind
from crossdock.supplier import Quarantined
from crossdock.windows import OrderWindow


@dataclass(frozen=True, slots=True, kw_only=True)
class SettlementLine:
    """One row of a payout: a charge, fee, refund or other. What it adds to the payout is positive.

    external_id: unique within its settlement and the same every time that it is read.
    raw_kind: the channel's own word for it; `kind` is None for one that nobody knows.
    amount: in the currency in which it arose. settled: the same in the payout's currency, where the channel says so.
    order_external_id, shipment_external_id: what it belongs to, by the channel's names; both None: to no order.
    """

    external_id: str
    raw_kind: str
    amount: Money
    kind: LineKind | None = None
    settled: Money | None = None
    refund: bool = False
    order_external_id: str | None = None
    shipment_external_id: str | None = None
    sku: str | None = None
    quantity: int | None = None
    at: datetime | None = None
    description: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Settlement:
    """One payout with its rows; `total` is what arrives in the bank, in the payout's currency.

    closed: nothing is added any more. One that is open comes again, with more rows, until it is closed.
    """

    external_id: str
    total: Money
    lines: tuple[SettlementLine, ...]
    period_from: datetime | None = None
    period_to: datetime | None = None
    paid_at: datetime | None = None
    closed: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class SettlementPage:
    """Some settlements of a window. `cursor` goes on from here; None is the end of the window."""

    settlements: tuple[Settlement, ...]
    cursor: str | None = None
    quarantined: tuple[Quarantined, ...] = ()


@runtime_checkable
class SettlementSource(Protocol):
    """Capability `settlements`."""

    def fetch_settlements(self, ctx: Context[Any], window: OrderWindow) -> SettlementPage:
        """One page. Raises Pending where the channel has to write a report first."""
        ...
