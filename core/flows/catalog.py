"""Keeping the catalogue as people tell it: items and bundles, channels, locations, and what listings mean."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from core.catalog import service as catalog
from core.catalog.models import Channel, Item, ItemKind, Listing, PublishState
from core.catalog.service import Part
from core.errors import IllegalState, Invalid, NotFound
from core.flows.mapping import let_go
from core.flows.publish_stock import tell
from core.integrations.models import Integration
from core.jobs.registry import enqueue
from core.stock import locations, promise
from core.stock import service as stock
from core.stock.models import Location, StockLevel


def upsert_item(session: Session, sku: str, given: Mapping[str, Any], *, parts: Sequence[Part] | None = None) -> Item:
    """Make or change an item; `given` holds columns of Item, `parts` a bundle's new recipe.

    An item that is new settles what listings mean that already speak of its SKU, and releases the orders that waited.
    Raises Invalid, and IllegalState where stock would be left behind.
    """
    if parts and "kind" not in given:
        given = {**given, "kind": ItemKind.BUNDLE}
    item, is_new = catalog.upsert_item(session, sku, given)
    if item.kind is not ItemKind.SIMPLE:
        _check_without_stock(session, item)
    _set_recipe(session, item, parts)
    if is_new:
        for listing in catalog.unmapped_by_sku(session, sku):
            catalog.upsert_listing(session, listing.channel_id, listing.external_id, {"item": item})
            let_go(session, listing, item)
    if is_new or parts is not None:
        stock.note_change(session, [item.id])
    return item


def map_listing(
    session: Session, channel_key: str, external_id: str, given: Mapping[str, Any]
) -> tuple[Listing, list[int]]:
    """Say what a listing means and how much of it to publish; the orders that waited for it, released, oldest first.

    `given` may hold `sku` (None: it means nothing any more), `buffer` and `cap`. Orders placed before keep the item
    that they were placed for. Raises NotFound, Invalid.
    """
    channel = catalog.channel_by_key(session, channel_key)
    columns = {name: value for name, value in given.items() if name != "sku"}
    item = None
    if "sku" in given:
        item = catalog.item_by_sku(session, given["sku"]) if given["sku"] is not None else None
        columns["item"] = item
    listing, items = catalog.upsert_listing(session, channel.id, external_id, columns)
    stock.note_change(session, items)
    if listing.publish_state is PublishState.PENDING:
        enqueue(session, tell, same_as=str(channel.id), integration_id=channel.integration_id, channel_id=channel.id)
    released = let_go(session, listing, item) if item is not None else []
    return listing, released


def update_channel(
    session: Session,
    key: str,
    given: Mapping[str, Any],
    *,
    location_codes: Sequence[str] | None = None,
    strategies: Sequence[str] | None = None,
) -> Channel:
    """Change a channel; `location_codes` replaces its list, and an empty one means all. `strategies` are those known.

    Raises NotFound, Invalid.
    """
    wanted = given.get("routing_strategy")
    if wanted is not None and strategies is not None and wanted not in strategies:
        known = ", ".join(sorted(strategies))
        raise Invalid(f"There is no routing strategy {wanted!r}; there are {known}.", path=("routingStrategy",))
    location_ids = None
    if location_codes is not None:
        found = locations.ids_of(session, location_codes)
        for position, code in enumerate(location_codes):
            if code not in found:
                raise NotFound(f"No location has the code {code!r}.", path=("locations", str(position)))
        location_ids = list(found.values())
    channel = catalog.update_channel(session, key, given, location_ids=location_ids)
    if location_ids is not None or {"buffer", "selling"} & given.keys():
        listed = select(Listing.item_id).where(Listing.channel_id == channel.id, Listing.item_id.is_not(None))
        stock.note_change(session, [item for item in session.scalars(listed) if item is not None])
    return channel


def upsert_location(session: Session, code: str, given: Mapping[str, Any]) -> Location:
    """Make or change a location; `given` as in `locations.upsert_location`, with `integration` as a key or None."""
    columns = {name: value for name, value in given.items() if name != "integration"}
    if "integration" in given:
        columns["integration_id"] = _integration(session, given["integration"])
    location = locations.upsert_location(session, code, columns)
    if "active" in given:
        stocked = select(StockLevel.item_id).where(StockLevel.location_id == location.id)
        stock.note_change(session, session.scalars(stocked))
    return location


def explain(session: Session, sku: str, channel_key: str | None) -> tuple[Item, Channel | None, promise.Promise]:
    """How many a channel may sell, term by term; without channel, over all own locations.

    Where the channel lists the item once, the listing's buffer and cap count too.
    """
    item = catalog.item_by_sku(session, sku)
    channel = catalog.channel_by_key(session, channel_key) if channel_key is not None else None
    asked = (item.id, channel.id if channel else None)
    promised = promise.promised(session, [asked])[asked]
    if channel is not None:
        query = select(Listing).where(Listing.channel_id == channel.id, Listing.item_id == item.id).limit(2)
        listings = session.scalars(query).all()
        if len(listings) == 1:
            promised = promise.less_listing(promised, buffer=listings[0].buffer, cap=listings[0].cap)
    return item, channel, promised


def _set_recipe(session: Session, item: Item, parts: Sequence[Part] | None) -> None:
    if item.kind is ItemKind.BUNDLE:
        if parts is not None:
            catalog.set_components(session, item, parts)
        if not catalog.recipe(session, item.id):
            raise Invalid("A bundle needs components.", path=("components",))
    elif parts:
        raise Invalid(f"Only a bundle has components, and {item.sku} is a {item.kind.lower()}.", path=("components",))
    else:
        catalog.set_components(session, item, [])


def _check_without_stock(session: Session, item: Item) -> None:
    held = select(StockLevel).where(StockLevel.item_id == item.id)
    for level in session.scalars(held):
        if level.on_hand or level.reserved or level.damaged:
            raise IllegalState(
                f"{item.sku} has stock and cannot become a {item.kind.lower()}: adjust its levels to zero first.",
                path=("kind",),
            )


def _integration(session: Session, key: str | None) -> int | None:
    if key is None:
        return None
    found = session.scalar(select(Integration.id).where(Integration.key == key))
    if found is None:
        raise NotFound(f"No integration has the key {key!r}.", path=("integration",))
    return found
