"""Recipes of bundles: what is in one, and how its price is shared among the parts."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from sqlalchemy import delete, exists, select
from sqlalchemy.orm import Session

from core import clock, outbox
from core.catalog.models import BundleComponent, Item, ItemKind
from core.errors import Invalid

_UNIT = Decimal("0.000001")
"""Shares are kept to a millionth."""
_LARGEST = 100_000


@dataclass(frozen=True, slots=True)
class Part:
    """So many of an item in one bundle. Without `price_share` it gets an equal part of what the others leave."""

    sku: str
    quantity: int
    price_share: Decimal | None = None


def set_components(session: Session, bundle: Item, parts: Sequence[Part]) -> None:
    """Give a bundle this recipe in place of the one it had. Orders keep the one they were placed with.

    Raises Invalid for an unknown, repeated or nested part, and for shares that do not sum to 1.
    """
    items = _checked(session, bundle, parts)
    shares = shared(parts)
    old = {row.item_id: (row.quantity, row.price_share) for row in recipe(session, bundle.id)}
    new = {items[part.sku].id: (part.quantity, share) for part, share in zip(parts, shares, strict=True)}
    if old == new:
        return
    session.execute(delete(BundleComponent).where(BundleComponent.bundle_id == bundle.id))
    session.add_all(
        BundleComponent(bundle_id=bundle.id, item_id=item_id, quantity=quantity, price_share=share)
        for item_id, (quantity, share) in new.items()
    )
    bundle.updated_at = clock.now()
    made_of = ", ".join(f"{part.quantity} x {part.sku}" for part in parts) or "nothing"
    outbox.record(session, "item.recipe_changed", f"itm_{bundle.id}", f"Bundle {bundle.sku} is made of {made_of}.")
    session.flush()


def recipe(session: Session, bundle_id: int) -> list[BundleComponent]:
    query = select(BundleComponent).where(BundleComponent.bundle_id == bundle_id).order_by(BundleComponent.id)
    return list(session.scalars(query))


def recipes(session: Session, bundle_ids: Sequence[int]) -> dict[int, list[BundleComponent]]:
    """The recipes of many bundles, each in its own order. One statement."""
    query = select(BundleComponent).where(BundleComponent.bundle_id.in_(bundle_ids)).order_by(BundleComponent.id)
    found: dict[int, list[BundleComponent]] = {}
    for part in session.scalars(query):
        found.setdefault(part.bundle_id, []).append(part)
    return found


def is_a_part(session: Session, item_id: int) -> bool:
    return bool(session.scalar(select(exists().where(BundleComponent.item_id == item_id))))


def shared(parts: Sequence[Part]) -> list[Decimal]:
    """The price share of each part. They sum to exactly 1: equal parts differ by a millionth at most."""
    given = sum((part.price_share for part in parts if part.price_share is not None), Decimal(0))
    unnamed = sum(part.price_share is None for part in parts)
    if any(part.price_share is not None and not Decimal(0) <= part.price_share <= 1 for part in parts):
        raise Invalid("A price share is between 0 and 1.", path=("components",))
    if any(part.price_share is not None and part.price_share % _UNIT for part in parts):
        raise Invalid("A price share has at most six decimals.", path=("components",))
    if parts and (given > 1 or (not unnamed and given != 1)):
        raise Invalid(
            f"The price shares of a bundle sum to 1, and these to {given}. Leave some out to share the rest equally.",
            path=("components",),
        )
    rest, shares, so_far = 1 - given, [], 0
    for part in parts:
        if part.price_share is not None:
            shares.append(part.price_share.quantize(_UNIT))
            continue
        millionths = int(rest / _UNIT)
        shares.append((millionths * (so_far + 1) // unnamed - millionths * so_far // unnamed) * _UNIT)
        so_far += 1
    return shares


def _checked(session: Session, bundle: Item, parts: Sequence[Part]) -> dict[str, Item]:
    if parts and is_a_part(session, bundle.id):
        raise Invalid(f"{bundle.sku} is itself part of a bundle, and bundles do not nest.", path=("components",))
    items = {item.sku: item for item in session.scalars(select(Item).where(Item.sku.in_([part.sku for part in parts])))}
    seen: set[str] = set()
    for position, part in enumerate(parts):
        path = ("components", str(position), "sku")
        if part.sku not in items:
            raise Invalid(f"No item has the SKU {part.sku!r}. Make the parts of a bundle first.", path=path)
        if part.sku == bundle.sku:
            raise Invalid(f"{part.sku} cannot be part of itself.", path=path)
        if items[part.sku].kind is ItemKind.BUNDLE:
            raise Invalid(f"{part.sku} is a bundle, and bundles do not nest. Name its parts instead.", path=path)
        if part.sku in seen:
            raise Invalid(f"{part.sku} is named twice. Name it once with the whole quantity.", path=path)
        if not 0 < part.quantity <= _LARGEST:
            path = ("components", str(position), "quantity")
            raise Invalid(f"{part.quantity} cannot be: a bundle has 1 to {_LARGEST} of each part.", path=path)
        seen.add(part.sku)
    return items
