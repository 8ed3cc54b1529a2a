"""Entering an order."""

from core.errors import Invalid
from core.flows import place
from schema.acting import transact_together
from schema.context import Context
from schema.engine import Ref, mutation
from schema.orders import inputs
from schema.orders.inputs import OrderCreateInput
from schema.orders.payloads import OrderPayload
from schema.orders.types import Order


@mutation(scope="orders:write")
async def order_create(ctx: Context, input: OrderCreateInput, idempotency_key: str | None = None) -> OrderPayload:
    """The key may be left out only where channel and externalId name the order."""
    if idempotency_key is None and not (input.channel and input.external_id):
        raise Invalid("Give an idempotencyKey, or the channel and its externalId.", path=("idempotencyKey",))
    order_id = await transact_together(
        ctx,
        idempotency_key,
        place.place,
        place.Entered,
        inputs.order_data(input),
        channel_key=input.channel,
        details=inputs.details(input),
        placed_at=input.placed_at,
        paid=bool(input.paid),
    )
    return OrderPayload(order=Ref(Order, order_id))
