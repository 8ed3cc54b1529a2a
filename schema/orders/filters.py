"""Which orders, and in what order."""

import enum
from collections.abc import Iterator
from typing import Any

import strawberry
from sqlalchemy import and_, exists, func, not_, select, union
from sqlalchemy.orm import aliased
from sqlalchemy.sql.elements import ColumnElement

from core import clock
from core.cases.models import Case, CaseState
from core.catalog.models import Item
from core.fulfillment.models import FulfillmentMethod, FulfillmentOrder
from core.ids import number_of
from core.orders.models import Hold, Order, OrderLine, RiskAssessment
from core.shipments.models import Package, Shipment
from schema.events.filters import within
from schema.named import of_channels, of_locations
from schema.orders.enums import FulfillmentStatus, HoldKind, OrderStatus, PaymentStatus, ReturnStatus, RiskLevel
from schema.scalars import DateTimeRange
from schema.search import mentions


@strawberry.enum
class OrderSort(enum.Enum):
    PLACED_AT_DESC = "PLACED_AT_DESC"
    PLACED_AT_ASC = "PLACED_AT_ASC"
    UPDATED_AT_DESC = "UPDATED_AT_DESC"
    UPDATED_AT_ASC = "UPDATED_AT_ASC"
    TOTAL_DESC = "TOTAL_DESC"
    SHIP_BY_ASC = "SHIP_BY_ASC"
    PRIORITY_DESC = "PRIORITY_DESC"


SORTS: dict[OrderSort, Any] = {
    OrderSort.PLACED_AT_DESC: Order.placed_at.desc(),
    OrderSort.PLACED_AT_ASC: Order.placed_at,
    OrderSort.UPDATED_AT_DESC: Order.updated_at.desc(),
    OrderSort.UPDATED_AT_ASC: Order.updated_at,
    OrderSort.TOTAL_DESC: Order.total_minor.desc(),
    OrderSort.SHIP_BY_ASC: Order.ship_by,
    OrderSort.PRIORITY_DESC: (Order.priority.desc(), Order.placed_at.desc()),
}


@strawberry.input
class OrderFilter:
    query: str | None = strawberry.field(
        default=None,
        description="Number, external number, name, email, SKU or tracking number, in part; "
        "of one or two characters, the beginning of a word.",
    )
    channel: list[str] | None = None
    status: list[OrderStatus] | None = None
    payment_status: list[PaymentStatus] | None = None
    fulfillment_status: list[FulfillmentStatus] | None = None
    return_status: list[ReturnStatus] | None = None
    on_hold: bool | None = None
    hold_kind: list[HoldKind] | None = None
    placed_at: DateTimeRange | None = None
    updated_at: DateTimeRange | None = None
    ship_by: DateTimeRange | None = None
    late: bool | None = None
    overdue: bool | None = None
    sku: str | None = None
    email: str | None = None
    phone: str | None = None
    customer_id: strawberry.ID | None = None
    country: list[str] | None = None
    tag: list[str] | None = None
    location: list[str] | None = None
    method: list[FulfillmentMethod] | None = None
    risk: list[RiskLevel] | None = None
    has_open_case: bool | None = None
    external_id: str | None = None


def conditions(filter: OrderFilter | None) -> Iterator[ColumnElement[bool]]:
    if filter is not None:
        yield from _of_columns(filter)
        yield from _of_time(filter)
        yield from _of_people(filter)
        yield from _of_the_rest(filter)


def _of_columns(filter: OrderFilter) -> Iterator[ColumnElement[bool]]:
    if filter.query:
        yield _mentioning(filter.query)
    if filter.channel is not None:
        yield of_channels(Order.channel_id, filter.channel)
    if filter.status is not None:
        yield Order.status.in_(filter.status)
    if filter.payment_status is not None:
        yield Order.payment_status.in_(filter.payment_status)
    if filter.fulfillment_status is not None:
        yield Order.fulfillment_status.in_(filter.fulfillment_status)
    if filter.return_status is not None:
        yield Order.return_status.in_(filter.return_status)
    if filter.on_hold is not None:
        held = Order.on_hold.expression  # bare, as the index of those on hold has it
        yield held if filter.on_hold else not_(held)
    if filter.external_id is not None:
        yield Order.external_id == filter.external_id


def _of_time(filter: OrderFilter) -> Iterator[ColumnElement[bool]]:
    if filter.placed_at is not None:
        yield from within(Order.placed_at, filter.placed_at)
    if filter.updated_at is not None:
        yield from within(Order.updated_at, filter.updated_at)
    if filter.ship_by is not None:
        yield from within(Order.ship_by, filter.ship_by)
    if filter.late is not None:
        open_ = (OrderStatus.PENDING, OrderStatus.CONFIRMED, OrderStatus.PROCESSING)
        unshipped = exists().where(
            OrderLine.order_id == Order.id, OrderLine.open + OrderLine.backordered + OrderLine.allocated > 0
        )
        late = and_(
            Order.status.in_(open_),
            func.coalesce(Order.ship_by < clock.now(), False),
            unshipped,  # SQL
        )
        yield late if filter.late else not_(late)
    if filter.overdue is not None:
        owed = Order.total_minor - Order.cancelled_minor - Order.paid_minor > 0
        overdue = and_(Order.due_at < clock.now(), owed)
        yield overdue if filter.overdue else not_(func.coalesce(overdue, False))  # SQL


def _of_people(filter: OrderFilter) -> Iterator[ColumnElement[bool]]:
    if filter.email is not None:
        yield func.lower(Order.email) == filter.email.lower()
    if filter.phone is not None:
        yield Order.phone == filter.phone
    if filter.customer_id is not None:
        yield Order.customer_id == number_of("cus", filter.customer_id, path=("filter", "customerId"))
    if filter.country is not None:
        yield Order.country.in_([country.upper() for country in filter.country])
    if filter.tag is not None:
        yield Order.tags.overlap(filter.tag)


def _of_the_rest(filter: OrderFilter) -> Iterator[ColumnElement[bool]]:
    if filter.sku is not None:
        yield Order.id.in_(select(OrderLine.order_id).where(OrderLine.sku == filter.sku))
    if filter.hold_kind is not None:
        held = select(Hold.order_id).where(Hold.kind.in_(filter.hold_kind), Hold.released_at.is_(None))
        yield Order.id.in_(held)
    if filter.risk is not None:
        yield exists().where(RiskAssessment.order_id == Order.id, RiskAssessment.level.in_(filter.risk))
    if filter.location is not None:
        there = of_locations(FulfillmentOrder.location_id, filter.location)
        yield exists().where(FulfillmentOrder.order_id == Order.id, there)
    if filter.method is not None:
        yield exists().where(FulfillmentOrder.order_id == Order.id, FulfillmentOrder.method.in_(filter.method))
    if filter.has_open_case is not None:
        troubled = exists().where(Case.order_id == Order.id, Case.state == CaseState.OPEN)
        yield troubled if filter.has_open_case else not_(troubled)


def _mentioning(words: str) -> ColumnElement[bool]:
    """Orders that the words lead to: each way in has a trigram index, and the ways are joined before the orders."""
    text = words.strip()
    named = aliased(Order)
    by_name = select(named.id).where(mentions(named.search, text))
    item = select(Item.id).where(mentions(Item.sku, text))
    by_item = select(OrderLine.order_id).where(OrderLine.item_id.in_(item))
    by_sku = select(OrderLine.order_id).where(OrderLine.sku == text)
    by_tracking = select(Shipment.order_id).where(mentions(Shipment.tracking_number, text))
    parcel = select(Package.shipment_id).where(Package.tracking_number == text)
    by_parcel = select(Shipment.order_id).where(Shipment.id.in_(parcel))
    return Order.id.in_(union(by_name, by_item, by_sku, by_tracking, by_parcel).scalar_subquery())
