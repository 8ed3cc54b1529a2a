"""Providers of kind `channel`: where orders come from and where stock and shipments are told.

Webhooks are in `crossdock.webhooks`, payouts in `crossdock.settlements`.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any, Protocol, runtime_checkable

from crossdock.context import Context
from crossdock.money import Money
from crossdock.orders import OrderData
from crossdock.returns import ReturnDecision, ReturnPage
from crossdock.supplier import Quarantined
from crossdock.windows import OrderWindow


@dataclass(frozen=True, slots=True, kw_only=True)
class RawOrder:
    """One order in the channel's own words, kept as it came. `version` as in OrderData.

    payload: all that `map_order` needs, so that it can be mapped again at any time without asking the channel.
    changed_at: when the channel last changed it, where a page says so.
    """

    external_id: str
    payload: str
    version: int | None = None
    changed_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderPage:
    """One page of orders. `cursor` goes on from here; None is the end of the window.

    quarantined: pieces of it that are no orders at all. What is an order and cannot be mapped is for `map_order`.
    """

    orders: tuple[RawOrder, ...]
    cursor: str | None = None
    quarantined: tuple[Quarantined, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class StockLevelUpdate:
    """What a listing may sell from now on. A lower `sequence` than one already sent never wins."""

    external_sku: str
    listing_id: str
    quantity: int
    sequence: int


@dataclass(frozen=True, slots=True, kw_only=True)
class StockAnswer:
    """How one update fared, in the order of the request; `error` None when it was taken."""

    external_sku: str
    error: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ChannelStock:
    external_sku: str
    quantity: int
    read_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class ShipmentNotice:
    """One package that left. `lines` is (line external id, quantity).

    package_key: our name for the package, the same every time. corrects: what the channel called our last word about
    the same package, which had another carrier, service or tracking number; then this is what holds, and no second
    package. `ctx.key` is another one than it had.
    """

    order_external_id: str
    package_key: str
    lines: tuple[tuple[str, int], ...]
    shipped_at: datetime
    carrier: str | None = None
    service: str | None = None
    tracking_number: str | None = None
    tracking_url: str | None = None
    corrects: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class CancelOrder:
    """`lines` is (line external id, quantity); None cancels all that is left.

    reason: CUSTOMER, FRAUD, OUT_OF_STOCK, ADDRESS, PAYMENT, DUPLICATE or OTHER. refunded: what was paid for it has
    been, or will be, refunded by an act of its own, so that the channel is not to refund it with the cancellation.
    request_external_id: the shopper's request that this answers, for `accept_cancel`.
    """

    order_external_id: str
    reason: str
    lines: tuple[tuple[str, int], ...] | None = None
    note: str = ""
    refunded: bool = False
    request_external_id: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class RefundOrder:
    """`lines` is (line external id, quantity, amount, tax); `amount` is the whole refund, positive."""

    order_external_id: str
    amount: Money
    lines: tuple[tuple[str, int, Money, Money], ...] = ()
    shipping: Money | None = None
    reason: str = ""
    payment_reference: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Receipt:
    """The other side's word that an act was done.

    external_id: its own name for it; several, joined by commas, where it counts one package as several.
    """

    external_id: str
    at: datetime
    message: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ListingData:
    """What the channel calls one thing that it sells."""

    external_id: str
    external_sku: str | None
    title: str | None = None
    price: Money | None = None
    barcode: str | None = None
    weight_grams: int | None = None
    tax_rate: Decimal | None = None
    active: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class ListingPage:
    """Some of the listings. `cursor` goes on from here; None is the end."""

    listings: tuple[ListingData, ...]
    cursor: str | None = None
    quarantined: tuple[Quarantined, ...] = ()


@runtime_checkable
class OrderSource(Protocol):
    """Capability `orders`."""

    def fetch_orders(self, ctx: Context[Any], window: OrderWindow) -> OrderPage:
        """One page of the orders that changed in the window, whole ones. The order of pages does not matter."""
        ...

    def fetch_order(self, ctx: Context[Any], external_id: str) -> RawOrder:
        """One order as it is now. Raises Rejected with the code NOT_FOUND where the channel knows none of this id.

        Then there is nothing to read. Any other refusal waits among the failed jobs, for a person to mend and replay.
        """
        ...

    def map_order(self, raw: RawOrder) -> OrderData:
        """Pure: the same words always mean the same. Raises BadData."""
        ...

    def acknowledge(self, ctx: Context[Any], external_ids: Sequence[str]) -> None:
        """Tell the channel that these are safely here. Harmless to repeat."""
        ...


@runtime_checkable
class StockPublisher(Protocol):
    """Capability `stock`."""

    def publish_stock(self, ctx: Context[Any], updates: Sequence[StockLevelUpdate]) -> Sequence[StockAnswer]:
        """Tell what listings may sell, at most 500 at once; the answers in the order of the updates.

        Fewer answers than updates: the rest is told again. Harmless to repeat. Raises Pending where the channel takes
        its time: it is called again with the same updates and `ctx.handle`.
        """
        ...

    def read_stock(self, ctx: Context[Any], external_skus: Sequence[str]) -> Sequence[ChannelStock]:
        """What the channel believes that these may sell; those that it does not know are left out."""
        ...


@runtime_checkable
class ShipmentConfirmer(Protocol):
    """Capability `shipments`. The key is `ctx.key`; `find_*` returns None when it did not happen.

    After Pending or OutcomeUnknown `find_shipment` is asked first, with `ctx.handle` as the error gave it.
    """

    def confirm_shipment(self, ctx: Context[Any], notice: ShipmentNotice) -> Receipt: ...
    def find_shipment(self, ctx: Context[Any], notice: ShipmentNotice) -> Receipt | None: ...


@runtime_checkable
class OrderCanceller(Protocol):
    """Capability `cancel`. `accept_cancel` answers a cancellation that the shopper asked of the channel."""

    def cancel(self, ctx: Context[Any], request: CancelOrder) -> Receipt: ...
    def find_cancel(self, ctx: Context[Any], request: CancelOrder) -> Receipt | None: ...
    def accept_cancel(self, ctx: Context[Any], request: CancelOrder, *, accepted: bool) -> Receipt: ...
    def find_accept_cancel(self, ctx: Context[Any], request: CancelOrder) -> Receipt | None: ...


@runtime_checkable
class OrderRefunder(Protocol):
    """Capability `refund`."""

    def refund(self, ctx: Context[Any], request: RefundOrder) -> Receipt: ...
    def find_refund(self, ctx: Context[Any], request: RefundOrder) -> Receipt | None: ...


@runtime_checkable
class ReturnSource(Protocol):
    """Capability `returns`."""

    def fetch_returns(self, ctx: Context[Any], window: OrderWindow) -> ReturnPage:
        """One page of the returns that changed in the window."""
        ...

    def decide_return(self, ctx: Context[Any], decision: ReturnDecision) -> Receipt:
        """Answer it. Raises NotSupported where the channel takes the answer from people alone: a case then asks one."""
        ...

    def find_return_decision(self, ctx: Context[Any], decision: ReturnDecision) -> Receipt | None: ...


@runtime_checkable
class ListingSource(Protocol):
    """Capability `listings`."""

    def fetch_listings(self, ctx: Context[Any]) -> ListingPage:
        """One page of all listings, from `ctx.cursor` on. Raises Pending where a report is written first."""
        ...
