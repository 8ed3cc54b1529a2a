"""Shipments, locked after their orders."""

from collections.abc import Collection

from sqlalchemy import select
from sqlalchemy.orm import Session

from core.errors import NotFound
from core.orders import queries as orders
from core.shipments.models import Shipment


def locked(session: Session, shipment_ids: Collection[int], *, path: tuple[str, ...] = ("id",)) -> list[Shipment]:
    """Shipments by id, read afresh. Raises NotFound, at the `path` of what named them."""
    wanted = sorted(set(shipment_ids))
    owners = session.execute(select(Shipment.id, Shipment.order_id).where(Shipment.id.in_(wanted))).all()
    missing = set(wanted) - {row.id for row in owners}
    if missing:
        raise NotFound(f"There is no shipment ship_{min(missing)}.", path=path)
    orders.lock(session, {row.order_id for row in owners})
    statement = select(Shipment).where(Shipment.id.in_(wanted)).order_by(Shipment.id).with_for_update(key_share=True)
    return list(session.scalars(statement, execution_options={"populate_existing": True}))
