"""Items by SKU: one kept, many ensured at once."""

import re
from collections.abc import Iterable, Mapping
from typing import Any

from sqlalchemy import select, text
from sqlalchemy.orm import Session

from core import clock, outbox
from core.catalog.models import Item, ItemKind
from core.errors import Invalid, NotFound

_LONGEST_SKU = 128
_EMPTY: Mapping[str, Any] = {"kind": ItemKind.SIMPLE, "active": True, "tags": [], "extra": {}}
"""What a column becomes that is given as null but cannot be."""
_SIZES = ("weight_grams", "length_mm", "width_mm", "height_mm")
_WORDS = ("name", "barcode", "image_url", "hs_code", "origin_country")
_COUNTRY = re.compile(r"[A-Z]{2}")
_TARIFF = re.compile(r"[0-9]{4,10}")

_IDS = text("select sku, id from items where sku = any(:skus)")

# In order of SKU, so that two imports that bring the same new items wait, but never for each other.
_ADD = text(
    """
    insert into items (sku, name, created_at, updated_at)
    select sku, name, :now, :now from unnest(cast(:skus as text[]), cast(:names as text[])) as added(sku, name)
    order by sku
    on conflict (sku) do nothing
    returning id, sku, name
    """
)


def ids_of(session: Session, skus: Iterable[str]) -> dict[str, int]:
    """Ids by SKU; those that nobody knows are left out."""
    return {row.sku: row.id for row in session.execute(_IDS, {"skus": list(set(skus))})}


def by_sku(session: Session, sku: str, *, path: tuple[str, ...] = ("sku",)) -> Item:
    """Raises NotFound."""
    item = session.scalar(select(Item).where(Item.sku == sku))
    if item is None:
        raise NotFound(f"No item has the SKU {sku!r}. Make it with itemUpsert, or look for a typing error.", path=path)
    return item


def ensure_items(session: Session, names: Mapping[str, str]) -> dict[str, int]:
    """Ids by SKU of all that are named, made where they are not there yet. Existing items keep their names."""
    known = ids_of(session, names)
    missing = sorted(sku for sku in names if sku not in known)
    if not missing:
        return known
    for sku in missing:
        _check_sku(sku)
    arguments = {"skus": missing, "names": [names[sku].strip() or sku for sku in missing], "now": clock.now()}
    for item_id, sku, name in session.execute(_ADD, arguments):
        known[sku] = item_id
        outbox.record(session, "item.created", f"itm_{item_id}", f"Item {sku} ({name}) is new.")
    raced = [sku for sku in missing if sku not in known]
    return known | ids_of(session, raced) if raced else known


def upsert_item(session: Session, sku: str, given: Mapping[str, Any]) -> tuple[Item, bool]:
    """Make or change one item; what is not given stays, what is given as None is cleared. Says whether it is new.

    `given` holds columns of Item. Raises Invalid with the path of the value that makes no sense.
    """
    _check_sku(sku)
    columns = {name: _checked(name, value, sku) for name, value in given.items()}
    item = _locked(session, sku)
    is_new = item is None
    if item is None:
        ensure_items(session, {sku: columns.get("name") or sku})
        item = _locked(session, sku)
        assert item is not None
    changed = sorted(name for name, value in columns.items() if getattr(item, name) != value)
    for name in changed:
        setattr(item, name, columns[name])
    if changed and not is_new:
        item.updated_at = clock.now()
        words = ", ".join(name.replace("_", " ") for name in changed)
        outbox.record(
            session, "item.updated", f"itm_{item.id}", f"Item {sku} changed: {words}.", data={"changed": changed}
        )
    session.flush()
    return item, is_new


def _locked(session: Session, sku: str) -> Item | None:
    return session.scalar(select(Item).where(Item.sku == sku).with_for_update())


def _checked(name: str, value: Any, sku: str) -> Any:
    """A value as the column keeps it."""
    if value is None:
        return sku if name == "name" else _EMPTY.get(name)
    if name in _WORDS:
        value = value.strip() or None
    if name == "name":
        return value or sku
    if name in _SIZES and value < 0:
        raise Invalid(f"{value} cannot be: weights and sizes are 0 or more.", path=(name,))
    if name == "tags":
        return sorted({tag.strip() for tag in value if tag.strip()})
    if name == "hs_code" and value and not _TARIFF.fullmatch(value.replace(".", "")):
        raise Invalid(f"{value!r} is not a tariff code: 4 to 10 digits, such as 9503.00.", path=(name,))
    if name == "origin_country" and value and not _COUNTRY.fullmatch(value):
        raise Invalid(f"{value!r} is not a country: two capital letters, such as GB.", path=(name,))
    return value


def _check_sku(sku: str) -> None:
    if not sku or sku != sku.strip() or not sku.isprintable() or len(sku) > _LONGEST_SKU:
        raise Invalid(
            f"{sku[:_LONGEST_SKU]!r} cannot be an SKU: 1 to {_LONGEST_SKU} printable characters, no space around.",
            path=("sku",),
        )
