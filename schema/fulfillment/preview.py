"""What routing would do with an order, changing nothing."""

from datetime import datetime

from core.flows import route
from core.ids import decode
from crossdock import Money as CoreMoney
from schema.acting import perform
from schema.context import Context
from schema.engine import Ref, query
from schema.fulfillment.routing import (
    SCOPE,
    RoutingAssignment,
    RoutingCandidate,
    RoutingDecision,
    RoutingLine,
    RoutingShortage,
)
from schema.ids import OrderId
from schema.orders.types import OrderLine
from schema.scalars import Money, money_of
from schema.stock.types import Location


@query(scope=SCOPE)
async def routing_preview(
    ctx: Context, order_id: OrderId, strategy: str | None = None, at: datetime | None = None
) -> RoutingDecision:
    """What routing would do with this order now, or as if it were `at`, changing nothing."""
    return _decision(await perform(ctx, route.preview, order_id, strategy=strategy, at=at))


def _decision(seen: route.Preview) -> RoutingDecision:
    return RoutingDecision(
        strategy=seen.plan.strategy,
        decided_at=None,
        automatic=True,
        assignments=[
            RoutingAssignment(
                location=Ref(Location, seen.locations[assignment.location]),
                lines=[
                    RoutingLine(order_line=_line(seen, line), sku=seen.skus[line], quantity=quantity)
                    for line, quantity in assignment.lines
                ],
                cost=_money(assignment.cost),
                eta_days=assignment.eta_days,
                ship_on=seen.ship_on.get(assignment.location),
                reason=assignment.reason,
            )
            for assignment in seen.plan.assignments
        ],
        candidates=[
            RoutingCandidate(
                location=Ref(Location, seen.locations[one.location]),
                chosen=one.chosen,
                score=one.score,
                cost=_money(one.cost),
                eta_days=one.eta_days,
                distance_km=one.distance_km,
                rejections=list(one.rejections),
            )
            for one in seen.candidates
        ],
        backordered=[
            RoutingShortage(
                order_line=_line(seen, shortage.line),
                sku=shortage.sku,
                quantity=shortage.quantity,
                reason=shortage.reason,
            )
            for shortage in seen.plan.backordered
        ],
        cost=_money(seen.cost),
    )


def _line(seen: route.Preview, name: str) -> OrderLine:
    found = decode(name)
    assert found is not None
    return Ref(OrderLine, found.number)


def _money(amount: CoreMoney | None) -> Money | None:
    return money_of(amount.minor, amount.currency) if amount is not None else None
