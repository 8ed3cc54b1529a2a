"""The order that a supplier is handed or asked about, and through which integration."""

from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

import crossdock
from core import ids
from core.fulfillment import queries
from core.fulfillment.models import FulfillmentOrder
from core.fulfillment.queries import Work, left
from core.integrations.models import Integration
from core.orders import queries as orders
from core.orders.models import Order, OrderLine
from core.purchasing.models import Supplier, SupplierOffer
from core.stock.models import Location


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """One fulfillment order as its location knows it. `integration` None: nobody speaks for the location."""

    work_id: int
    order_id: int
    integration: str | None
    integration_id: int | None
    request: crossdock.SupplierOrder


def locked_work(session: Session, work_id: int) -> Work:
    """One fulfillment order; its order is locked first. Raises NotFound."""
    orders.lock(session, queries.order_ids_of(session, [work_id]).values())
    return queries.locked(session, [work_id])[0]


def supplier_order(session: Session, work: Work, *, quantities: dict[int, int] | None = None) -> Asked:
    """What a supplier needs to know; `quantities` by fulfillment line, None for all that is left to ship."""
    order = session.get_one(Order, work.order.order_id)
    location = session.get_one(Location, work.order.location_id)
    key = session.scalar(select(Integration.key).where(Integration.id == work.order.integration_id))
    rows = session.execute(select(OrderLine.id, OrderLine.name).where(OrderLine.order_id == order.id)).all()
    names = {row.id: row.name for row in rows}
    offers = _offers(session, work.order, [line.item_id for line in work.lines])
    lines = []
    for line in work.lines:
        units = left(line) if quantities is None else quantities.get(line.id, 0)
        if not units:
            continue
        offer = offers.get(line.item_id)
        lines.append(
            crossdock.SupplierLine(
                line=ids.encode("orl", line.order_line_id),
                sku=line.sku,
                quantity=units,
                name=names[line.order_line_id],
                supplier_sku=offer.supplier_sku if offer else None,
                unit_cost=crossdock.Money(offer.cost_minor, offer.currency) if offer else None,
            )
        )
    request = crossdock.SupplierOrder(
        reference=ids.encode("ful", work.order.id),
        order_number=order.number,
        location=location.code,
        ship_to=crossdock.Address(**order.shipping_address) if order.shipping_address else None,
        lines=tuple(lines),
        ship_by=work.order.ship_by,
        shipping_method=order.shipping_method,
        note=order.note,
    )
    return Asked(
        work_id=work.order.id,
        order_id=order.id,
        integration=key,
        integration_id=work.order.integration_id,
        request=request,
    )


def _offers(session: Session, work: FulfillmentOrder, items: list[int]) -> dict[int, SupplierOffer]:
    statement = (
        select(SupplierOffer)
        .join(Supplier, Supplier.id == SupplierOffer.supplier_id)
        .where(Supplier.location_id == work.location_id, SupplierOffer.item_id.in_(items))
    )
    return {offer.item_id: offer for offer in session.scalars(statement)}
