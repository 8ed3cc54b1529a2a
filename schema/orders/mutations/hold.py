"""Holding orders back, and letting them go."""

from datetime import datetime

from core.flows import holds
from schema.acting import transact
from schema.context import Context
from schema.engine import Ref, mutation
from schema.ids import HoldId, OrderId
from schema.orders.payloads import OrderPayload
from schema.orders.types import Order


@mutation(scope="orders:write")
async def order_hold(ctx: Context, id: OrderId, message: str, due_at: datetime | None = None) -> OrderPayload:
    """Nothing of it is routed until somebody releases it."""
    await transact(ctx, holds.hold, id, message=message, due_at=due_at)
    return OrderPayload(order=Ref(Order, id))


@mutation(scope="orders:write")
async def order_release_hold(ctx: Context, hold_id: HoldId, note: str | None = None) -> OrderPayload:
    """Approves, where the hold asked for approval."""
    order_id = await transact(ctx, holds.release, hold_id, note=note)
    return OrderPayload(order=Ref(Order, order_id))
