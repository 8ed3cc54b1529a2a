"""A supplier with an item to offer, its files, and the line of an order."""

from pathlib import Path
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from core.catalog.models import Item
from core.integrations.models import Integration
from core.orders.models import Order, OrderLine
from core.purchasing.models import Supplier, SupplierOffer
from core.stock.models import Location, LocationKind
from tests.builders import a_level, a_location


def a_supplier(session: Session, key: str, item: Item, stock: int, **columns: Any) -> Location:
    """Somebody who ships for us from a place of their own, with stock of an item to offer."""
    integration = session.scalar(select(Integration.id).where(Integration.key == key))
    place = a_location(session, key.upper(), kind=LocationKind.SUPPLIER, **columns)
    supplier = Supplier(key=key, name=key.title(), location_id=place.id, currency="GBP", integration_id=integration)
    session.add(supplier)
    session.flush()
    session.add(
        SupplierOffer(supplier_id=supplier.id, item_id=item.id, supplier_sku="A-1", currency="GBP", cost_minor=300)
    )
    a_level(session, item, place, stock)
    return place


def write(folder: Path, name: str, content: str) -> None:
    (folder / "inbound").mkdir(parents=True, exist_ok=True)
    (folder / "inbound" / name).write_text(content)


def line_of(session: Session, order: Order) -> int:
    return session.scalars(select(OrderLine.id).where(OrderLine.order_id == order.id)).one()
