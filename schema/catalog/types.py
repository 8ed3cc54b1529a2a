"""Item, BundleComponent, Channel and Listing."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from decimal import Decimal
from typing import TYPE_CHECKING

import strawberry
from sqlalchemy import Numeric, func, select
from sqlalchemy.sql.elements import ColumnElement

from core.catalog import models
from core.catalog.models import ItemKind as ItemKind
from core.catalog.models import PublishState as PublishState
from core.catalog.models import ShortagePolicy as ShortagePolicy
from core.flows.availability import item_available
from core.ledgers.models import ItemCost
from core.orders.models import OrderLine as OrderLineRow
from core.purchasing.models import SupplierOffer as SupplierOfferRow
from core.settings.models import Settings
from core.stock import models as stock
from schema.context import Context
from schema.engine import column, computed, many, money, node, one
from schema.scalars import JSON, Money
from schema.stock.forecast import DAYS, ForecastPoint, forecasts

if TYPE_CHECKING:
    from schema.integrations.types import Integration
    from schema.purchasing.types import SupplierOffer
    from schema.stock.reorder import ReorderAdvice
    from schema.stock.types import Location, StockLevel

strawberry.enum(ItemKind)
strawberry.enum(PublishState)
strawberry.enum(ShortagePolicy, description="What to do with what cannot be promised.")

SCOPE = "catalog:read"

_OWN = stock.Location.kind != stock.LocationKind.SUPPLIER

_AVERAGE_COST = (
    select(func.round(ItemCost.value_minor.cast(Numeric) / ItemCost.quantity).cast(ItemCost.value_minor.type))
    .where(ItemCost.item_id == models.Item.id, ItemCost.quantity > 0)
    .scalar_subquery()
)
REPORTING_CURRENCY = select(Settings.currency).where(Settings.id == 1).scalar_subquery()

_WAITING = (
    select(func.count(func.distinct(OrderLineRow.order_id)))
    .where(
        OrderLineRow.listing_id == models.Listing.id,
        OrderLineRow.item_id.is_(None),
        OrderLineRow.open + OrderLineRow.backordered > 0,
    )
    .scalar_subquery()
)


def listed_for(ctx: Context) -> Iterable[ColumnElement[bool]]:
    if ctx.viewer.channels:
        yield models.Listing.channel_id.in_(ctx.viewer.channels)


@node(models.BundleComponent, scope=SCOPE)
class BundleComponent:
    """`priceShare` of the bundle's price; the shares of one bundle sum to 1."""

    item: "Item" = one(models.BundleComponent.item)
    quantity: int = column(models.BundleComponent.quantity)
    price_share: Decimal = column(models.BundleComponent.price_share)


@node(models.Item, prefix="itm", scope=SCOPE)
class Item:
    """A stock keeping unit, a bundle of them, or a service that needs no stock."""

    sku: str = column(models.Item.sku)
    name: str = column(models.Item.name)
    kind: ItemKind = column(models.Item.kind)
    barcode: str | None = column(models.Item.barcode)
    image_url: str | None = column(models.Item.image_url)
    active: bool = column(models.Item.active)
    weight_grams: int | None = column(models.Item.weight_grams)
    length_mm: int | None = column(models.Item.length_mm)
    width_mm: int | None = column(models.Item.width_mm)
    height_mm: int | None = column(models.Item.height_mm)
    hs_code: str | None = column(models.Item.hs_code)
    origin_country: str | None = column(models.Item.origin_country)
    tags: list[str] = column(models.Item.tags)
    metadata: JSON = column(models.Item.extra)
    components: list[BundleComponent] = many(models.Item.components, order_by=models.BundleComponent.id)
    listings: list["Listing"] = many(models.Item.listings, order_by=models.Listing.id)
    levels: list["StockLevel"] = many(models.Item.levels, order_by=stock.StockLevel.location_id, scope="stock:read")
    offers: list["SupplierOffer"] = many(
        models.Item.offers, order_by=(SupplierOfferRow.cost_minor, SupplierOfferRow.id), scope="purchasing:read"
    )
    reorder: "ReorderAdvice | None" = one(
        models.Item.reorder,
        scope="stock:read",
        description="What to order again; null for bundles and services, and until the first advice is there.",
    )
    available: int = column(
        item_available(),
        description="Sellable now over all own locations: on hand less reserved less safety stock, never below 0.",
    )
    average_cost: Money | None = money(
        _AVERAGE_COST,
        REPORTING_CURRENCY,
        scope="ledger:read",
        description="Average cost of what is on hand, in the reporting currency.",
    )

    @computed(requires=[models.Item.id], scope="stock:read", rows="days")
    @staticmethod
    async def forecast(
        items: Sequence[models.Item], ctx: Context, days: int | None = DAYS
    ) -> list[list[ForecastPoint]]:
        """What is expected to be sold on each of so many days (1 to 365), today first; nothing of bundles.

        It comes from the forecaster that runs, of several from the one whose integration's key comes first. Nothing
        without one, and of an item that it cannot bear.
        """
        return await forecasts(ctx, [item.id for item in items], days)


@node(models.Channel, prefix="chn")
class Channel:
    """A place where orders come from."""

    key: str = column(models.Channel.key)
    name: str = column(models.Channel.name)
    integration: "Integration | None" = one(models.Channel.integration)
    currency: str = column(models.Channel.currency)
    priority: int = column(models.Channel.priority, description="Scarce stock goes to the higher priority first.")
    selling: bool = column(models.Channel.selling)
    buffer: int = column(models.Channel.buffer)
    shortage: ShortagePolicy = column(models.Channel.shortage)
    routing_strategy: str | None = column(models.Channel.routing_strategy)
    locations: list["Location"] = many(
        models.Channel.locations,
        order_by=stock.Location.code,
        description="Where its orders may ship from, and whose stock it may sell. Empty: all of them.",
    )


@node(models.Listing, prefix="lst", scope=SCOPE, visible=listed_for)
class Listing:
    """What a channel calls one of our items, and what we told that channel it may sell. Without item: unmapped."""

    channel: Channel = one(models.Listing.channel)
    item: Item | None = one(models.Listing.item)
    external_id: str = column(models.Listing.external_id)
    external_sku: str | None = column(models.Listing.external_sku)
    title: str | None = column(models.Listing.title)
    mapped_at: datetime | None = column(models.Listing.mapped_at)
    waiting_orders: int = column(_WAITING)
    buffer: int = column(models.Listing.buffer)
    cap: int | None = column(models.Listing.cap)
    publish_state: PublishState | None = column(models.Listing.publish_state)
    published_quantity: int | None = column(models.Listing.published_quantity)
    published_sequence: int | None = column(models.Listing.published_sequence)
    published_at: datetime | None = column(models.Listing.published_at)
    confirmed_quantity: int | None = column(models.Listing.confirmed_quantity)
    confirmed_sequence: int | None = column(models.Listing.confirmed_sequence)
    publish_error: str | None = column(models.Listing.publish_error)
