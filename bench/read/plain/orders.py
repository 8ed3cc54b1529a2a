"""Types of orders."""

from datetime import datetime

import strawberry

from bench.read.plain.fields import Info, identity, many, money_from, one, place
from bench.read.plain.stock import Channel, Item
from bench.read.plain.work import FulfillmentOrder, Refund, Return, RoutingDecision, Shipment
from core.cases.models import Case as CaseRow
from core.cases.models import CaseKind, CaseState
from core.catalog.models import Channel as ChannelRow
from core.catalog.models import Item as ItemRow
from core.customers.models import Customer as CustomerRow
from core.events.models import Event as EventRow
from core.fulfillment.models import FulfillmentOrder as WorkRow
from core.fulfillment.models import RoutingDecision as DecisionRow
from core.orders import models, states
from core.returns.models import Refund as RefundRow
from core.returns.models import Return as ReturnRow
from core.shipments.models import Shipment as ShipmentRow
from schema.scalars import JSON, Address, Money


@strawberry.type
class Customer:
    id: strawberry.ID = identity("cus")
    name: str | None
    email: str | None
    phone: str | None
    order_count: int


@strawberry.type
class OrderLine:
    id: strawberry.ID = identity("orl")
    position: int
    sku: str
    name: str
    quantity: int
    open: int
    allocated: int
    shipped: int
    cancelled: int
    unit_price: Money = money_from("unit_price_minor")
    discount: Money = money_from("discount_minor")
    tax: Money = money_from("tax_minor")
    total: Money = money_from("total_minor")
    item: Item | None = strawberry.field(resolver=one(ItemRow, "item_id"))


@strawberry.type
class OrderLineConnection:
    nodes: list[OrderLine]


@strawberry.type
class Hold:
    id: strawberry.ID = identity("hld")
    kind: states.HoldKind
    code: str
    message: str
    fix: str | None
    opened_at: datetime
    opened_by: str
    released_at: datetime | None


@strawberry.type
class Payment:
    id: strawberry.ID = identity("pay")
    state: states.PaymentState
    gateway: str
    reference: str | None
    amount: Money = money_from("amount_minor")
    captured_amount: Money = money_from("captured_minor")
    created_at: datetime


@strawberry.type
class Case:
    id: strawberry.ID = identity("case")
    number: str
    kind: CaseKind
    code: str
    title: str
    message: str
    state: CaseState


@strawberry.type
class Event:
    id: strawberry.ID = identity("evt")
    name: str
    message: str
    actor: str
    occurred_at: datetime


@strawberry.type
class EventConnection:
    nodes: list[Event]


_lines = many(models.OrderLine.order_id, models.OrderLine.position)
_decisions = many(DecisionRow.order_id, DecisionRow.id.desc())
_events = many(EventRow.order_id, EventRow.occurred_at)


@strawberry.type
class Order:
    id: strawberry.ID = identity("ord")
    number: str
    external_id: str | None
    external_number: str | None
    status: states.OrderStatus
    payment_status: states.PaymentStatus
    fulfillment_status: states.FulfillmentStatus
    return_status: states.ReturnStatus
    on_hold: bool
    priority: int
    placed_at: datetime
    created_at: datetime
    updated_at: datetime
    completed_at: datetime | None
    ship_by: datetime | None
    email: str | None
    phone: str | None
    shipping_method: str | None
    currency: str
    taxes_included: bool
    tags: list[str]
    note: str | None
    extra: JSON = strawberry.field(name="metadata")
    version: int
    shipping_address: Address | None = place("shipping_address")
    billing_address: Address | None = place("billing_address")
    subtotal: Money = money_from("subtotal_minor")
    discount_total: Money = money_from("discount_minor")
    shipping_total: Money = money_from("shipping_minor")
    tax_total: Money = money_from("tax_minor")
    total: Money = money_from("total_minor")
    paid_total: Money = money_from("paid_minor")
    refunded_total: Money = money_from("refunded_minor")
    channel: Channel = strawberry.field(resolver=one(ChannelRow, "channel_id"))
    customer: Customer | None = strawberry.field(resolver=one(CustomerRow, "customer_id"))
    holds: list[Hold] = strawberry.field(resolver=many(models.Hold.order_id, models.Hold.id))
    payments: list[Payment] = strawberry.field(resolver=many(models.Payment.order_id, models.Payment.id))
    fulfillment_orders: list[FulfillmentOrder] = strawberry.field(resolver=many(WorkRow.order_id, WorkRow.id))
    shipments: list[Shipment] = strawberry.field(resolver=many(ShipmentRow.order_id, ShipmentRow.id))
    returns: list[Return] = strawberry.field(resolver=many(ReturnRow.order_id, ReturnRow.id))
    refunds: list[Refund] = strawberry.field(resolver=many(RefundRow.order_id, RefundRow.id))
    cases: list[Case] = strawberry.field(resolver=many(CaseRow.order_id, CaseRow.id))

    @strawberry.field
    async def lines(self, info: Info, first: int = 100) -> OrderLineConnection:
        return OrderLineConnection(nodes=(await _lines(self, info))[:first])

    @strawberry.field
    async def routing(self, info: Info) -> RoutingDecision | None:
        found = await _decisions(self, info)
        return found[0] if found else None

    @strawberry.field
    async def events(self, info: Info, first: int = 50) -> EventConnection:
        return EventConnection(nodes=(await _events(self, info))[:first])
