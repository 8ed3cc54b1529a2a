"""Providers of kind `carrier`: rates, labels and tracking."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any, Literal, Protocol, runtime_checkable

from crossdock.address import Address
from crossdock.context import Context
from crossdock.money import Money
from crossdock.webhooks import WebhookRequest

PackageKind = Literal["PARCEL", "PALLET", "LETTER"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Parcel:
    """One package. Weight in grams, sides in millimetres; None where nobody measured."""

    weight_grams: int
    length_mm: int | None = None
    width_mm: int | None = None
    height_mm: int | None = None
    kind: PackageKind = "PARCEL"


@dataclass(frozen=True, slots=True, kw_only=True)
class RateRequest:
    """What would it cost to ship these together? One parcel has one label.

    way_back: the parcels are returned: `ship_from` is the shopper, `ship_to` is us, who pay as for the way there.
    """

    ship_from: Address
    ship_to: Address
    parcels: tuple[Parcel, ...]
    shipping_method: str | None = None
    value: Money | None = None
    way_back: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Rate:
    """A price for all parcels of the request. `service` is the carrier's code, `name` what people call it.

    eta_days: days in transit after hand-over. reference: the carrier's own quote id, where it has one.
    """

    service: str
    name: str
    cost: Money
    eta_days: Decimal | None = None
    expires_at: datetime | None = None
    tracked: bool = True
    reference: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class LabelRequest:
    """Buy one label for one parcel. `reference` is printed on it: the package's public id, or the return's."""

    reference: str
    order_number: str
    service: str
    ship_from: Address
    ship_to: Address
    parcel: Parcel
    rate_reference: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Label:
    """A label that was bought. `external_id` is what voids it; `format` is PDF, PNG or ZPL."""

    external_id: str
    tracking_number: str | None
    service: str
    cost: Money
    content: bytes
    purchased_at: datetime
    format: str = "PDF"
    tracking_url: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class VoidRequest:
    label_external_id: str
    tracking_number: str | None = None
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class VoidResult:
    """`voided` False: the carrier refuses, so the cost stays. `refund`: what comes back; None is all."""

    voided: bool
    at: datetime
    refund: Money | None = None
    message: str = ""


class TrackingStatus(StrEnum):
    """Where a parcel is, in the hub's words."""

    LABELLED = "LABELLED"
    HANDED_OVER = "HANDED_OVER"
    IN_TRANSIT = "IN_TRANSIT"
    OUT_FOR_DELIVERY = "OUT_FOR_DELIVERY"
    READY_FOR_PICKUP = "READY_FOR_PICKUP"
    DELIVERED = "DELIVERED"
    DELAYED = "DELAYED"
    EXCEPTION = "EXCEPTION"
    DELIVERY_FAILED = "DELIVERY_FAILED"
    RETURNING = "RETURNING"
    RETURNED_TO_SENDER = "RETURNED_TO_SENDER"
    LOST = "LOST"


@dataclass(frozen=True, slots=True, kw_only=True)
class Scan:
    """One scan. `status` None: a code that nobody knows. `time_assumed`: it came without a zone."""

    tracking_number: str
    occurred_at: datetime
    raw_code: str
    status: TrackingStatus | None = None
    message: str = ""
    place: str = ""
    time_assumed: bool = False
    estimated_delivery: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ManifestRequest:
    """The labels whose parcels are collected together from one place, in the order in which they were bought."""

    label_external_ids: tuple[str, ...]
    ship_from: Address


@dataclass(frozen=True, slots=True, kw_only=True)
class ManifestDocument:
    """The paper. `external_id` is the carrier's own number of it; `format` as a label's."""

    external_id: str
    content: bytes
    format: str = "PDF"


@runtime_checkable
class RateSource(Protocol):
    """Capability `rates`. An empty answer: it does not ship this, there."""

    def rates(self, ctx: Context[Any], request: RateRequest) -> Sequence[Rate]: ...


@runtime_checkable
class RateEstimator(Protocol):
    """Capability `estimates`: prices known without asking anybody, so that routing can compare locations."""

    def estimate(self, request: RateRequest) -> Sequence[Rate]:
        """Pure. An empty answer: it does not ship this, there, or cannot say."""
        ...


@runtime_checkable
class LabelSource(Protocol):
    """Capability `labels`. The idempotency key is `ctx.key`: the same key is bought once."""

    def buy_label(self, ctx: Context[Any], request: LabelRequest) -> Label:
        """Buy one label. Raises Rejected, Retryable, OutcomeUnknown."""
        ...

    def find_label(self, ctx: Context[Any], request: LabelRequest) -> Label | None:
        """The label bought with this key, or None when none was."""
        ...

    def void_label(self, ctx: Context[Any], request: VoidRequest) -> VoidResult: ...

    def find_void(self, ctx: Context[Any], request: VoidRequest) -> VoidResult | None:
        """How voiding this label went; None when it was never voided."""
        ...


@runtime_checkable
class Tracker(Protocol):
    """Capability `tracking`. Scans in any order; the hub files them."""

    def track(self, ctx: Context[Any], tracking_numbers: Sequence[str]) -> Sequence[Scan]: ...


@runtime_checkable
class ScanReceiver(Protocol):
    """Capability `webhooks`."""

    def parse_webhook(self, settings: Any, request: WebhookRequest) -> Sequence[Scan]:  # own settings
        """Pure: verify the signature in constant time (`same_signature`), then read. Raises Untrusted, BadData."""
        ...


@runtime_checkable
class ReturnLabelSource(Protocol):
    """Capability `return_labels`: `ship_from` of a request is the shopper. The key is `ctx.key`, as for labels.

    What they cost is asked of `rates` with `way_back`, and `void_label` gives them back.
    """

    def return_label(self, ctx: Context[Any], request: LabelRequest) -> Label:
        """Buy one label for the way back. Raises Rejected, Retryable, OutcomeUnknown."""
        ...

    def find_return_label(self, ctx: Context[Any], request: LabelRequest) -> Label | None:
        """The label for the way back that was bought with this key, or None when none was."""
        ...


@runtime_checkable
class ManifestSource(Protocol):
    """Capability `manifests`. The idempotency key is `ctx.key`: the same key makes one manifest."""

    def manifest(self, ctx: Context[Any], request: ManifestRequest) -> ManifestDocument:
        """Make the paper for all of these labels, or for none. Raises Rejected, Retryable, OutcomeUnknown."""
        ...

    def find_manifest(self, ctx: Context[Any], request: ManifestRequest) -> ManifestDocument | None:
        """The manifest made with this key, or None when none was."""
        ...
