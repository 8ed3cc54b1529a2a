"""Sending a purchase order: it becomes a document, and what it orders is on its way."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from core.catalog.models import Item
from core.flows.purchase import incoming, paper
from core.purchasing import queries, service
from core.purchasing.models import PurchaseOrder, Supplier, SupplierOffer
from core.settings.service import current
from core.shipments.models import Document, DocumentKind
from core.stock.models import Location


def send(session: Session, purchase_order_id: int) -> int:
    """Sending twice is harmless. Raises NotFound, IllegalState."""
    order = queries.locked(session, purchase_order_id)
    if service.sent(session, order):
        session.add(
            Document(
                kind=DocumentKind.PURCHASE_ORDER,
                format="pdf",
                content=paper.draw(_contents(session, order)),
                purchase_order_id=order.id,
            )
        )
        incoming.count(session, order)
    return order.id


def _contents(session: Session, order: PurchaseOrder) -> paper.Contents:
    supplier = session.get_one(Supplier, order.supplier_id)
    location = session.get_one(Location, order.location_id)
    lines = queries.lines_of(session, order.id)
    items = {
        item.id: item for item in session.scalars(select(Item).where(Item.id.in_([line.item_id for line in lines])))
    }
    theirs = dict[int, str]()
    offers = select(SupplierOffer.item_id, SupplierOffer.supplier_sku).where(SupplierOffer.supplier_id == supplier.id)
    for item_id, supplier_sku in session.execute(offers.where(SupplierOffer.item_id.in_(items))):
        theirs[item_id] = supplier_sku
    assert order.sent_at is not None
    return paper.Contents(
        number=order.number,
        sent_at=order.sent_at,
        expected_at=order.expected_at,
        buyer=current(session).name,
        supplier=supplier.name,
        ship_to=paper.address(location.name, location.address),
        currency=order.currency,
        total_minor=order.total_minor,
        note=order.note,
        lines=[
            paper.Row(
                sku=theirs.get(line.item_id, items[line.item_id].sku),
                name=items[line.item_id].name,
                quantity=line.quantity,
                unit_cost_minor=line.unit_cost_minor,
            )
            for line in lines
        ],
    )
