"""Giving an order's goods a place to leave from."""

from core.flows.route import route_orders
from schema.acting import perform
from schema.context import Context
from schema.engine import Ref, mutation
from schema.ids import OrderId
from schema.orders.payloads import OrderPayload
from schema.orders.types import Order


@mutation(scope="orders:write")
async def order_route(
    ctx: Context, id: OrderId, strategy: str | None = None, locations: list[str] | None = None
) -> OrderPayload:
    """Routes what is open; with `locations`, moves there what no one has accepted yet."""
    await perform(ctx, route_orders, [id], strategy=strategy, locations=locations)
    return OrderPayload(order=Ref(Order, id))
