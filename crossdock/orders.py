"""An order as its channel tells it: the whole of it, every time, so that importing is an upsert."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from enum import StrEnum

from crossdock.address import Address
from crossdock.money import Money


class LineKind(StrEnum):
    """What a line is, and so which account its money goes to. Only GOODS move stock."""

    GOODS = "GOODS"
    SHIPPING = "SHIPPING"
    DISCOUNT = "DISCOUNT"
    VOUCHER = "VOUCHER"
    MANUAL = "MANUAL"
    SAMPLE = "SAMPLE"
    COMMISSION = "COMMISSION"
    MARKETPLACE_FEE = "MARKETPLACE_FEE"
    BANK_CHARGE = "BANK_CHARGE"
    BAD_DEBT = "BAD_DEBT"


@dataclass(frozen=True, slots=True, kw_only=True)
class LineData:
    """One line. `discount` (zero or more, taken off) and `tax` are for the whole line, not per unit.

    external_id: unique within its document and the same every time that it is read.
    amount: units times price before discount, where the price has more decimals than the currency; else None.
    """

    external_id: str
    sku: str
    name: str
    quantity: int
    unit_price: Money
    discount: Money
    tax: Money
    kind: LineKind = LineKind.GOODS
    amount: Money | None = None
    metadata: Mapping[str, object] = field(default_factory=dict, hash=False)

    @property
    def gross(self) -> Money:
        """Before discount; tax is in it where the order says `taxes_included`."""
        return self.amount if self.amount is not None else self.unit_price * self.quantity

    @property
    def total(self) -> Money:
        return self.gross - self.discount


@dataclass(frozen=True, slots=True, kw_only=True)
class CustomerData:
    """Who ordered. `key` is the channel's own name for the customer, None for a guest."""

    key: str | None = None
    email: str | None = None
    name: str | None = None
    phone: str | None = None


GUEST = CustomerData()


@dataclass(frozen=True, slots=True, kw_only=True)
class TaxData:
    """One kind of tax of the whole order. What the channel collects and remits itself is never ours."""

    title: str
    amount: Money
    rate: Decimal | None = None
    collected_by_channel: bool = False


class PaymentState(StrEnum):
    PENDING = "PENDING"
    AUTHORIZED = "AUTHORIZED"
    CAPTURED = "CAPTURED"
    FAILED = "FAILED"
    VOIDED = "VOIDED"
    EXPIRED = "EXPIRED"
    DISPUTED = "DISPUTED"


@dataclass(frozen=True, slots=True, kw_only=True)
class PaymentData:
    """One payment as the channel sees it; the same `reference` again moves that payment on."""

    reference: str
    gateway: str
    state: PaymentState
    amount: Money
    at: datetime
    expires_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class FulfillmentData:
    """What the channel says has left already. `lines` is (line external id, quantity); None is all goods."""

    external_id: str
    shipped_at: datetime
    lines: tuple[tuple[str, int], ...] | None = None
    carrier: str | None = None
    service: str | None = None
    tracking_number: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class CancellationData:
    """What the channel cancelled; `lines` as in FulfillmentData, None means all that has not shipped."""

    external_id: str
    at: datetime
    reason: str
    lines: tuple[tuple[str, int], ...] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class CancelRequestData:
    """A cancellation that the shopper asked of the channel, and that waits for our answer. `lines`: None means all."""

    external_id: str
    at: datetime
    reason: str = ""
    lines: tuple[tuple[str, int], ...] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class RefundData:
    """A refund that the channel made. Amounts are positive; `lines`: (line external id, quantity, amount)."""

    external_id: str
    at: datetime
    amount: Money
    lines: tuple[tuple[str, int, Money], ...] = ()
    shipping: Money | None = None
    tax: Money | None = None
    reason: str = ""
    restocked: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class FeeData:
    """What selling it cost: COMMISSION, MARKETPLACE_FEE or BANK_CHARGE; negative gives back."""

    external_id: str
    kind: LineKind
    amount: Money
    at: datetime
    title: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderData:
    """The order as the channel knows it now.

    version: rises with every change at the channel; an older one never overwrites a newer. None where the
        source has no versions: then a different `fingerprint` is a change, and the same one is none.
    fingerprint: a digest of all that the source says about it.
    discount, shipping, shipping_tax: of the order as a whole, beside what the lines carry; zero or more.
        None is zero.
    taxes: of the whole order, lines and shipping included, for show; the lines' own `tax` is what is booked.
    shipping_method: what the shopper chose, in the channel's words.
    source: where it was read, to point a person to it: a file and lines, a URL.
    """

    external_id: str
    placed_at: datetime
    currency: str
    lines: tuple[LineData, ...]
    external_number: str | None = None
    version: int | None = None
    fingerprint: str = ""
    taxes_included: bool = True
    customer: CustomerData = GUEST
    shipping_address: Address | None = None
    billing_address: Address | None = None
    shipping_method: str | None = None
    discount: Money | None = None
    shipping: Money | None = None
    shipping_tax: Money | None = None
    taxes: tuple[TaxData, ...] = ()
    payments: tuple[PaymentData, ...] = ()
    fulfillments: tuple[FulfillmentData, ...] = ()
    cancellations: tuple[CancellationData, ...] = ()
    cancel_requests: tuple[CancelRequestData, ...] = ()
    refunds: tuple[RefundData, ...] = ()
    fees: tuple[FeeData, ...] = ()
    fulfilled_by_channel: bool = False
    test: bool = False
    ship_by: datetime | None = None
    deliver_by: datetime | None = None
    tags: tuple[str, ...] = ()
    note: str | None = None
    metadata: Mapping[str, object] = field(default_factory=dict, hash=False)
    source: str | None = None

    @property
    def total(self) -> Money:
        """What the shopper owes: lines and shipping less discounts; tax on top where prices leave it out."""
        nothing = Money.zero(self.currency)
        total = Money.sum((line.total for line in self.lines), self.currency)
        total += (self.shipping or nothing) - (self.discount or nothing)
        if self.taxes_included:
            return total
        tax = Money.sum((line.tax for line in self.lines), self.currency)
        return total + tax + (self.shipping_tax or nothing)


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderView:
    """An order as the hub knows it, for hooks that judge it. `order_id` is the public one (ord_1042)."""

    order_id: str
    number: str
    channel: str
    data: OrderData
    unmapped_skus: tuple[str, ...] = ()
    address_messages: tuple[str, ...] = ()


class FindingKind(StrEnum):
    """WARN is noted on the order; HOLD waits for a person or a mend; REJECT asks to cancel."""

    PASS = "PASS"  # noqa: S105  # a verdict, not a password
    WARN = "WARN"
    HOLD = "HOLD"
    REJECT = "REJECT"


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One thing that a check found. `code` is for programs (po_box), `message` and `fix` are sentences.

    hold: which kind of hold a HOLD opens: PAYMENT, FRAUD, ADDRESS, STOCK, APPROVAL, CREDIT or OTHER.
    plugin: who found it; the hub fills it in.
    """

    kind: FindingKind
    code: str
    message: str
    fix: str | None = None
    hold: str = "OTHER"
    plugin: str = ""
