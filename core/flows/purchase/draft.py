"""Drafting a purchase order: items and the location by name, costs in the supplier's currency."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from core.catalog.models import Item, ItemKind
from core.errors import Invalid, NotFound
from core.money import to_minor
from core.purchasing import queries, service
from core.purchasing.service import NewLine
from core.stock.models import Location


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """Units of one item at a cost in the supplier's currency."""

    sku: str
    quantity: int
    unit_cost: Decimal


def create(
    session: Session,
    supplier: str,
    location: str,
    lines: Sequence[Wanted],
    *,
    expected_at: datetime | None = None,
    note: str | None = None,
) -> int:
    """A draft; its id. Raises NotFound and Invalid with the path of what is wrong."""
    seller = queries.supplier_by_key(session, supplier)
    if not seller.active:
        raise Invalid(f"Supplier {supplier!r} is not active.", path=("supplier",))
    place = _own_location(session, location)
    wanted = _lines(session, lines, seller.currency)
    return service.create(session, seller, place, wanted, expected_at=expected_at, note=note).id


def edit(
    session: Session,
    purchase_order_id: int,
    *,
    expected_version: int,
    lines: Sequence[Wanted] | None = None,
    changes: Mapping[str, Any] | None = None,
) -> int:
    """Replace its lines or change `expected_at` and `note` (null clears) before it is sent; its id.

    Raises NotFound, VersionConflict, IllegalState, Invalid.
    """
    order = queries.locked(session, purchase_order_id)
    wanted = None if lines is None else _lines(session, lines, order.currency)
    service.edit(session, order, expected_version=expected_version, lines=wanted, changes=changes or {})
    return order.id


def approve(session: Session, purchase_order_id: int) -> int:
    """Approving twice is harmless. Raises NotFound, IllegalState."""
    service.approve(session, queries.locked(session, purchase_order_id))
    return purchase_order_id


def _own_location(session: Session, code: str) -> int:
    location = session.scalar(select(Location).where(Location.code == code))
    if location is None:
        raise NotFound(f"No location has the code {code!r}; `locations` lists those there are.", path=("location",))
    if not location.kind.own:
        raise Invalid(f"{code} is a supplier's own location: goods we buy arrive at one of ours.", path=("location",))
    return location.id


def _lines(session: Session, lines: Sequence[Wanted], currency: str) -> list[NewLine]:
    query = select(Item).where(Item.sku.in_({line.sku for line in lines}))
    items = {item.sku: item for item in session.scalars(query)}
    made = []
    for place, line in enumerate(lines):
        path = ("lines", str(place))
        item = items.get(line.sku)
        if item is None:
            raise NotFound(f"No item has the SKU {line.sku!r}. Make it with itemUpsert.", path=(*path, "sku"))
        if item.kind is not ItemKind.SIMPLE:
            raise Invalid(f"{line.sku} is a {item.kind.lower()}: buy what has stock of its own.", path=(*path, "sku"))
        cost = to_minor(line.unit_cost, currency, path=(*path, "unitCost"))
        made.append(NewLine(item.id, line.quantity, cost))
    return made
