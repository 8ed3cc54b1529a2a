"""Orders as agents see them beside a ticket."""

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from core import clock, ids
from core.catalog.models import Channel
from core.flows import order_facts
from core.orders.models import Order, OrderLine
from core.orders.summary import summarize
from core.shipments.models import Shipment, ShipmentStatus
from crossdock import CardLine, CardShipment, Money, OrderCard, TrackingStatus

_MOST_LINES = 50
_LEFT = [status for status in ShipmentStatus if status in {*TrackingStatus} - {TrackingStatus.LABELLED}]


def cards(session: Session, order_ids: Sequence[int], *, news: str = "") -> list[OrderCard]:
    """A card of each, in their order. `news`: what has just happened to them."""
    asked = (
        Order.id,
        Order.external_number,
        Order.placed_at,
        Order.total_minor,
        Channel.name.label("channel"),
        *order_facts.TOLD,
    )
    rows = session.execute(select(*asked).join(Channel, Channel.id == Order.channel_id).where(Order.id.in_(order_ids)))
    by_id = {row.id: row for row in rows}
    lines, shipments = _lines(session, order_ids), _shipments(session, order_ids)
    made = []
    for order_id in order_ids:
        row = by_id[order_id]
        told = summarize(order_facts.of_order(row), clock.now(), row.zone or "UTC")
        card = OrderCard(
            order_id=ids.encode("ord", order_id),
            number=row.number,
            external_number=row.external_number,
            channel=row.channel,
            placed_at=row.placed_at,
            status=str(row.status),
            headline=told.headline,
            next_step=told.next_step,
            attention=tuple(told.attention),
            total=Money(row.total_minor, row.currency),
            news=news,
            lines=tuple(lines.get(order_id, ())[:_MOST_LINES]),
            shipments=tuple(shipments.get(order_id, ())),
        )
        made.append(card)
    return made


def _lines(session: Session, order_ids: Sequence[int]) -> dict[int, list[CardLine]]:
    """As the shopper bought them: bundles, and not what is in them."""
    units = OrderLine.quantity - OrderLine.cancelled
    query = (
        select(OrderLine.order_id, OrderLine.sku, OrderLine.name, units, OrderLine.shipped)
        .where(OrderLine.order_id.in_(order_ids), OrderLine.bundle_line_id.is_(None))
        .order_by(OrderLine.order_id, OrderLine.position)
    )
    found: dict[int, list[CardLine]] = {}
    for order_id, sku, name, quantity, shipped in session.execute(query):
        found.setdefault(order_id, []).append(CardLine(sku=sku, name=name, quantity=quantity, shipped=shipped))
    return found


def _shipments(session: Session, order_ids: Sequence[int]) -> dict[int, list[CardShipment]]:
    query = (
        select(Shipment)
        .where(Shipment.order_id.in_(order_ids), Shipment.status.in_(_LEFT))
        .order_by(Shipment.order_id, Shipment.id)
    )
    found: dict[int, list[CardShipment]] = {}
    for each in session.scalars(query):
        card = CardShipment(
            carrier=each.carrier,
            tracking_number=each.tracking_number,
            tracking_url=each.tracking_url,
            status=TrackingStatus(each.status),
            expected_at=each.estimated_delivery,
            delivered_at=each.delivered_at,
        )
        found.setdefault(each.order_id, []).append(card)
    return found
