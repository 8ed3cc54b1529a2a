"""Sales with exact money, and what the books say of them."""

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from core.catalog.models import Channel, Item
from core.ledgers.models import JournalEntry, LedgerAccount, Posting
from core.orders.models import Order, OrderLine
from core.shipments.models import Shipment, ShipmentLine
from core.stock.models import Location
from tests.builders import an_item, an_order

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)


def a_sale(session: Session, channel: Channel, *lines: dict[str, Any], **columns: Any) -> Order:
    """An order of these lines, given by the columns of `OrderLine`; prices include tax unless said otherwise."""
    currency = columns.pop("currency", "GBP")
    fields = {"taxes_included": True, "total_minor": 0, "subtotal_minor": 0, "placed_at": NOON, **columns}
    order = an_order(session, channel, {}, currency=currency, **fields)
    for position, line in enumerate(lines, start=1):
        item = line.pop("item", None) or an_item(session)
        quantity = line.get("quantity", 1)
        about = {"item_id": item.id, "sku": item.sku, "name": item.name, "open": quantity, "quantity": quantity}
        session.add(OrderLine(order_id=order.id, position=position, currency=currency, **{**about, **line}))
    session.flush()
    return order


def lines_of(session: Session, order: Order) -> list[OrderLine]:
    query = select(OrderLine).where(OrderLine.order_id == order.id).order_by(OrderLine.position)
    return list(session.scalars(query))


def a_shipment(session: Session, order: Order, location: Location, units: dict[int, int]) -> Shipment:
    """Units of these order lines, gone at noon."""
    shipment = Shipment(order_id=order.id, location_id=location.id, shipped_at=NOON)
    session.add(shipment)
    session.flush()
    for line in lines_of(session, order):
        if quantity := units.get(line.id):
            session.add(
                ShipmentLine(
                    shipment_id=shipment.id,
                    order_line_id=line.id,
                    item_id=line.item_id,
                    sku=line.sku,
                    quantity=quantity,
                )
            )
            line.open -= quantity
            line.shipped += quantity
    session.flush()
    return shipment


def balances(session: Session, order: Order | None = None, currency: str = "GBP") -> dict[str, int]:
    """What each account holds in a currency: of one order, or of all. Accounts at zero are left out."""
    query = (
        select(LedgerAccount.code, func.sum(Posting.amount_minor))
        .join(LedgerAccount, LedgerAccount.id == Posting.account_id)
        .join(JournalEntry, JournalEntry.id == Posting.entry_id)
        .where(Posting.currency == currency)
        .group_by(LedgerAccount.code)
    )
    if order is not None:
        query = query.where(JournalEntry.order_id == order.id)
    return {code: int(amount) for code, amount in session.execute(query) if amount}


def entries(session: Session, rule: str | None = None) -> list[JournalEntry]:
    query = select(JournalEntry).order_by(JournalEntry.id)
    return list(session.scalars(query.where(JournalEntry.rule == rule) if rule else query))


def item_of(session: Session, line: OrderLine) -> Item:
    return session.get_one(Item, line.item_id)
