"""Providers of kind `supplier`: whoever ships for us. A dropship supplier, a 3PL, our own warehouse."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any, Protocol, runtime_checkable

from crossdock.address import Address
from crossdock.context import Context
from crossdock.money import Money


@dataclass(frozen=True, slots=True, kw_only=True)
class SupplierLine:
    """One line of work. `line` is the hub's name for it and comes back in every update."""

    line: str
    sku: str
    quantity: int
    name: str = ""
    supplier_sku: str | None = None
    unit_cost: Money | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class SupplierOrder:
    """What a supplier is asked to ship. `reference` is the fulfillment order's public id (fo_17)."""

    reference: str
    order_number: str
    location: str
    ship_to: Address | None
    lines: tuple[SupplierLine, ...]
    ship_by: datetime | None = None
    shipping_method: str | None = None
    note: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Submission:
    """The supplier has it. `accepted` True: it also said yes to all of it, so no update is awaited."""

    external_id: str
    at: datetime
    accepted: bool = False
    message: str = ""


class UpdateKind(StrEnum):
    """What an update says about its lines. A line may get several; quantities add up.

    ACCEPTED, PARTIAL and REJECTED: `quantity` units will, or will not, be shipped. PARTIAL accepts fewer than
    were asked; the rest is neither accepted nor rejected until another line says so. SUBSTITUTED: they offer
    `substitute_sku` instead, which waits for a person. SHIPPED: they left. CANCELLED and CANCEL_REFUSED: the
    answer to `request_cancel`.
    """

    ACCEPTED = "ACCEPTED"
    PARTIAL = "PARTIAL"
    REJECTED = "REJECTED"
    SUBSTITUTED = "SUBSTITUTED"
    SHIPPED = "SHIPPED"
    CANCELLED = "CANCELLED"
    CANCEL_REFUSED = "CANCEL_REFUSED"


@dataclass(frozen=True, slots=True, kw_only=True)
class UpdatedLine:
    """One line of an update. `line` is the hub's name for it when the supplier repeated it, else None."""

    kind: UpdateKind
    sku: str
    quantity: int
    line: str | None = None
    reason: str = ""
    substitute_sku: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class SupplierUpdate:
    """News about one submitted order.

    update_id: the same news always has the same id, so that hearing it twice has no effect.
    sequence: rises per supplier; an update with a lower one is older news.
    source: where it was read, for people: "ack-0007.csv line 3".
    ship_by: the supplier's promise, where it gave one. cost: what the supplier charges for the shipment.
    """

    update_id: str
    reference: str
    sequence: int
    at: datetime
    lines: tuple[UpdatedLine, ...]
    source: str
    external_id: str | None = None
    carrier: str | None = None
    service: str | None = None
    tracking_number: str | None = None
    cost: Money | None = None
    ship_by: datetime | None = None
    message: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Quarantined:
    """One piece of an incoming file or feed that makes no sense; the rest was taken. `line` 0: it has no lines."""

    source: str
    line: int = 0
    reason: str
    payload: str
    mend: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Updates:
    """What is new, oldest first.

    cursor: the proof of receipt. The hub keeps it in the transaction that applied the items, and only a later
        call with that cursor lets the provider forget them. None: there is nothing to confirm.
    """

    items: tuple[SupplierUpdate, ...] = ()
    quarantined: tuple[Quarantined, ...] = ()
    cursor: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class StockRow:
    """What the supplier says is there, as of `as_of` (aware), which may be before our last orders."""

    sku: str
    quantity: int
    as_of: datetime
    source: str
    next_delivery: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class StockSnapshot:
    """A supplier's stock. `complete`: what is not in it is not there. `cursor` as in Updates."""

    rows: tuple[StockRow, ...] = ()
    complete: bool = False
    quarantined: tuple[Quarantined, ...] = ()
    cursor: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class SupplierOfferData:
    """At what price and in what time a supplier sells one SKU.

    sku: ours, where the supplier knows it, else its own. lead_time_days: a part of a day counts as a whole one.
    pack_size: it is sold in multiples of so many. stock: how many it has; None: it does not say.
    """

    sku: str
    supplier_sku: str | None
    unit_cost: Money
    lead_time_days: Decimal
    minimum_quantity: int = 1
    pack_size: int = 1
    stock: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ReceiptData:
    """Goods that a 3PL took in for us, by its own count: (SKU, units) of each line.

    external_id: its own name for this receipt, which is booked once. purchase_order: the number that we gave (PO-17).
    """

    external_id: str
    purchase_order: str | None
    at: datetime
    lines: tuple[tuple[str, int], ...]


@runtime_checkable
class OrderTaker(Protocol):
    """Capability `orders`. The idempotency key is `ctx.key`: the same key is submitted once."""

    def submit(self, ctx: Context[Any], order: SupplierOrder) -> Submission:
        """Hand over one order. Raises Rejected, Retryable, OutcomeUnknown."""
        ...

    def find_submission(self, ctx: Context[Any], order: SupplierOrder) -> Submission | None:
        """What became of `submit` with this key; None when it never arrived."""
        ...

    def fetch_updates(self, ctx: Context[Any]) -> Updates:
        """What happened since `ctx.cursor`, oldest first. Safe to repeat with the same cursor."""
        ...


class WorkStep(StrEnum):
    """The acts of our own people, in their order."""

    PICK = "PICK"
    PACK = "PACK"
    LABEL = "LABEL"
    HAND_OVER = "HAND_OVER"


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkState:
    """How far the work on one fulfillment order is. `next` is the step that is due, `since` when it became due."""

    reference: str
    order_number: str
    location: str
    next: WorkStep
    since: datetime


@runtime_checkable
class WorkReporter(Protocol):
    """Capability `work`: who knows what our own people, or machines, have done.

    The hub asks about every open fulfillment order of the integration's locations, and does the step as its API would.
    """

    def finished(self, ctx: Context[Any], work: Sequence[WorkState]) -> Sequence[str]:
        """The references whose due step is done by now."""
        ...


@runtime_checkable
class CancelTaker(Protocol):
    """Capability `cancel`. The answer may come at once or later, as an update."""

    def request_cancel(self, ctx: Context[Any], order: SupplierOrder) -> Submission: ...
    def find_cancel_request(self, ctx: Context[Any], order: SupplierOrder) -> Submission | None: ...


@runtime_checkable
class StockSource(Protocol):
    """Capability `stock`."""

    def fetch_stock(self, ctx: Context[Any]) -> StockSnapshot: ...


@runtime_checkable
class OfferSource(Protocol):
    """Capability `offers`."""

    def fetch_offers(self, ctx: Context[Any]) -> Sequence[SupplierOfferData]:
        """All that it offers now: what it named before and no longer does is withdrawn. An empty answer withdraws none.

        What it names twice counts as it was named first.
        """
        ...


@runtime_checkable
class ReceiptSource(Protocol):
    """Capability `receipts`."""

    def fetch_receipts(self, ctx: Context[Any]) -> Sequence[ReceiptData]:
        """What it took in. Naming a receipt again is harmless.

        `ctx.cursor` is when the latest one came that the hub has, in ISO 8601; None: it has none yet. Go back some days
        from there, for receipts are often written down late.
        """
        ...
