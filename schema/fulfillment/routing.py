"""RoutingDecision and its parts, strategies, and the preview."""

from datetime import date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING

import strawberry

from core.fulfillment import models
from schema.engine import column, from_json, many, money, node, one
from schema.scalars import Money

if TYPE_CHECKING:
    from schema.orders.types import OrderLine
    from schema.stock.types import Location

SCOPE = "orders:read"


@strawberry.type
class RoutingLine:
    order_line: "OrderLine"
    sku: str
    quantity: int


@node(models.RoutingAssignment, scope=SCOPE)
class RoutingAssignment:
    """What one location was given, and why."""

    location: "Location" = one(models.RoutingAssignment.location)
    lines: list[RoutingLine] = from_json(models.RoutingAssignment.lines)
    cost: Money | None = money(models.RoutingAssignment.cost_minor, models.RoutingAssignment.cost_currency)
    eta_days: Decimal | None = column(models.RoutingAssignment.eta_days)
    ship_on: date | None = column(models.RoutingAssignment.ship_on)
    reason: str = column(models.RoutingAssignment.reason)


@node(models.RoutingShortage, scope=SCOPE)
class RoutingShortage:
    """Units that no location could promise."""

    order_line: "OrderLine" = one(models.RoutingShortage.order_line)
    sku: str = column(models.RoutingShortage.sku)
    quantity: int = column(models.RoutingShortage.quantity)
    reason: str = column(models.RoutingShortage.reason)


@node(models.RoutingCandidate, scope=SCOPE)
class RoutingCandidate:
    """One location that was looked at, and why it lost. A lower score is better."""

    location: "Location" = one(models.RoutingCandidate.location)
    chosen: bool = column(models.RoutingCandidate.chosen)
    score: Decimal | None = column(models.RoutingCandidate.score)
    cost: Money | None = money(models.RoutingCandidate.cost_minor, models.RoutingCandidate.cost_currency)
    eta_days: Decimal | None = column(models.RoutingCandidate.eta_days)
    distance_km: Decimal | None = column(models.RoutingCandidate.distance_km)
    rejections: list[str] = column(models.RoutingCandidate.rejections)


@node(models.RoutingDecision, scope=SCOPE)
class RoutingDecision:
    """`decidedAt` is null for a preview."""

    strategy: str = column(models.RoutingDecision.strategy)
    decided_at: datetime | None = column(models.RoutingDecision.decided_at)
    automatic: bool = column(models.RoutingDecision.automatic)
    assignments: list[RoutingAssignment] = many(
        models.RoutingDecision.assignments, order_by=models.RoutingAssignment.id
    )
    candidates: list[RoutingCandidate] = many(models.RoutingDecision.candidates, order_by=models.RoutingCandidate.id)
    backordered: list[RoutingShortage] = many(models.RoutingDecision.shortages, order_by=models.RoutingShortage.id)
    cost: Money | None = money(models.RoutingDecision.cost_minor, models.RoutingDecision.cost_currency)
