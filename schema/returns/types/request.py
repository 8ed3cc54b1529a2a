"""Return."""

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING

import strawberry
from sqlalchemy import func, select
from sqlalchemy.orm import aliased

from core.orders.models import Order as OrderRow
from core.returns import actions, models
from schema.actions import AvailableAction, shown
from schema.context import Context
from schema.engine import column, computed, from_json, many, money, node, one
from schema.orders.visible import belonging_to
from schema.returns.enums import Origin, ReturnResolution, ReturnState
from schema.returns.types.line import ReturnLine
from schema.returns.types.refund import Refund
from schema.scalars import Money

if TYPE_CHECKING:
    from schema.orders.types import Order
    from schema.shipments.types import Label

Row = models.Return
_exchange = aliased(OrderRow)
_price = select(_exchange.total_minor).where(_exchange.id == Row.exchange_order_id).scalar_subquery()
_back = (
    select(func.coalesce(func.sum(models.Refund.amount_minor), 0))
    .where(models.Refund.return_id == Row.id)
    .scalar_subquery()
)
_currency = select(_exchange.currency).where(_exchange.id == Row.exchange_order_id).scalar_subquery()


@strawberry.type
class PolicyDecision:
    accepted: bool
    automatic: bool
    reasons: list[str]
    policy: str


@node(Row, prefix="ret", scope="orders:read", visible=belonging_to(Row.order_id))
class Return:
    """Goods that come back for one order."""

    number: str = column(Row.number)
    order: "Order" = one(Row.order)
    origin: Origin = column(Row.origin)
    state: ReturnState = column(Row.state)
    note: str | None = column(Row.note)
    policy: PolicyDecision = from_json(Row.policy)
    lines: list[ReturnLine] = many(Row.lines, order_by=models.ReturnLine.id)
    label: "Label | None" = one(Row.label)
    refunds: list[Refund] = many(Row.refunds, order_by=models.Refund.id)
    resolution: ReturnResolution | None = column(Row.resolution)
    exchange_order: "Order | None" = one(Row.exchange_order)
    exchange_balance: Money | None = money(
        _price - _back,
        _currency,
        description="Price of the exchange less the refund: what the shopper still owes, or is owed when negative.",
    )
    requested_at: datetime = column(Row.requested_at)
    expires_at: datetime | None = column(Row.expires_at)
    received_at: datetime | None = column(Row.received_at)
    closed_at: datetime | None = column(Row.closed_at)
    version: int = column(Row.version)

    @computed(requires=[Row.state])
    @staticmethod
    def available_actions(returns: Sequence[models.Return], ctx: Context) -> list[list[AvailableAction]]:
        """What the caller may do now, and why not where it may not."""
        return [shown(actions.available(one.state), ctx, "returns:write") for one in returns]
