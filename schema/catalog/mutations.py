"""Changing items, channels and listings."""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

import strawberry
from sqlalchemy.orm import Session
from strawberry import UNSET

from core.catalog.bundles import Part
from core.flows import catalog as flows
from schema.acting import transact
from schema.catalog.types import Channel, Item, ItemKind, Listing, ShortagePolicy
from schema.context import Context
from schema.engine import Ref, Refs, mutation
from schema.errors import Payload
from schema.inputs import given
from schema.orders.types import Order


@strawberry.input
class BundleComponentInput:
    sku: str
    quantity: int
    price_share: Decimal | None = None


@strawberry.type
class ItemPayload(Payload):
    item: Item | None = None


@strawberry.type
class ChannelPayload(Payload):
    channel: Channel | None = None


@strawberry.type
class ListingPayload(Payload):
    listing: Listing | None = None
    released_orders: list[Order] = strawberry.field(
        default_factory=list, description="Those that were waiting for it, oldest first."
    )


@mutation(scope="catalog:write")
async def item_upsert(
    ctx: Context,
    sku: str,
    name: str | None = UNSET,
    kind: ItemKind | None = UNSET,
    barcode: str | None = UNSET,
    image_url: str | None = UNSET,
    active: bool | None = UNSET,
    weight_grams: int | None = UNSET,
    length_mm: int | None = UNSET,
    width_mm: int | None = UNSET,
    height_mm: int | None = UNSET,
    hs_code: str | None = UNSET,
    origin_country: str | None = UNSET,
    tags: list[str] | None = UNSET,
    components: list[BundleComponentInput] | None = UNSET,
) -> ItemPayload:
    """Makes or changes an item; what is not given stays, what is given as null is cleared."""
    columns = given(
        name=name,
        kind=kind,
        barcode=barcode,
        image_url=image_url,
        active=active,
        weight_grams=weight_grams,
        length_mm=length_mm,
        width_mm=width_mm,
        height_mm=height_mm,
        hs_code=hs_code,
        origin_country=origin_country,
        tags=tags,
    )
    parts = None
    if components is not UNSET:
        parts = [
            Part(sku=component.sku, quantity=component.quantity, price_share=component.price_share)
            for component in components or []
        ]
    return ItemPayload(item=Ref(Item, await transact(ctx, _upserted, sku, columns, parts)))


@mutation(scope="catalog:write")
async def listing_map(
    ctx: Context,
    channel: str,
    external_id: str,
    sku: str | None = UNSET,
    buffer: int | None = UNSET,
    cap: int | None = UNSET,
) -> ListingPayload:
    """Says what a channel's listing means. Orders that waited for it are released, oldest first."""
    columns = given(sku=sku, buffer=buffer, cap=cap)
    listing, released = await transact(ctx, _mapped, channel, external_id, columns)
    return ListingPayload(listing=Ref(Listing, listing), released_orders=Refs(Order, released))


@mutation(scope="catalog:write")
async def channel_update(
    ctx: Context,
    key: str,
    name: str | None = UNSET,
    priority: int | None = UNSET,
    selling: bool | None = UNSET,
    buffer: int | None = UNSET,
    shortage: ShortagePolicy | None = UNSET,
    routing_strategy: str | None = UNSET,
    locations: list[str] | None = UNSET,
) -> ChannelPayload:
    """Changes what is given; an empty list of locations means all of them."""
    columns = given(
        name=name,
        priority=priority,
        selling=selling,
        buffer=buffer,
        shortage=shortage,
        routing_strategy=routing_strategy,
    )
    codes = None if locations is UNSET else locations or []
    strategies = sorted(ctx.hub.registry.strategies)
    return ChannelPayload(channel=Ref(Channel, await transact(ctx, _updated, key, columns, codes, strategies)))


def _upserted(session: Session, sku: str, columns: Mapping[str, Any], parts: Sequence[Part] | None) -> int:
    return flows.upsert_item(session, sku, columns, parts=parts).id


def _mapped(session: Session, channel: str, external_id: str, columns: Mapping[str, Any]) -> tuple[int, list[int]]:
    listing, released = flows.map_listing(session, channel, external_id, columns)
    return listing.id, released


def _updated(
    session: Session,
    key: str,
    columns: Mapping[str, Any],
    codes: Sequence[str] | None,
    strategies: Sequence[str],
) -> int:
    return flows.update_channel(session, key, columns, location_codes=codes, strategies=strategies).id
