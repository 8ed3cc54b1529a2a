"""Changing what was ordered, and sending it again."""

from dataclasses import replace as with_

from core.flows import edit, replace
from schema.acting import transact_once
from schema.context import Context
from schema.engine import Ref, mutation
from schema.ids import OrderId
from schema.inputs import LineQuantity, line_quantities
from schema.orders.currency import currency_of
from schema.orders.inputs import OrderLineInput, line_data
from schema.orders.payloads import OrderPayload
from schema.orders.types import Order


@mutation(scope="orders:write")
async def order_edit(
    ctx: Context,
    id: OrderId,
    expected_version: int,
    idempotency_key: str,
    quantities: list[LineQuantity] | None = None,
    add: list[OrderLineInput] | None = None,
) -> OrderPayload:
    """`quantities` are the new ones; 0 takes a line away."""
    currency = await currency_of(ctx, id, "id")
    added = [
        line_data(line, currency, f"{idempotency_key}:{place}", "add", str(place))
        for place, line in enumerate(add or ())
    ]
    await transact_once(
        ctx,
        idempotency_key,
        edit.edit,
        id,
        quantities=line_quantities(quantities, "quantities", least=0),
        add=[with_(line, name=line.name or line.sku) for line in added],
        expected_version=expected_version,
    )
    return OrderPayload(order=Ref(Order, id))


@mutation(scope="orders:write")
async def order_replace(
    ctx: Context, id: OrderId, lines: list[LineQuantity], reason: str, idempotency_key: str
) -> OrderPayload:
    """Sends it again free of charge, as a new order: that is the one in the answer."""
    wanted = line_quantities(lines, "lines") or {}
    made = await transact_once(ctx, idempotency_key, replace.replace, id, wanted, reason=reason)
    return OrderPayload(order=Ref(Order, made))
