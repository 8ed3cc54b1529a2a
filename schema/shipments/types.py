"""Shipment, Package, Label, ShippingRate, TrackingEvent, ChannelConfirmation and Manifest."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from decimal import Decimal
from typing import TYPE_CHECKING

import strawberry
from sqlalchemy import select, union
from sqlalchemy.orm import aliased
from sqlalchemy.sql.elements import ColumnElement

from core.orders.models import Order as OrderRow
from core.origin import Origin as Origin
from core.shipments import actions, manifests, models
from core.shipments.manifests import ManifestState as ManifestState
from core.shipments.models import ConfirmationState as ConfirmationState
from core.shipments.models import LabelState as LabelState
from core.shipments.models import PackageKind as PackageKind
from core.shipments.models import ShipmentStatus as ShipmentStatus
from schema.actions import AvailableAction, shown
from schema.context import Context
from schema.documents import Document, address
from schema.engine import column, computed, first, many, money, node, one
from schema.scalars import Money

if TYPE_CHECKING:
    from schema.fulfillment.types import FulfillmentOrder
    from schema.orders.types import Order, OrderLine
    from schema.stock.types import Location

strawberry.enum(ShipmentStatus)
strawberry.enum(PackageKind)
strawberry.enum(LabelState)
strawberry.enum(ConfirmationState)
strawberry.enum(ManifestState)
strawberry.enum(
    Origin,
    description="Where a fact came from. What the hub did not do itself, it never confirms back.",
)

SCOPE = "orders:read"


def shipments_of(ctx: Context) -> Iterable[ColumnElement[bool]]:
    if ctx.viewer.channels:
        yield models.Shipment.order.has(OrderRow.channel_id.in_(ctx.viewer.channels))
    if ctx.viewer.locations:
        yield models.Shipment.location_id.in_(ctx.viewer.locations)


def manifests_of(ctx: Context) -> Iterable[ColumnElement[bool]]:
    """For a key of some channels, those on which nobody else's parcels stand."""
    if ctx.viewer.channels:
        theirs = OrderRow.channel_id.in_(ctx.viewer.channels)
        yield ~manifests.Manifest.shipments.any(models.Shipment.order.has(~theirs))
    if ctx.viewer.locations:
        yield manifests.Manifest.location_id.in_(ctx.viewer.locations)


@node(models.ShipmentLine, scope=SCOPE)
class ShipmentLine:
    """Units of one order line in one package."""

    order_line: "OrderLine" = one(models.ShipmentLine.order_line)
    sku: str = column(models.ShipmentLine.sku)
    quantity: int = column(models.ShipmentLine.quantity)


@node(models.Label, prefix="lbl", scope=SCOPE)
class Label:
    """One label bought, or about to be."""

    state: LabelState = column(models.Label.state)
    carrier: str = column(models.Label.carrier)
    service: str = column(models.Label.service)
    cost: Money | None = money(models.Label.cost_minor, models.Label.cost_currency)
    format: str | None = column(models.Label.format)
    tracking_number: str | None = column(models.Label.tracking_number)
    message: str | None = column(models.Label.message)
    purchased_at: datetime | None = column(models.Label.purchased_at)

    @computed(requires=[models.Label.document_id])
    @staticmethod
    def url(labels: Sequence[models.Label], ctx: Context) -> list[str | None]:
        """Signed, and good for a quarter of an hour; null until it is bought."""
        key = ctx.hub.signing_key
        return [address(label.document_id, key) if label.document_id is not None else None for label in labels]


@node(models.Package, prefix="pkg", scope=SCOPE)
class Package:
    """One parcel of a shipment."""

    kind: PackageKind = column(models.Package.kind)
    weight_grams: int | None = column(models.Package.weight_grams)
    expected_weight_grams: int | None = column(models.Package.expected_weight_grams)
    length_mm: int | None = column(models.Package.length_mm)
    width_mm: int | None = column(models.Package.width_mm)
    height_mm: int | None = column(models.Package.height_mm)
    lines: list[ShipmentLine] = many(models.Package.lines, order_by=models.ShipmentLine.id)
    tracking_number: str | None = column(models.Package.tracking_number)
    label: Label | None = first(models.Package.labels, order_by=models.Label.id.desc())


@node(models.ShippingRate, prefix="rate", scope=SCOPE)
class ShippingRate:
    """A quote."""

    carrier: str = column(models.ShippingRate.carrier)
    service: str = column(models.ShippingRate.service)
    cost: Money = money(models.ShippingRate.cost_minor, models.ShippingRate.currency)
    eta_days: Decimal | None = column(models.ShippingRate.eta_days)
    expires_at: datetime | None = column(models.ShippingRate.expires_at)


@node(models.TrackingEvent, scope=SCOPE)
class TrackingEvent:
    """`status` is null for a code nobody knows, `timeAssumed` when the scan came without a zone."""

    package: Package | None = one(models.TrackingEvent.package)
    status: ShipmentStatus | None = column(models.TrackingEvent.status)
    raw_code: str | None = column(models.TrackingEvent.raw_code)
    message: str | None = column(models.TrackingEvent.message)
    place: str | None = column(models.TrackingEvent.place)
    occurred_at: datetime = column(models.TrackingEvent.occurred_at)
    time_assumed: bool = column(models.TrackingEvent.time_assumed)
    received_at: datetime = column(models.TrackingEvent.received_at)


@node(models.ChannelConfirmation, scope=SCOPE)
class ChannelConfirmation:
    """Whether the sales channel has been told of a package, and what it answered."""

    package: Package | None = one(models.ChannelConfirmation.package)
    state: ConfirmationState = column(models.ChannelConfirmation.state)
    attempts: int = column(models.ChannelConfirmation.attempts)
    message: str | None = column(models.ChannelConfirmation.message)
    confirmed_at: datetime | None = column(models.ChannelConfirmation.confirmed_at)


@node(models.Shipment, prefix="ship", scope=SCOPE, visible=shipments_of)
class Shipment:
    """What leaves together for one order."""

    order: "Order" = one(models.Shipment.order)
    fulfillment_order: "FulfillmentOrder | None" = one(models.Shipment.fulfillment_order)
    location: "Location | None" = one(models.Shipment.location)
    origin: Origin = column(models.Shipment.origin)
    status: ShipmentStatus = column(models.Shipment.status)
    carrier: str | None = column(models.Shipment.carrier)
    service: str | None = column(models.Shipment.service)
    tracking_number: str | None = column(models.Shipment.tracking_number)
    tracking_url: str | None = column(models.Shipment.tracking_url)
    packages: list[Package] = many(models.Shipment.packages, order_by=models.Package.position)
    lines: list[ShipmentLine] = many(models.Shipment.lines, order_by=models.ShipmentLine.id)
    rates: list[ShippingRate] = many(
        models.Shipment.rates,
        order_by=(models.ShippingRate.cost_minor, models.ShippingRate.id),
        description="The quotes last fetched, cheapest first.",
    )
    tracking_events: list[TrackingEvent] = many(
        models.Shipment.tracking_events, order_by=models.TrackingEvent.occurred_at
    )
    documents: list[Document] = many(models.Shipment.documents, order_by=models.Document.id)
    manifest: "Manifest | None" = one(models.Shipment.manifest, description="The one that the carrier collects it by.")
    cost: Money | None = money(models.Shipment.cost_minor, models.Shipment.cost_currency)
    shipped_at: datetime | None = column(models.Shipment.shipped_at)
    estimated_delivery: datetime | None = column(models.Shipment.estimated_delivery)
    delivered_at: datetime | None = column(models.Shipment.delivered_at)
    channel_confirmations: list[ChannelConfirmation] = many(
        models.Shipment.channel_confirmations,
        order_by=models.ChannelConfirmation.id,
        description="Whether the sales channel has been told, per package, and what it answered. Empty for what the "
        "channel told us.",
    )
    created_at: datetime = column(models.Shipment.created_at)

    @computed(requires=[models.Shipment.status])
    @staticmethod
    def available_actions(found: Sequence[models.Shipment], ctx: Context) -> list[list[AvailableAction]]:
        """What the caller may do now, and why not where it may not."""
        return [shown(actions.available(shipment.status), ctx, "fulfillment:write") for shipment in found]


@node(manifests.Manifest, prefix="man", scope=SCOPE, visible=manifests_of)
class Manifest:
    """Shipments that one carrier collects from one location, with the paper that it made for them."""

    carrier: str = column(manifests.Manifest.carrier)
    location: "Location" = one(manifests.Manifest.location)
    state: ManifestState = column(manifests.Manifest.state)
    message: str | None = column(manifests.Manifest.message, description="Why it is not made.")
    shipments: list[Shipment] = many(manifests.Manifest.shipments, order_by=models.Shipment.id)
    documents: list[Document] = many(manifests.Manifest.documents, order_by=models.Document.id)
    created_at: datetime = column(manifests.Manifest.created_at)


def numbered(number: str) -> ColumnElement[bool]:
    """Shipments with this tracking number, their own or a package's."""
    own = aliased(models.Shipment)
    by_shipment = select(own.id).where(own.tracking_number == number)
    by_package = select(models.Package.shipment_id).where(models.Package.tracking_number == number)
    return models.Shipment.id.in_(union(by_shipment, by_package).scalar_subquery())
