"""Kpis: how well the shop does, over the orders placed in a range."""

from dataclasses import fields
from datetime import datetime
from decimal import Decimal
from typing import NamedTuple

import strawberry
from strawberry.types import Info

from core.flows import measure
from schema.acting import transact
from schema.context import Context
from schema.engine import query
from schema.ledger.profit import reported_channels
from schema.ledger.types import SCOPE
from schema.scalars import DateTimeRange, Money, money_of


class Asked(NamedTuple):
    """The range and the channels that were asked for."""

    placed_from: datetime | None
    placed_to: datetime | None
    channels: list[str] | None


def told(text: str) -> Decimal | None:
    """A figure and how it is measured."""
    found: Decimal | None = strawberry.field(description=text)
    return found


@strawberry.type
class Kpis:
    """Over the orders placed in the range, in the reporting currency, net of tax. Null where nothing was measured."""

    orders: int = strawberry.field(description="Sold, less what was cancelled, as in `profitReport`.")
    units: int
    revenue: Money = strawberry.field(description="Less discounts; refunds are not taken off.")
    average_order_value: Money | None
    average_hours_to_ship: Decimal | None = told("From placed to handed over, of orders with nothing left to ship.")
    average_hours_to_deliver: Decimal | None = told("From handed over to the door, of shipments that have arrived.")
    on_time_ship_percent: Decimal | None = told("Left by `shipBy`, of shipped orders that had one.")
    on_time_delivery_percent: Decimal | None = told("Arrived by `deliverBy`, of delivered orders that had one.")
    fill_rate_percent: Decimal | None = told("Units shipped, of those ordered and not called off by the shopper.")
    fulfillment_accuracy_percent: Decimal | None = told("Shipped orders of which nothing came back as the wrong item.")
    touchless_percent: Decimal | None = told("Shipped orders without a hold, a case or a routing by hand.")
    return_rate_percent: Decimal | None = told("Units that came back, of those shipped.")
    cost_per_order: Money | None = strawberry.field(description="Shipping, fees and other costs; not the goods.")
    inventory_turnover: Decimal | None = told(
        "Cost of goods sold over the mean stock value of the range; null for some channels, for they share one stock."
    )
    tickets_per_hundred_orders: Decimal | None = told("Linked tickets; null while there are none at all.")
    customer_satisfaction_percent: Decimal | None = told("Null until a helpdesk tells it.")
    asked: strawberry.Private[Asked]
    revenue_minor: strawberry.Private[int]

    @strawberry.field
    async def revenue_per_customer(self, info: Info) -> Money | None:
        """Revenue over the different customers who brought it; guests are not counted."""
        ctx: Context = info.context
        minor = await transact(ctx, measure.revenue_per_customer, self.revenue_minor, *self.asked)
        return money_of(minor, self.revenue.currency) if minor is not None else None


@query(scope=SCOPE)
async def kpis(ctx: Context, placed_at: DateTimeRange | None = None, channel: list[str] | None = None) -> Kpis:
    """The figures of the orders placed in the range, of these channels or of all; at most a minute old."""
    channels = await reported_channels(ctx, channel)
    asked = Asked(placed_at.from_ if placed_at else None, placed_at.to if placed_at else None, channels)
    found = await transact(ctx, measure.kpis, *asked)
    return _shown(found, asked)


def _shown(found: measure.Kpis, asked: Asked) -> Kpis:
    def money(minor: int | None) -> Money | None:
        return money_of(minor, found.currency) if minor is not None else None

    plain = {name: getattr(found, name) for name in _PLAIN}
    return Kpis(
        **plain,
        revenue=money_of(found.revenue_minor, found.currency),
        average_order_value=money(found.average_order_value_minor),
        cost_per_order=money(found.cost_per_order_minor),
        customer_satisfaction_percent=None,
        asked=asked,
        revenue_minor=found.revenue_minor,
    )


_PLAIN = [one.name for one in fields(measure.Kpis) if one.name != "currency" and not one.name.endswith("_minor")]
