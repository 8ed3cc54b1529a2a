"""The order that a supplier is handed or asked about, and through which integration."""

from collections.abc import Collection, Mapping, Sequence
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
    """One fulfillment order as its location knows it. `integration` None: nobody speaks for the location.

    rests: its order is on hold, or changed and is to be checked again; nobody new is asked to ship it.
    """

    work_id: int
    order_id: int
    integration: str | None
    integration_id: int | None
    rests: bool
    request: crossdock.SupplierOrder


def locked_work(session: Session, work_id: int) -> Work:
    """One fulfillment order; its order is locked first. Raises NotFound."""
    return locked_works(session, [work_id])[0]


def locked_works(session: Session, work_ids: Collection[int]) -> list[Work]:
    """Fulfillment orders by id; their orders are locked first. Raises NotFound."""
    orders.lock(session, queries.order_ids_of(session, work_ids).values())
    return queries.locked(session, work_ids)


def supplier_order(session: Session, work: Work, *, quantities: Mapping[int, int] | None = None) -> Asked:
    """What a supplier needs to know; `quantities` by fulfillment line, None for all that is left to ship."""
    return supplier_orders(session, [work], quantities=quantities)[0]


def supplier_orders(
    session: Session, works: Sequence[Work], *, quantities: Mapping[int, int] | None = None
) -> list[Asked]:
    """The same for many fulfillment orders."""
    if not works:
        return []
    known = _surroundings(session, works)
    return [_asked(work, known, quantities) for work in works]


@dataclass(frozen=True, slots=True)
class _Surroundings:
    orders: Mapping[int, Order]
    places: Mapping[int, tuple[str, str | None]]
    """By fulfillment order: the location's code, and the key of the integration."""
    names: Mapping[int, str]
    offers: Mapping[tuple[int, int], SupplierOffer]
    """By location and item."""


def _surroundings(session: Session, works: Sequence[Work]) -> _Surroundings:
    order_ids = {work.order.order_id for work in works}
    found = session.scalars(select(Order).where(Order.id.in_(order_ids)))
    places = session.execute(
        select(FulfillmentOrder.id, Location.code, Integration.key)
        .join(Location, Location.id == FulfillmentOrder.location_id)
        .outerjoin(Integration, Integration.id == FulfillmentOrder.integration_id)
        .where(FulfillmentOrder.id.in_([work.order.id for work in works]))
    )
    names = session.execute(select(OrderLine.id, OrderLine.name).where(OrderLine.order_id.in_(order_ids)))
    offers = session.execute(
        select(Supplier.location_id, SupplierOffer)
        .join(Supplier, Supplier.id == SupplierOffer.supplier_id)
        .where(
            Supplier.location_id.in_({work.order.location_id for work in works}),
            SupplierOffer.item_id.in_({line.item_id for work in works for line in work.lines}),
        )
    )
    return _Surroundings(
        orders={order.id: order for order in found},
        places={work_id: (code, key) for work_id, code, key in places},
        names={row.id: row.name for row in names},
        offers={(location_id, offer.item_id): offer for location_id, offer in offers if location_id is not None},
    )


def _asked(work: Work, known: _Surroundings, quantities: Mapping[int, int] | None) -> Asked:
    order = known.orders[work.order.order_id]
    location, integration = known.places[work.order.id]
    lines = []
    for line in work.lines:
        units = left(line) if quantities is None else quantities.get(line.id, 0)
        if not units:
            continue
        offer = known.offers.get((work.order.location_id, line.item_id))
        lines.append(
            crossdock.SupplierLine(
                line=ids.encode("orl", line.order_line_id),
                sku=line.sku,
                quantity=units,
                name=known.names[line.order_line_id],
                supplier_sku=offer.supplier_sku if offer else None,
                unit_cost=crossdock.Money(offer.cost_minor, offer.currency) if offer else None,
            )
        )
    request = crossdock.SupplierOrder(
        reference=ids.encode("ful", work.order.id),
        order_number=order.number,
        location=location,
        ship_to=crossdock.Address(**order.shipping_address) if order.shipping_address else None,
        lines=tuple(lines),
        ship_by=work.order.ship_by,
        shipping_method=order.shipping_method,
        note=order.note,
    )
    return Asked(
        work_id=work.order.id,
        order_id=order.id,
        integration=integration,
        integration_id=work.order.integration_id,
        rests=order.on_hold or order.validated_at is None,
        request=request,
    )
