"""The currency that amounts of a request are in: the order's."""

from sqlalchemy import select

from core.errors import NotFound
from core.orders.models import Order
from schema.context import Context


async def currency_of(ctx: Context, order_id: int, argument: str = "order_id") -> str:
    """Raises NotFound, at the argument that names the order."""
    found = await ctx.select(select(Order.currency).where(Order.id == order_id))
    if not found:
        raise NotFound(f"There is no order ord_{order_id}.", path=(argument,))
    return str(found[0]["currency"])
