"""Providers of kind `channel`: where orders come from and where stock and shipments are told."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any, Protocol, runtime_checkable

from crossdock.context import Context
from crossdock.money import Money
from crossdock.orders import LineKind, OrderData
from crossdock.returns import ChannelReturn, ReturnDecision


@dataclass(frozen=True, slots=True, kw_only=True)
class RawOrder:
    """One order in the channel's own words, kept as it came. `version` as in OrderData."""

    external_id: str
    payload: str
    version: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderPage:
    """One page of orders. `cursor` goes on from here; None is the end of the window."""

    orders: tuple[RawOrder, ...]
    cursor: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderWindow:
    """Orders changed in [since, until), aware. Windows overlap on purpose; the hub drops what it knows."""

    since: datetime
    until: datetime
    cursor: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class WebhookRequest:
    """An HTTP call from the other side, byte for byte: signatures are checked on the raw body."""

    method: str
    path: str
    query: str
    headers: Mapping[str, str]
    body: bytes
    received_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class WebhookEvent:
    """What a webhook told. `event_id` is the sender's own, for dropping duplicates.

    orders: whole orders that came along; external_ids: those to be fetched afresh.
    """

    topic: str
    event_id: str
    orders: tuple[RawOrder, ...] = ()
    external_ids: tuple[str, ...] = ()


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
    """One package that left. `lines` is (line external id, quantity)."""

    order_external_id: str
    package_key: str
    lines: tuple[tuple[str, int], ...]
    shipped_at: datetime
    carrier: str | None = None
    service: str | None = None
    tracking_number: str | None = None
    tracking_url: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class CancelOrder:
    """`lines` is (line external id, quantity); None cancels all that is left."""

    order_external_id: str
    reason: str
    lines: tuple[tuple[str, int], ...] | None = None


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
    """The other side's word that an act was done. `external_id` is its own name for it."""

    external_id: str
    at: datetime
    message: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class SettlementLine:
    """One row of a payout: a charge, fee, refund or other. `kind` is None for one that nobody knows."""

    external_id: str
    raw_kind: str
    amount: Money
    kind: LineKind | None = None
    order_external_id: str | None = None
    sku: str | None = None
    at: datetime | None = None
    description: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Settlement:
    """One payout with its rows; `total` is what arrives in the bank, in the payout's currency."""

    external_id: str
    total: Money
    lines: tuple[SettlementLine, ...]
    period_from: datetime | None = None
    period_to: datetime | None = None


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


@runtime_checkable
class OrderSource(Protocol):
    """Capability `orders`."""

    def fetch_orders(self, ctx: Context[Any], window: OrderWindow) -> OrderPage: ...
    def fetch_order(self, ctx: Context[Any], external_id: str) -> RawOrder: ...
    def map_order(self, raw: RawOrder) -> OrderData:
        """Pure. Raises BadData."""
        ...

    def acknowledge(self, ctx: Context[Any], external_ids: Sequence[str]) -> None:
        """Tell the channel that these are safely here. Harmless to repeat."""
        ...


@runtime_checkable
class WebhookReceiver(Protocol):
    """Capability `webhooks`."""

    def parse_webhook(self, settings: Any, request: WebhookRequest) -> WebhookEvent:  # own settings
        """Pure: verify the signature in constant time, then read. Raises Rejected, BadData."""
        ...


@runtime_checkable
class StockPublisher(Protocol):
    """Capability `stock`."""

    def publish_stock(self, ctx: Context[Any], updates: Sequence[StockLevelUpdate]) -> Sequence[StockAnswer]: ...
    def read_stock(self, ctx: Context[Any], external_skus: Sequence[str]) -> Sequence[ChannelStock]: ...


@runtime_checkable
class ShipmentConfirmer(Protocol):
    """Capability `shipments`. The key is `ctx.key`; `find_*` returns None when it did not happen."""

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

    def fetch_returns(self, ctx: Context[Any], window: OrderWindow) -> Sequence[ChannelReturn]: ...
    def decide_return(self, ctx: Context[Any], decision: ReturnDecision) -> Receipt: ...
    def find_return_decision(self, ctx: Context[Any], decision: ReturnDecision) -> Receipt | None: ...


@runtime_checkable
class SettlementSource(Protocol):
    """Capability `settlements`."""

    def fetch_settlements(self, ctx: Context[Any], window: OrderWindow) -> Sequence[Settlement]: ...


@runtime_checkable
class ListingSource(Protocol):
    """Capability `listings`. `ctx.cursor` pages; the second value is the next cursor, None at the end."""

    def fetch_listings(self, ctx: Context[Any]) -> tuple[Sequence[ListingData], str | None]: ...
