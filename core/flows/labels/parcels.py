"""What carriers are told about a shipment: where from, where to, and its parcels."""

from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

import crossdock
from core.errors import IllegalState, Invalid
from core.orders.models import Order
from core.shipments.models import Package, Shipment
from core.shipments.tracking import HERE
from core.stock.models import Location


@dataclass(frozen=True, slots=True, kw_only=True)
class Parcels:
    """A packed shipment as carriers see it. `packages` are in the order of the request's parcels."""

    shipment_id: int
    order_id: int
    order_number: str
    packages: tuple[int, ...]
    request: crossdock.RateRequest


def read(session: Session, shipment: Shipment, *, left: bool = False) -> Parcels:
    """Raises IllegalState for one that is not packed or has left, Invalid where an address or a weight is missing.

    `left`: one that was packed once will do, to ask what became of its labels.
    """
    if shipment.status not in HERE and not left:
        raise IllegalState(
            f"Shipment ship_{shipment.id} is {shipment.status.lower()}; it takes no label.", path=("shipmentId",)
        )
    order = session.get_one(Order, shipment.order_id)
    location = session.get(Location, shipment.location_id) if shipment.location_id else None
    if location is None or not location.address:
        where = location.code if location else "where it leaves"
        raise Invalid(f"The address of {where} is not known: set it with locationUpsert.", path=("shipmentId",))
    if not order.shipping_address:
        raise Invalid(f"Order {order.number} has no shipping address.", path=("shipmentId",))
    packages = list(
        session.scalars(select(Package).where(Package.shipment_id == shipment.id).order_by(Package.position))
    )
    parcels = []
    for package in packages:
        if package.weight_grams is None:
            raise Invalid(f"Package pkg_{package.id} was not weighed.", path=("shipmentId",))
        parcels.append(
            crossdock.Parcel(
                weight_grams=package.weight_grams,
                length_mm=package.length_mm,
                width_mm=package.width_mm,
                height_mm=package.height_mm,
                kind=package.kind.value,
            )
        )
    return Parcels(
        shipment_id=shipment.id,
        order_id=order.id,
        order_number=order.number,
        packages=tuple(package.id for package in packages),
        request=crossdock.RateRequest(
            ship_from=crossdock.Address(**location.address),
            ship_to=crossdock.Address(**order.shipping_address),
            parcels=tuple(parcels),
            shipping_method=order.shipping_method,
            value=crossdock.Money(order.total_minor, order.currency),
        ),
    )
