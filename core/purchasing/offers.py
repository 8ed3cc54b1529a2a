"""What suppliers offer, as they tell it themselves: many at once, each written only where it says something new."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field

import orjson
from sqlalchemy import select, text
from sqlalchemy.orm import Session

from core import clock
from core.purchasing.models import SupplierOffer

_PAGE = 2_000
"""Offers that one statement takes."""

# What is not named stays: another name of theirs, and how many they have.
_TAKE = text(
    """
    insert into supplier_offers as offer (supplier_id, item_id, supplier_sku, currency, cost_minor, stock, min_quantity,
        pack_size, lead_time_days, told, updated_at)
    select supplier_id, given.item_id, coalesce(given.supplier_sku, known.supplier_sku, given.sku), given.currency,
        given.cost_minor, coalesce(given.stock, known.stock), given.min_quantity, given.pack_size, given.lead_time_days,
        true, :now
    from jsonb_to_recordset(cast(:offers as jsonb)) as given(item_id bigint, sku text, supplier_sku text, currency text,
        cost_minor bigint, stock int, min_quantity int, pack_size int, lead_time_days int)
    cross join unnest(cast(:suppliers as bigint[])) as supplier_id
    left join supplier_offers known using (supplier_id, item_id)
    order by supplier_id, given.item_id
    on conflict (supplier_id, item_id) do update set supplier_sku = excluded.supplier_sku,
        currency = excluded.currency, cost_minor = excluded.cost_minor, stock = excluded.stock,
        min_quantity = excluded.min_quantity, pack_size = excluded.pack_size, lead_time_days = excluded.lead_time_days,
        told = true, withdrawn_at = null, updated_at = excluded.updated_at
    where (offer.supplier_sku, offer.currency, offer.cost_minor, offer.stock, offer.min_quantity, offer.pack_size,
            offer.lead_time_days, offer.told, offer.withdrawn_at)
        is distinct from (excluded.supplier_sku, excluded.currency, excluded.cost_minor, excluded.stock,
            excluded.min_quantity, excluded.pack_size, excluded.lead_time_days, true, null)
    returning item_id, xmax = 0 as fresh
    """
)

_WITHDRAW = text(
    """
    update supplier_offers offer set withdrawn_at = :now, updated_at = :now
    where offer.supplier_id = any(:suppliers) and offer.told and offer.withdrawn_at is null
        and offer.item_id <> all(:items)
    returning offer.item_id
    """
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """What a supplier asks for one item, in minor units. `sku` is what it calls it where it gives no other name."""

    item_id: int
    sku: str
    supplier_sku: str | None
    currency: str
    cost_minor: int
    stock: int | None
    min_quantity: int
    pack_size: int
    lead_time_days: int


@dataclass(slots=True)
class Changed:
    """The items whose offers are new, say something else, or are withdrawn."""

    created: set[int] = field(default_factory=set)
    updated: set[int] = field(default_factory=set)
    withdrawn: set[int] = field(default_factory=set)


def take_in(session: Session, supplier_ids: Collection[int], offers: Sequence[Told]) -> Changed:
    """Write offers, one of each item, for all of these suppliers; a statement takes many."""
    changed, suppliers = Changed(), sorted(supplier_ids)
    for start in range(0, len(offers), _PAGE):
        page = orjson.dumps(offers[start : start + _PAGE]).decode()
        for row in session.execute(_TAKE, {"offers": page, "suppliers": suppliers, "now": clock.now()}):
            (changed.created if row.fresh else changed.updated).add(row.item_id)
    changed.updated -= changed.created
    return changed


def withdraw_others(session: Session, supplier_ids: Collection[int], item_ids: Collection[int]) -> set[int]:
    """Withdraw what these suppliers told of before, of all items but these; the items of which it is withdrawn."""
    given = {"suppliers": sorted(supplier_ids), "items": sorted(item_ids), "now": clock.now()}
    return set(session.scalars(_WITHDRAW, given))


def unoffered(session: Session, supplier_ids: Collection[int], item_ids: Collection[int]) -> set[int]:
    """Those of these items of which none of these suppliers has ever offered any."""
    asked = SupplierOffer.supplier_id.in_(supplier_ids) & SupplierOffer.item_id.in_(item_ids)
    return set(item_ids) - set(session.scalars(select(SupplierOffer.item_id).where(asked)))
