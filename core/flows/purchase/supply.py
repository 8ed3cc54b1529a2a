"""Who sells to us, and at what."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from core import clock
from core.catalog.service import item_by_sku
from core.errors import NotFound
from core.flows import stock
from core.integrations.models import Integration, PluginKind
from core.purchasing import queries, suppliers
from core.purchasing.models import Supplier
from core.settings.service import current
from core.stock.models import Location, LocationKind, StockAuthority
from crossdock import Money


def supplier_upsert(session: Session, key: str, changes: Mapping[str, Any]) -> int:
    """Make or change a supplier; its id.

    `changes` may name name, email, integration (its key), priority, lead_time_days, currency and active; null clears.
    A supplier ships from the location that has its key for a code, or its integration; one with an integration that
    takes orders gets such a location. Raises Invalid, NotFound.
    """
    known = dict(changes)
    if "integration" in known:
        known["integration_id"] = _integration(session, known.pop("integration"))
    supplier = suppliers.upsert(session, key, known, currency=current(session).currency)
    if supplier.location_id is None:
        supplier.location_id = _location(session, supplier)
        session.flush()
    return supplier.id


def offer_set(session: Session, supplier: str, sku: str, cost: Money, changes: Mapping[str, Any]) -> int:
    """What a supplier asks for an item; the supplier's id.

    `changes` may name supplier_sku, stock, min_quantity and lead_time_days. The stock of a supplier who ships for us
    is what its location has. Raises Invalid, NotFound.
    """
    seller = queries.supplier_by_key(session, supplier)
    item = item_by_sku(session, sku)
    suppliers.set_offer(session, seller, item.id, sku, cost, changes)
    if changes.get("stock") is not None and seller.location_id is not None:
        figure = stock.Figure(item.id, changes["stock"])
        stock.snapshot(session, seller.location_id, [figure], as_of=clock.now(), reference=f"sup_{seller.id}")
    return seller.id


def _integration(session: Session, key: str | None) -> int | None:
    if key is None:
        return None
    found = session.scalar(select(Integration.id).where(Integration.key == key))
    if found is None:
        raise NotFound(f"There is no integration {key!r}.", path=("integration",))
    return found


def _location(session: Session, supplier: Supplier) -> int | None:
    taken = select(Supplier.location_id).where(Supplier.location_id.is_not(None))
    free = select(Location.id).where(Location.kind == LocationKind.SUPPLIER, Location.id.not_in(taken))
    same = session.scalar(free.where(func.lower(Location.code) == supplier.key.lower()))
    if same is not None or supplier.integration_id is None:
        return same
    linked = session.scalar(
        free.where(Location.integration_id == supplier.integration_id).order_by(Location.id).limit(1)
    )
    if linked is not None:
        return linked
    integration = session.get_one(Integration, supplier.integration_id)
    if PluginKind.SUPPLIER not in integration.kinds:
        return None
    code_taken = session.scalar(select(Location.id).where(Location.code == supplier.key)) is not None
    location = Location(
        code=f"{supplier.key}-ships" if code_taken else supplier.key,
        name=supplier.name,
        kind=LocationKind.SUPPLIER,
        stock_authority=StockAuthority.LOCATION,
        integration_id=supplier.integration_id,
    )
    session.add(location)
    session.flush()
    return location.id
