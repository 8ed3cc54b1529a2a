"""What the catalogue offers to flows: items, bundles, channels and listings."""

from core.catalog.bundles import Part, is_a_part, recipe, recipes, set_components
from core.catalog.channels import MANUAL, ensure_channel, locations_of, update_channel
from core.catalog.channels import by_key as channel_by_key
from core.catalog.items import by_sku as item_by_sku
from core.catalog.items import ensure_items, ids_of, upsert_item
from core.catalog.listings import Called, Listed, Meaning, resolve_skus, take_in, unmapped_by_sku, upsert_listing

__all__ = [
    "MANUAL",
    "Called",
    "Listed",
    "Meaning",
    "Part",
    "channel_by_key",
    "ensure_channel",
    "ensure_items",
    "ids_of",
    "is_a_part",
    "item_by_sku",
    "locations_of",
    "recipe",
    "recipes",
    "resolve_skus",
    "set_components",
    "take_in",
    "unmapped_by_sku",
    "update_channel",
    "upsert_item",
    "upsert_listing",
]
