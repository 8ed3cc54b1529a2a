"""Finding items, listings and channels."""

from collections.abc import Iterator

import strawberry
from sqlalchemy import not_, or_
from sqlalchemy.sql.elements import ColumnElement

from core.catalog import models
from core.purchasing.models import SupplierOffer
from schema.catalog.types import SCOPE, Channel, Item, ItemKind, Listing, PublishState
from schema.context import Context
from schema.engine import All, Find, Page, Ref, query
from schema.errors import exactly_one
from schema.ids import ItemId
from schema.named import of_channels, of_suppliers
from schema.pagination import Connection, Slice
from schema.search import mentions
from schema.stock.reorder import below_reorder_point


@strawberry.input
class ItemFilter:
    query: str | None = None
    sku: list[str] | None = None
    kind: list[ItemKind] | None = None
    tag: list[str] | None = None
    supplier: list[str] | None = None
    active: bool | None = None
    below_reorder_point: bool | None = None


@strawberry.input
class ListingFilter:
    channel: list[str] | None = None
    sku: list[str] | None = None
    mapped: bool | None = None
    publish_state: list[PublishState] | None = None
    external_id: str | None = None


@query(scope=SCOPE)
def item(ctx: Context, id: ItemId | None = None, sku: str | None = None, barcode: str | None = None) -> Item | None:
    """One item, by its id, SKU or barcode."""
    exactly_one(id=id, sku=sku, barcode=barcode)
    if id is not None:
        return Ref(Item, id)
    return Find(Item, models.Item.sku == sku if sku is not None else models.Item.barcode == barcode)


@query(scope=SCOPE)
def items(ctx: Context, page: Slice, filter: ItemFilter | None = None) -> Connection[Item]:
    """Items by SKU."""
    return Page(Item, page, _items(filter), order_by=models.Item.sku)


@query(scope=SCOPE)
def listings(ctx: Context, page: Slice, filter: ListingFilter | None = None) -> Connection[Listing]:
    """What channels call our items, the oldest listing first."""
    return Page(Listing, page, _listings(filter), order_by=models.Listing.id)


@query()
def channels(ctx: Context) -> list[Channel]:
    """Every channel that the caller may see."""
    theirs = [models.Channel.id.in_(ctx.viewer.channels)] if ctx.viewer.channels else []
    return All(Channel, *theirs, order_by=models.Channel.key)


def _items(filter: ItemFilter | None) -> Iterator[ColumnElement[bool]]:
    if filter is None:
        return
    if filter.query is not None:
        yield or_(mentions(models.Item.sku, filter.query), mentions(models.Item.name, filter.query))
    if filter.sku is not None:
        yield models.Item.sku.in_(filter.sku)
    if filter.kind is not None:
        yield models.Item.kind.in_(filter.kind)
    if filter.tag is not None:
        yield models.Item.tags.overlap(filter.tag)
    if filter.supplier is not None:
        yield models.Item.offers.any(of_suppliers(SupplierOffer.supplier_id, filter.supplier))
    if filter.active is not None:
        yield models.Item.active.is_(filter.active)
    if filter.below_reorder_point is not None:
        yield below_reorder_point() if filter.below_reorder_point else not_(below_reorder_point())


def _listings(filter: ListingFilter | None) -> Iterator[ColumnElement[bool]]:
    if filter is None:
        return
    if filter.channel is not None:
        yield of_channels(models.Listing.channel_id, filter.channel)
    if filter.sku is not None:
        yield models.Listing.item.has(models.Item.sku.in_(filter.sku))
    if filter.mapped is not None:
        yield models.Listing.item_id.is_not(None) if filter.mapped else models.Listing.item_id.is_(None)
    if filter.publish_state is not None:
        yield models.Listing.publish_state.in_(filter.publish_state)
    if filter.external_id is not None:
        yield models.Listing.external_id == filter.external_id
