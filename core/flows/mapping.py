"""Letting orders go that waited until somebody said what a listing means."""

from collections.abc import Sequence
from decimal import Decimal

from sqlalchemy import select, text
from sqlalchemy.orm import Session

from core.catalog import service as catalog
from core.catalog.models import BundleComponent, Item, ItemKind, Listing
from core.flows import holds
from core.money import cumulative, divide
from core.orders import queries as orders
from core.orders.lines import BUCKETS
from core.orders.models import Hold, Order, OrderLine
from core.orders.states import HoldKind
from core.stock import service as stock

_SHARE_UNITS = Decimal(1_000_000)

_WAITING = text(
    """
    select line.order_id
    from order_lines line join orders on orders.id = line.order_id
    where line.listing_id = :listing and line.item_id is null
    group by line.order_id, orders.placed_at
    order by orders.placed_at, line.order_id
    """
)


def let_go(session: Session, listing: Listing, item: Item) -> list[int]:
    """Give this item to all order lines that wait for the listing, and release orders with nothing unmapped left.

    Says whose orders were released, oldest first; each is checked again before it goes on. Lines that already have
    an item keep it.
    """
    waiting = list(session.scalars(_WAITING, {"listing": listing.id}))
    if not waiting:
        return []
    placed = orders.locked(session, waiting)
    lines = orders.lines_of(session, waiting)
    parts = catalog.recipe(session, item.id) if item.kind is ItemKind.BUNDLE else []
    items = _items(session, parts)
    for order in placed:
        for line in lines[order.id]:
            if line.listing_id == listing.id and line.item_id is None:
                _give(session, order, lines[order.id], line, item, parts, items)
    session.flush()
    stock.note_change(session, [item.id, *(part.item_id for part in parts)])
    return _release(session, waiting)


def _give(
    session: Session,
    order: Order,
    lines: list[OrderLine],
    line: OrderLine,
    item: Item,
    parts: Sequence[BundleComponent],
    items: dict[int, Item],
) -> None:
    line.item_id = item.id
    line.ships = item.kind is ItemKind.SIMPLE
    if not parts:
        return
    weights = [int(part.price_share * _SHARE_UNITS) for part in parts]
    amounts = zip(
        parts,
        cumulative(line.unit_price_minor * line.quantity, weights),
        cumulative(line.discount_minor, weights),
        cumulative(line.tax_minor, weights),
        cumulative(line.total_minor, weights),
        strict=True,
    )
    for part, gross, discount, tax, total in amounts:
        component = OrderLine(
            order_id=order.id,
            position=max(each.position for each in lines) + 1,
            kind=line.kind,
            ships=True,
            sku=items[part.item_id].sku,
            name=items[part.item_id].name,
            item_id=part.item_id,
            bundle_line_id=line.id,
            per_bundle=part.quantity,
            price_share=part.price_share,
            quantity=line.quantity * part.quantity,
            currency=line.currency,
            unit_price_minor=divide(gross, line.quantity * part.quantity) if line.quantity else 0,
            discount_minor=discount,
            tax_minor=tax,
            total_minor=total,
            **{bucket: getattr(line, bucket) * part.quantity for bucket in BUCKETS},
        )
        session.add(component)
        lines.append(component)


def _release(session: Session, waiting: Sequence[int]) -> list[int]:
    """Release the holds of those among these orders that have no unmapped line left; they are due to be checked."""
    still = select(OrderLine.order_id).where(
        OrderLine.order_id.in_(waiting), OrderLine.item_id.is_(None), OrderLine.ships
    )
    unmapped = set(session.scalars(still))
    ready = [order_id for order_id in waiting if order_id not in unmapped]
    query = select(Hold).where(Hold.order_id.in_(ready), Hold.kind == HoldKind.SKU_UNMAPPED, Hold.released_at.is_(None))
    held = {hold.order_id: hold.id for hold in session.scalars(query)}
    holds.release_all(session, list(held.values()))
    for order in orders.locked(session, ready):
        order.validated_at = None
    session.flush()
    holds.go_on(session, ready)
    return [order_id for order_id in ready if order_id in held]


def _items(session: Session, parts: Sequence[BundleComponent]) -> dict[int, Item]:
    query = select(Item).where(Item.id.in_([part.item_id for part in parts]))
    return {item.id: item for item in session.scalars(query)}
