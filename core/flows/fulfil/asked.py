"""The order that a supplier is handed or asked about, and through which integration."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import text
from sqlalchemy.orm import Session

import crossdock
from core import ids
from core.fulfillment import queries
from core.fulfillment.queries import Work, left

_LOCK_ORDERS = text(
    """
    select from orders where id in (select order_id from fulfillment_orders where id = any(:work))
    order by id for no key update
    """
)

# What stands around each fulfillment order; by its lines, what the order and the supplier call them.
_AROUND = text(
    """
    select work.id, orders.number, orders.shipping_address, orders.shipping_method, orders.note,
        orders.on_hold or orders.validated_at is null as rests,
        locations.code as location, integrations.key as integration,
        (select jsonb_object_agg(line.id, jsonb_build_object('name', sold.name, 'supplier_sku', offer.supplier_sku,
                'cost_minor', offer.cost_minor, 'currency', offer.currency))
            from fulfillment_lines line
            join order_lines sold on sold.id = line.order_line_id
            left join lateral (
                select supplier_sku, cost_minor, supplier_offers.currency from supplier_offers
                join suppliers on suppliers.id = supplier_id and suppliers.location_id = work.location_id
                where supplier_offers.item_id = line.item_id
                order by supplier_offers.id desc limit 1
            ) offer on true
            where line.fulfillment_order_id = work.id) as lines
    from fulfillment_orders work
    join orders on orders.id = work.order_id
    join locations on locations.id = work.location_id
    left join integrations on integrations.id = work.integration_id
    where work.id = any(:work)
    """
)


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
    lock_orders_of(session, work_ids)
    return queries.locked(session, work_ids)


def lock_orders_of(session: Session, work_ids: Collection[int]) -> None:
    """Lock the orders of fulfillment orders, in the order of their ids."""
    session.execute(_LOCK_ORDERS, {"work": list(work_ids)})


def supplier_order(session: Session, work: Work, *, quantities: Mapping[int, int] | None = None) -> Asked:
    """What a supplier needs to know; `quantities` by fulfillment line, None for all that is left to ship."""
    return supplier_orders(session, [work], quantities=quantities)[0]


def supplier_orders(
    session: Session, works: Sequence[Work], *, quantities: Mapping[int, int] | None = None
) -> list[Asked]:
    """The same for many fulfillment orders."""
    if not works:
        return []
    session.flush()
    around = {row.id: row for row in session.execute(_AROUND, {"work": [work.order.id for work in works]})}
    return [_asked(work, around[work.order.id], quantities) for work in works]


def _asked(work: Work, around: Any, quantities: Mapping[int, int] | None) -> Asked:
    lines = []
    for line in work.lines:
        units = left(line) if quantities is None else quantities.get(line.id, 0)
        if not units:
            continue
        known = around.lines[str(line.id)]
        lines.append(
            crossdock.SupplierLine(
                line=ids.encode("orl", line.order_line_id),
                sku=line.sku,
                quantity=units,
                name=known["name"],
                supplier_sku=known["supplier_sku"],
                unit_cost=crossdock.Money(known["cost_minor"], known["currency"]) if known["currency"] else None,
            )
        )
    request = crossdock.SupplierOrder(
        reference=ids.encode("ful", work.order.id),
        order_number=around.number,
        location=around.location,
        ship_to=crossdock.Address(**around.shipping_address) if around.shipping_address else None,
        lines=tuple(lines),
        ship_by=work.order.ship_by,
        shipping_method=around.shipping_method,
        note=around.note,
    )
    return Asked(
        work_id=work.order.id,
        order_id=work.order.order_id,
        integration=around.integration,
        integration_id=work.order.integration_id,
        rests=around.rests,
        request=request,
    )
