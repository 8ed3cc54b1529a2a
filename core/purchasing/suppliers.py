"""Suppliers and what they offer."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from core import clock, outbox
from core.errors import Invalid
from core.money import exponent, spoken
from core.purchasing.models import Supplier, SupplierOffer
from crossdock import Money

_REQUIRED = {"name", "currency"}
_DEFAULTS = {"priority": 0, "lead_time_days": 0, "active": True, "stock": None, "min_quantity": 1}
"""What becomes of a column that is given as null."""


def upsert(session: Session, key: str, changes: Mapping[str, Any], *, currency: str) -> Supplier:
    """Make or change a supplier. `changes` names columns; what is null is cleared. `currency` is a new one's default.

    Raises Invalid.
    """
    _check(key, changes)
    supplier = session.scalar(select(Supplier).where(Supplier.key == key).with_for_update())
    fresh = supplier is None
    if supplier is None:
        if "name" not in changes:
            raise Invalid(f"There is no supplier {key!r} yet: give its name.", path=("name",))
        supplier = Supplier(key=key, name=changes["name"], currency=currency, created_at=clock.now())
        session.add(supplier)
    for name, value in changes.items():
        setattr(supplier, name, _DEFAULTS.get(name) if value is None else value)
    session.flush()
    said = f"Supplier {supplier.name} is new." if fresh else f"Supplier {supplier.name} was changed."
    outbox.record(session, "supplier.created" if fresh else "supplier.updated", f"sup_{supplier.id}", said)
    return supplier


def set_offer(
    session: Session, supplier: Supplier, item_id: int, sku: str, cost: Money, changes: Mapping[str, Any]
) -> SupplierOffer:
    """What a supplier asks for an item. `changes` may name supplier_sku, stock, min_quantity, lead_time_days.

    Raises Invalid.
    """
    if cost.minor < 0:
        raise Invalid("A cost is 0 or more.", path=("cost",))
    _not_negative(changes, "stock", "stock", 0)
    _not_negative(changes, "min_quantity", "minQuantity", 1)
    _not_negative(changes, "lead_time_days", "leadTimeDays", 0)
    query = select(SupplierOffer).where(SupplierOffer.supplier_id == supplier.id, SupplierOffer.item_id == item_id)
    offer = session.scalar(query.with_for_update())
    if offer is None:
        offer = SupplierOffer(supplier_id=supplier.id, item_id=item_id, supplier_sku=sku, lead_time_days=0)
        session.add(offer)
    offer.cost_minor, offer.currency, offer.updated_at = cost.minor, cost.currency, clock.now()
    offer.told, offer.withdrawn_at = False, None
    for name, value in changes.items():
        cleared = sku if name == "supplier_sku" else _DEFAULTS.get(name)
        setattr(offer, name, cleared if value is None else value)
    session.flush()
    said = f"{supplier.name} offers {sku} at {spoken(cost.minor, cost.currency)}."
    outbox.record(session, "supplier_offer.set", f"sup_{supplier.id}", said, data={"sku": sku})
    return offer


def _check(key: str, changes: Mapping[str, Any]) -> None:
    if not key.strip():
        raise Invalid("A supplier needs a key.", path=("key",))
    for name in _REQUIRED & changes.keys():
        if not changes[name]:
            raise Invalid(f"A supplier's {name} cannot be empty.", path=(name,))
    _not_negative(changes, "lead_time_days", "leadTimeDays", 0)
    if "currency" in changes:
        try:
            exponent(changes["currency"])
        except ValueError as error:
            raise Invalid(str(error), path=("currency",)) from None


def _not_negative(changes: Mapping[str, Any], name: str, shown: str, least: int) -> None:
    value = changes.get(name)
    if value is not None and value < least:
        raise Invalid(f"{shown} is {least} or more.", path=(shown,))
