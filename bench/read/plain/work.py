"""Types of fulfilment, shipping and returns."""

from datetime import datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Annotated

import strawberry

from bench.read.plain.fields import identity, many, maybe_money_from, money_from, one
from bench.read.plain.stock import Location
from core.fulfillment import models as work
from core.orders.models import OrderLine as OrderLineRow
from core.returns import models as returns
from core.shipments import models as shipping
from core.stock.models import Location as LocationRow
from schema.scalars import Money

if TYPE_CHECKING:
    from bench.read.plain.orders import OrderLine


@strawberry.type
class FulfillmentLine:
    sku: str
    quantity: int
    accepted: int
    picked: int
    shipped: int
    order_line: Annotated["OrderLine", strawberry.lazy("bench.read.plain.orders")] = strawberry.field(
        resolver=one(OrderLineRow, "order_line_id")
    )


@strawberry.type
class FulfillmentOrder:
    id: strawberry.ID = identity("ful")
    method: work.FulfillmentMethod
    request_state: work.RequestState
    work_state: work.WorkState
    created_at: datetime
    location: Location = strawberry.field(resolver=one(LocationRow, "location_id"))
    lines: list[FulfillmentLine] = strawberry.field(
        resolver=many(work.FulfillmentLine.fulfillment_order_id, work.FulfillmentLine.id)
    )


@strawberry.type
class RoutingCandidate:
    chosen: bool
    score: Decimal | None
    cost: Money | None = maybe_money_from("cost_minor")
    rejections: list[str]
    location: Location = strawberry.field(resolver=one(LocationRow, "location_id"))


@strawberry.type
class RoutingDecision:
    strategy: str
    decided_at: datetime | None
    cost: Money | None = maybe_money_from("cost_minor")
    candidates: list[RoutingCandidate] = strawberry.field(
        resolver=many(work.RoutingCandidate.decision_id, work.RoutingCandidate.id)
    )


@strawberry.type
class ShipmentLine:
    sku: str
    quantity: int


@strawberry.type
class Label:
    id: strawberry.ID = identity("lbl")
    state: shipping.LabelState
    carrier: str
    service: str
    cost: Money | None = maybe_money_from("cost_minor")
    purchased_at: datetime | None


_labels = many(shipping.Label.package_id, shipping.Label.id.desc())


@strawberry.type
class Package:
    weight_grams: int | None
    tracking_number: str | None
    lines: list[ShipmentLine] = strawberry.field(
        resolver=many(shipping.ShipmentLine.package_id, shipping.ShipmentLine.id)
    )

    @strawberry.field
    async def label(self, info: strawberry.Info) -> Label | None:
        found = await _labels(self, info)
        return found[0] if found else None


@strawberry.type
class TrackingEvent:
    status: shipping.ShipmentStatus | None
    raw_code: str | None
    message: str | None
    place: str | None
    occurred_at: datetime


@strawberry.type
class Shipment:
    id: strawberry.ID = identity("ship")
    status: shipping.ShipmentStatus
    carrier: str | None
    service: str | None
    tracking_number: str | None
    tracking_url: str | None
    cost: Money | None = maybe_money_from("cost_minor")
    shipped_at: datetime | None
    delivered_at: datetime | None
    packages: list[Package] = strawberry.field(resolver=many(shipping.Package.shipment_id, shipping.Package.position))
    tracking_events: list[TrackingEvent] = strawberry.field(
        resolver=many(shipping.TrackingEvent.shipment_id, shipping.TrackingEvent.occurred_at)
    )


@strawberry.type
class ReturnLine:
    sku: str
    reason: returns.ReturnReason
    quantity: int
    approved: int
    received: int


@strawberry.type
class Return:
    id: strawberry.ID = identity("ret")
    number: str
    state: returns.ReturnState
    requested_at: datetime
    lines: list[ReturnLine] = strawberry.field(resolver=many(returns.ReturnLine.return_id, returns.ReturnLine.id))


@strawberry.type
class Refund:
    id: strawberry.ID = identity("ref")
    state: returns.RefundState
    amount: Money = money_from("amount_minor")
    created_at: datetime
