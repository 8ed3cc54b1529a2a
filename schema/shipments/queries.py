"""Finding shipments."""

from collections.abc import Iterator

import strawberry
from sqlalchemy import false, func
from sqlalchemy.sql.elements import ColumnElement

from core import clock
from core.shipments import models
from schema.context import Context
from schema.engine import Page, query
from schema.events.filters import within
from schema.named import of_locations
from schema.pagination import Connection, Slice
from schema.scalars import DateTimeRange
from schema.shipments.types import SCOPE, LabelState, Shipment, ShipmentStatus, numbered

_NEWEST = models.Shipment.id.desc()
_ON_THE_WAY = (
    models.ShipmentStatus.HANDED_OVER,
    models.ShipmentStatus.IN_TRANSIT,
    models.ShipmentStatus.OUT_FOR_DELIVERY,
    models.ShipmentStatus.DELAYED,
)


@strawberry.input
class ShipmentFilter:
    status: list[ShipmentStatus] | None = None
    tracking_number: str | None = None
    carrier: list[str] | None = None
    location: list[str] | None = None
    late: bool | None = None
    label_state: list[LabelState] | None = None
    shipped_at: DateTimeRange | None = None


@query(scope=SCOPE)
def shipments(ctx: Context, page: Slice, filter: ShipmentFilter | None = None) -> Connection[Shipment]:
    """Shipments, newest first."""
    return Page(Shipment, page, _conditions(filter), order_by=_NEWEST)


def _conditions(filter: ShipmentFilter | None) -> Iterator[ColumnElement[bool]]:
    if filter is None:
        return
    shipment = models.Shipment
    if filter.status is not None:
        yield shipment.status.in_(filter.status)
    if filter.tracking_number is not None:
        yield numbered(filter.tracking_number)
    if filter.carrier is not None:
        yield shipment.carrier.in_(filter.carrier)
    if filter.location is not None:
        yield of_locations(shipment.location_id, filter.location)
    if filter.late is not None:
        late = shipment.status.in_(_ON_THE_WAY) & func.coalesce(shipment.estimated_delivery < clock.now(), false())
        yield late if filter.late else ~late
    if filter.label_state is not None:
        yield shipment.labels.any(models.Label.state.in_(filter.label_state))
    if filter.shipped_at is not None:
        yield from within(shipment.shipped_at, filter.shipped_at)
