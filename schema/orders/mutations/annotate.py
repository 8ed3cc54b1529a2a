"""Priority, tags, notes and metadata: nothing that changes goods or money."""

import strawberry

from core.errors import Invalid
from core.flows import annotate, metadata
from schema.acting import transact
from schema.context import Context
from schema.engine import Ref, mutation, ref_of
from schema.ids import OrderId
from schema.orders.payloads import MetadataPayload, OrderPayload
from schema.orders.types import Order
from schema.scalars import JSON


@mutation(scope="orders:write")
async def order_set_priority(ctx: Context, id: OrderId, priority: int) -> OrderPayload:
    """Scarce stock goes to the higher priority first."""
    return OrderPayload(order=Ref(Order, await transact(ctx, annotate.set_priority, id, priority)))


@mutation(scope="orders:write")
async def order_tag(
    ctx: Context, id: OrderId, add: list[str] | None = None, remove: list[str] | None = None
) -> OrderPayload:
    """Adds and takes away tags."""
    return OrderPayload(order=Ref(Order, await transact(ctx, annotate.tag, id, add=add or (), remove=remove or ())))


@mutation(scope="orders:write")
async def order_note(ctx: Context, id: OrderId, note: str) -> OrderPayload:
    """Replaces the note; an empty one takes it away."""
    return OrderPayload(order=Ref(Order, await transact(ctx, annotate.note, id, note)))


@mutation(scope="orders:write")
async def metadata_set(ctx: Context, id: strawberry.ID, values: JSON) -> MetadataPayload:
    """On an order, order line, item or customer. A null value removes its key."""
    if not isinstance(values, dict):
        raise Invalid("Metadata is a JSON object.", path=("values",))
    await transact(ctx, metadata.set_values, id, values)
    return MetadataPayload(node=ref_of(id))
