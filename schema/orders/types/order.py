"""Order: the sale, and the way to all that happened with it."""

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import strawberry
from sqlalchemy import func, select

from core import clock
from core.cases.models import Case as CaseRow
from core.events.models import Event as EventRow
from core.external.models import ExternalCall as CallRow
from core.flows import order_facts as facts
from core.fulfillment.models import FulfillmentOrder as WorkRow
from core.fulfillment.models import RoutingDecision as DecisionRow
from core.helpdesk.models import TicketLink as TicketRow
from core.ledgers.models import JournalEntry as EntryRow
from core.notifications.models import Notification as NotificationRow
from core.orders import actions, models
from core.orders.summary import summarize
from core.returns.models import Refund as RefundRow
from core.returns.models import Return as ReturnRow
from core.shipments.models import Shipment as ShipmentRow
from schema.actions import AvailableAction
from schema.context import Context
from schema.engine import column, computed, connection, first, from_json, many, money, node, one
from schema.ledger import profit as profits
from schema.ledger.profit import Profit
from schema.orders import standing
from schema.orders.enums import (
    AddressVerdict,
    CancelReason,
    FulfillmentStatus,
    OrderStatus,
    PaymentStatus,
    ReturnStatus,
)
from schema.orders.visible import orders_of
from schema.pagination import Connection
from schema.scalars import JSON, Address, Money

if TYPE_CHECKING:
    from schema.cases.types import Case
    from schema.catalog.types import Channel
    from schema.customers.types import Customer
    from schema.events.types import Event
    from schema.fulfillment.routing import RoutingDecision
    from schema.fulfillment.types import FulfillmentOrder
    from schema.helpdesk.types import TicketLink
    from schema.integrations.calls import ExternalCall
    from schema.ledger.types import JournalEntry
    from schema.notifications.types import Notification
    from schema.orders.types.hold import Hold
    from schema.orders.types.line import OrderLine
    from schema.orders.types.payment import Payment
    from schema.orders.types.risk import RiskAssessment
    from schema.returns.types import Refund, Return
    from schema.shipments.types import Shipment

Row = models.Order
_due = Row.total_minor - Row.cancelled_minor - Row.paid_minor
_left = models.Payment.captured_minor - models.Payment.refunded_minor - models.Payment.disputed_minor
_refundable = (
    select(func.coalesce(func.sum(func.greatest(_left, 0)), 0))
    .where(models.Payment.order_id == Row.id)
    .scalar_subquery()
)


@strawberry.type
class OrderSummary:
    headline: str
    next_step: str | None
    attention: list[str]


@strawberry.type(description="Tax that the channel collects and remits is never ours.")
class TaxLine:
    title: str
    rate: Decimal | None
    amount: Money
    collected_by_channel: bool


@strawberry.type(description="What the address check said. The address itself is never overwritten silently.")
class AddressCheck:
    verdict: AddressVerdict
    suggestion: Address | None
    messages: list[str]
    checked_at: datetime


@node(Row, prefix="ord", scope="orders:read", visible=orders_of)
class Order:
    """One sale, from whatever channel it came."""

    number: str = column(Row.number)
    channel: "Channel" = one(Row.channel)
    external_id: str | None = column(Row.external_id)
    external_number: str | None = column(Row.external_number)
    status: OrderStatus = column(Row.status)
    payment_status: PaymentStatus = column(Row.payment_status)
    fulfillment_status: FulfillmentStatus = column(Row.fulfillment_status)
    return_status: ReturnStatus = column(Row.return_status)
    on_hold: bool = column(Row.on_hold)
    priority: int = column(Row.priority)

    placed_at: datetime = column(Row.placed_at)
    created_at: datetime = column(Row.created_at)
    updated_at: datetime = column(Row.updated_at)
    cancelled_at: datetime | None = column(Row.cancelled_at)
    cancel_reason: CancelReason | None = column(Row.cancel_reason)
    completed_at: datetime | None = column(Row.completed_at)
    ship_by: datetime | None = column(Row.ship_by)
    deliver_by: datetime | None = column(Row.deliver_by)

    customer: "Customer | None" = one(Row.customer)
    email: str | None = column(Row.email)
    phone: str | None = column(Row.phone)
    shipping_address: Address | None = from_json(Row.shipping_address)
    billing_address: Address | None = from_json(Row.billing_address)
    shipping_method: str | None = column(Row.shipping_method)
    address_check: AddressCheck | None = from_json(Row.address_check)
    pending_shipping_address: Address | None = from_json(
        Row.pending_shipping_address,
        description="A change of address that waits for a warehouse's or supplier's answer.",
    )

    currency: str = column(Row.currency)
    taxes_included: bool = column(Row.taxes_included)
    subtotal: Money = money(Row.subtotal_minor, Row.currency)
    discount_total: Money = money(Row.discount_minor, Row.currency)
    shipping_total: Money = money(Row.shipping_minor, Row.currency)
    tax_total: Money = money(Row.tax_minor, Row.currency)
    total: Money = money(Row.total_minor, Row.currency)
    paid_total: Money = money(Row.paid_minor, Row.currency)
    refunded_total: Money = money(Row.refunded_minor, Row.currency)
    balance_due: Money = money(
        func.greatest(_due, 0), Row.currency, description="What is not cancelled and not paid yet."
    )
    due_at: datetime | None = column(Row.due_at)
    refundable: Money = money(_refundable, Row.currency)
    tax_lines: list[TaxLine] = from_json(Row.tax_lines)

    lines: Connection["OrderLine"] = connection(
        Row.lines,
        order_by=models.OrderLine.position,
        where=[models.OrderLine.bundle_line_id.is_(None)],
        default_first=100,
    )
    holds: list["Hold"] = many(Row.holds, order_by=models.Hold.id)
    payments: list["Payment"] = many(Row.payments, order_by=models.Payment.id)
    risks: list["RiskAssessment"] = many(Row.risks, order_by=models.RiskAssessment.id)
    fulfillment_orders: list["FulfillmentOrder"] = many(Row.fulfillment_orders, order_by=WorkRow.id)
    shipments: list["Shipment"] = many(Row.shipments, order_by=ShipmentRow.id)
    returns: list["Return"] = many(Row.returns, order_by=ReturnRow.id)
    refunds: list["Refund"] = many(Row.refunds, order_by=RefundRow.id)
    cases: list["Case"] = many(Row.cases, order_by=CaseRow.id)
    tickets: list["TicketLink"] = many(Row.tickets, order_by=TicketRow.id)
    notifications: list["Notification"] = many(Row.notifications, order_by=NotificationRow.id)
    routing: "RoutingDecision | None" = first(
        Row.routing_decisions,
        order_by=DecisionRow.id.desc(),
        description="The latest routing decision, with every candidate and why it lost.",
    )
    original: "Order | None" = one(Row.original, description="The order that this one replaces or was exchanged for.")
    journal_entries: Connection["JournalEntry"] = connection(Row.journal_entries, order_by=EntryRow.id)
    external_calls: Connection["ExternalCall"] = connection(Row.external_calls, order_by=CallRow.id)
    events: Connection["Event"] = connection(
        Row.events,
        order_by=(EventRow.occurred_at, EventRow.id),
        backward=True,
        description="Oldest first, shipments, returns and money included.",
    )
    tags: list[str] = column(Row.tags)
    note: str | None = column(Row.note)
    metadata: JSON = column(Row.extra)
    version: int = column(Row.version)

    @computed(requires=facts.TOLD)
    @staticmethod
    def summary(orders: Sequence[Any], ctx: Context) -> list[OrderSummary]:
        """One sentence an agent could paste: where it is and what happens next."""
        now = clock.now()
        summaries = [summarize(facts.of_order(order), now, order.zone or "UTC") for order in orders]
        return [
            OrderSummary(headline=one.headline, next_step=one.next_step, attention=one.attention) for one in summaries
        ]

    @computed(requires=[Row.id], scope="ledger:read")
    @staticmethod
    async def profit(orders: Sequence[models.Order], ctx: Context) -> list[Profit]:
        """From its own postings, however fresh."""
        return await profits.of_orders(ctx, [order.id for order in orders])

    @computed(requires=[Row.id])
    @staticmethod
    async def available_actions(orders: Sequence[models.Order], ctx: Context) -> list[list[AvailableAction]]:
        """What the caller may do now, and why not where it may not."""
        known = await standing.of_orders(ctx, [order.id for order in orders])
        return [
            [AvailableAction(**one._asdict()) for one in actions.available(known[order.id], ctx.viewer.can)]
            for order in orders
        ]
