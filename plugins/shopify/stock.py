"""Stock, told and read: what one location has available."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any

from crossdock import ChannelStock, Rejected, Retryable, StockAnswer, StockLevelUpdate
from plugins.shopify.access import Ctx
from plugins.shopify.client import ask, model_of, pages
from plugins.shopify.documents import shop
from plugins.shopify.mapping.lines import sku_of
from plugins.shopify.wire.stock import StockVariant

_AT_ONCE = 50
_SOON = timedelta(seconds=1)
_VARIANT = "gid://shopify/ProductVariant/"
_STALE = {"CHANGE_FROM_QUANTITY_STALE", "COMPARE_QUANTITY_STALE", "IDEMPOTENCY_CONCURRENT_REQUEST"}


def publish_stock(ctx: Ctx, updates: Sequence[StockLevelUpdate]) -> list[StockAnswer]:
    """Set what is available, where it is still what we read a moment ago. One that is refused stops no other.

    Raises Retryable where something was sold there, or told by another process, between reading and setting: the hub
    then tells its newest figures, so that an older one never wins.
    """
    place = location(ctx)
    answers: list[StockAnswer] = []
    changed = 0
    for start in range(0, len(updates), _AT_ONCE):
        some = updates[start : start + _AT_ONCE]
        errors, stale = _published(ctx, place, some)
        changed += stale
        answers += [
            StockAnswer(external_sku=each.external_sku, error=errors.get(index)) for index, each in enumerate(some)
        ]
    if changed:
        raise Retryable(f"The stock of {changed} variants changed at Shopify at the same moment.", after=_SOON)
    return answers


def read_stock(ctx: Ctx, external_skus: Sequence[str]) -> list[ChannelStock]:
    """What Shopify counts as available. Variants that share a SKU are one stock only where they agree: the least."""
    place, read_at = location(ctx), ctx.now()
    found: dict[str, int] = {}
    for start in range(0, len(external_skus), _AT_ONCE):
        some = external_skus[start : start + _AT_ONCE]
        for each in _variants(ctx, place, some):
            name, level = sku_of(each.sku, each.id), each.inventory_item.inventory_level
            if name in some and level is not None and level.available is not None:
                found[name] = min(level.available, found.get(name, level.available))
    return [
        ChannelStock(external_sku=sku, quantity=found[sku], read_at=read_at) for sku in external_skus if sku in found
    ]


def location(ctx: Ctx) -> str:
    """Where stock is published: as the settings say, else the shop's only location. Raises Rejected for a choice."""
    if ctx.settings.location_id is not None:
        return ctx.settings.location_id
    active = [each for each in ask(ctx, shop.SHOP)["locations"]["nodes"] if each["isActive"]]
    if len(active) != 1:
        names = ", ".join(f"{each['name']} ({each['id'].rsplit('/', 1)[-1]})" for each in active) or "none"
        message = f"Say in the settings to which `location` stock is published. The shop has {names}."
        raise Rejected("LOCATION_NEEDED", message, field="location")
    return str(active[0]["id"])


def _published(ctx: Ctx, place: str, updates: Sequence[StockLevelUpdate]) -> tuple[dict[int, str], int]:
    """What was refused, by the place of the update: why; and how many had changed meanwhile."""
    by_name: dict[str, list[StockVariant]] = {}
    for each in _variants(ctx, place, [update.external_sku for update in updates]):
        for name in {each.id, sku_of(each.sku, each.id)}:
            by_name.setdefault(name, []).append(each)
    errors: dict[int, str] = {}
    wishes: list[tuple[int, dict[str, Any]]] = []
    for index, update in enumerate(updates):
        variants = by_name.get(update.listing_id) or by_name.get(update.external_sku, [])
        problem = _problem(variants)
        if problem is not None:
            errors[index] = problem
            continue
        wishes += [(index, wish) for each in variants if (wish := _wish(each, place, update.quantity)) is not None]
    stale = _set(ctx, wishes, {index: update.sequence for index, update in enumerate(updates)}, errors)
    return errors, stale


def _problem(variants: Sequence[StockVariant]) -> str | None:
    if not variants:
        return "Shopify knows no variant of this SKU."
    if not all(each.inventory_item.tracked for each in variants):
        return "Shopify does not track its stock. Turn on inventory tracking for the variant."
    levels = [each.inventory_item.inventory_level for each in variants]
    if not all(level is not None and level.is_active and level.available is not None for level in levels):
        return "It is not stocked at this location. Stock it there in Shopify."
    return None


def _wish(variant: StockVariant, place: str, quantity: int) -> dict[str, Any] | None:
    """None where it is right already."""
    level = variant.inventory_item.inventory_level
    before = level.available if level is not None else None
    if before == quantity:
        return None
    return {
        "inventoryItemId": variant.inventory_item.id,
        "locationId": place,
        "quantity": quantity,
        "changeFromQuantity": before,
    }


def _set(
    ctx: Ctx, wishes: list[tuple[int, dict[str, Any]]], sequences: Mapping[int, int], errors: dict[int, str]
) -> int:
    """Set quantities; how many had changed meanwhile.

    Shopify takes all or none: what it refuses is left out, and the rest is sent once more.
    """
    stale = 0
    wishes = list({wish["inventoryItemId"]: (index, wish) for index, wish in wishes}.values())
    while wishes:
        quantities = [wish for _, wish in wishes]
        said = ask(
            ctx,
            shop.SET_STOCK,
            input={"name": "available", "reason": "correction", "quantities": quantities},
            key=_key(ctx, quantities, [sequences[index] for index, _ in wishes]),
        )["inventorySetQuantities"]
        refused = {_place_of(each): each for each in said["userErrors"]}
        if not refused:
            break
        for position, error in refused.items():
            about = wishes if position is None else wishes[position : position + 1]
            if error["code"] in _STALE:
                stale += len(about)
            else:
                errors.update({index: error["message"] for index, _ in about})
        if None in refused:
            break
        wishes = [each for position, each in enumerate(wishes) if position not in refused]
    return stale


def _place_of(error: Mapping[str, Any]) -> int | None:
    """Which quantity an error is about; None: the whole of it."""
    parts = [str(part) for part in error["field"] or ()]
    following = parts[parts.index("quantities") + 1 :] if "quantities" in parts else []
    return int(following[0]) if following and following[0].isdecimal() else None


def _key(ctx: Ctx, quantities: list[dict[str, Any]], sequences: list[int]) -> str:
    """The same telling has the same key; the same numbers told later, with a higher sequence, another."""
    said = json.dumps([ctx.integration, quantities, sequences], sort_keys=True)
    return hashlib.sha256(said.encode()).hexdigest()


def _variants(ctx: Ctx, place: str, skus: Sequence[str]) -> list[StockVariant]:
    """The variants of these SKUs; a name that is a variant's own id finds that."""
    terms = [_term(sku) for sku in skus]
    found = pages(
        ctx,
        shop.STOCK,
        lambda data: data["productVariants"],
        query=" OR ".join(terms),
        location=place,
        size=_AT_ONCE,
    )
    variants = [model_of(StockVariant, each, "A variant") for each in found]
    # The search knows no capitals and cuts words: what is meant is compared.
    return [each for each in variants if sku_of(each.sku, each.id) in skus or each.id in skus]


def _term(sku: str) -> str:
    if sku.startswith(_VARIANT):
        return f"id:{sku.removeprefix(_VARIANT)}"
    escaped = sku.replace("\\", "\\\\").replace('"', '\\"')
    return f'sku:"{escaped}"'
