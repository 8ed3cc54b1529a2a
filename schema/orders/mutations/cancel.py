"""Cancelling."""

from typing import Annotated

import strawberry

from core.flows import cancel
from schema.acting import transact_once
from schema.context import Context
from schema.engine import Ref, mutation
from schema.ids import OrderId
from schema.inputs import LineQuantity, line_quantities
from schema.orders.enums import CancelReason
from schema.orders.payloads import OrderPayload
from schema.orders.types import Order


@mutation(scope="orders:write")
async def order_cancel(
    ctx: Context,
    id: OrderId,
    reason: CancelReason,
    idempotency_key: str,
    lines: list[LineQuantity] | None = None,
    note: str | None = None,
    refund: bool | None = True,
    notify: Annotated[
        bool | None,
        strawberry.argument(
            description="Whether the shopper is to hear of it, where there are a template and a notifier. The wish "
            "stands in the data of the events `order.cancelled` and `order.lines_cancelled` too."
        ),
    ] = True,
) -> OrderPayload:
    """All that has not shipped, or these lines. What was paid for it goes back unless `refund` is false."""
    await transact_once(
        ctx,
        idempotency_key,
        cancel.cancel,
        id,
        lines=line_quantities(lines, "lines"),
        reason=reason,
        note=note,
        refund=refund is not False,
        notify=notify is not False,
    )
    return OrderPayload(order=Ref(Order, id))
