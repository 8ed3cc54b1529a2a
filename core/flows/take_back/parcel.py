"""The parcel that comes back, as carriers see it: from the shopper, to where most of it shipped from."""

from sqlalchemy import func, select
from sqlalchemy.orm import Session

import crossdock
from core.catalog.models import Item
from core.errors import Invalid
from core.orders.models import Order, OrderLine
from core.returns.models import Return, ReturnLine
from core.shipments.models import Package, Shipment, ShipmentLine
from core.stock.models import Location

_PATH = ("id",)


def read(session: Session, found: Return) -> crossdock.RateRequest:
    """What is still expected of the return, in one parcel. Raises Invalid where an address or a weight is missing."""
    order = session.get_one(Order, found.order_id)
    if not order.shipping_address:
        raise Invalid(f"Order {order.number} has no address that it could come back from.", path=_PATH)
    location = _home(session, found)
    if location is None or not location.address:
        where = location.code if location is not None else "where it shipped from"
        raise Invalid(f"The address of {where} is not known: set it with locationUpsert.", path=_PATH)
    return crossdock.RateRequest(
        ship_from=crossdock.Address(**order.shipping_address),
        ship_to=crossdock.Address(**location.address),
        parcels=(crossdock.Parcel(weight_grams=_weight(session, found)),),
        value=crossdock.Money(order.total_minor, order.currency),
        way_back=True,
    )


def _home(session: Session, found: Return) -> Location | None:
    statement = (
        select(Location)
        .join(Shipment, Shipment.location_id == Location.id)
        .join(ShipmentLine, ShipmentLine.shipment_id == Shipment.id)
        .join(ReturnLine, ReturnLine.order_line_id == ShipmentLine.order_line_id)
        .where(ReturnLine.return_id == found.id, Shipment.order_id == found.order_id)
        .group_by(Location.id)
        .order_by(func.sum(ShipmentLine.quantity).desc(), Location.id)
        .limit(1)
    )
    return session.scalar(statement)


def _weight(session: Session, found: Return) -> int:
    """Of the units; where an item was never weighed, that of the parcels it went out in is surely enough."""
    units = ReturnLine.approved - ReturnLine.received
    statement = (
        select(ReturnLine.sku, units, Item.weight_grams)
        .join(OrderLine, OrderLine.id == ReturnLine.order_line_id)
        .outerjoin(Item, Item.id == OrderLine.item_id)
        .where(ReturnLine.return_id == found.id, units > 0)
    )
    lines = session.execute(statement).all()
    known = [grams * quantity for _, quantity, grams in lines if grams]
    if len(known) == len(lines):
        return sum(known)
    went_out = session.scalar(
        select(func.sum(Package.weight_grams))
        .join(Shipment, Shipment.id == Package.shipment_id)
        .where(Shipment.order_id == found.order_id, Shipment.shipped_at.is_not(None))
    )
    if not went_out:
        unknown = next(sku for sku, _, grams in lines if not grams)
        raise Invalid(f"Nobody knows what {unknown} weighs: set it with itemUpsert.", path=_PATH)
    return int(went_out)
