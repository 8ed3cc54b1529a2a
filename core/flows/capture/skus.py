"""What the SKUs of an order mean here: an item, a bundle with its recipe, or nothing that anybody has mapped yet."""

from collections.abc import Collection
from dataclasses import dataclass
from decimal import Decimal

from sqlalchemy import text
from sqlalchemy.orm import Session

from core.catalog import service as catalog
from core.catalog.models import Channel, ItemKind


@dataclass(frozen=True, slots=True)
class Component:
    """One part of a bundle as its recipe says today; the order keeps it as it is now."""

    item_id: int
    sku: str
    name: str
    quantity: int
    price_share: Decimal


@dataclass(frozen=True, slots=True)
class Meaning:
    """What one SKU of a channel is here. Without `item_id` it is unmapped."""

    item_id: int | None = None
    name: str | None = None
    listing_id: int | None = None
    service: bool = False
    components: tuple[Component, ...] = ()


UNMAPPED = Meaning()

_ITEMS = text(
    """
    select item.id, item.sku, item.name, item.kind, part.id, part.sku, part.name,
        component.quantity, component.price_share
    from items item
        left join bundle_components component on item.kind = 'BUNDLE' and component.bundle_id = item.id
        left join items part on part.id = component.item_id
    where item.id = any(:ids) or item.sku = any(:skus)
    order by item.id, component.id
    """
)


def meanings(session: Session, channel: Channel, skus: Collection[str]) -> dict[str, Meaning]:
    """What each SKU means on this channel: on `manual` one of our own, elsewhere what its listing is mapped to."""
    if not skus:
        return {}
    if channel.key == catalog.MANUAL:
        return dict(_items(session, skus=skus))
    called = catalog.resolve_skus(session, channel.id, [(None, sku) for sku in skus])
    items = {meaning.item_id: meaning for _, meaning in _items(session, ids={each.item_id for each in called.values()})}
    found = {}
    for (_, sku), listing in called.items():
        item = items.get(listing.item_id, UNMAPPED)
        found[sku or ""] = Meaning(item.item_id, item.name, listing.listing_id, item.service, item.components)
    return found


def _items(
    session: Session, *, ids: Collection[int | None] = (), skus: Collection[str] = ()
) -> list[tuple[str, Meaning]]:
    rows = session.execute(_ITEMS, {"ids": [item_id for item_id in ids if item_id], "skus": list(skus)}).all()
    parts: dict[int, list[Component]] = {}
    for item_id, _, _, _, part_id, *part in rows:
        if part_id is not None:
            parts.setdefault(item_id, []).append(Component(part_id, *part))
    return [
        (sku, Meaning(item_id, name, None, kind == ItemKind.SERVICE, tuple(parts.get(item_id, ()))))
        for item_id, sku, name, kind, *_ in rows
    ]
