"""Money of orders."""

from decimal import Decimal

from core import clock
from core.flows import payments
from schema.acting import perform_once, transact_once
from schema.context import Context
from schema.engine import Ref, mutation
from schema.ids import OrderId, PaymentId
from schema.orders.inputs import PaymentInput, payment_data
from schema.orders.payloads import PaymentPayload
from schema.orders.types import Order, Payment


@mutation(scope="orders:write")
async def payment_record(
    ctx: Context, order_id: OrderId, input: PaymentInput, idempotency_key: str
) -> PaymentPayload:
    """A fact: money received, authorised, failed or charged back."""
    payment_id = await transact_once(ctx, idempotency_key, payments.record, order_id, payment_data(input, clock.now()))
    return PaymentPayload(payment=Ref(Payment, payment_id), order=Ref(Order, order_id))


@mutation(scope="orders:write")
async def payment_capture(
    ctx: Context, id: PaymentId, idempotency_key: str, amount: Decimal | None = None
) -> PaymentPayload:
    """Takes money that was authorised: all of it, or `amount`."""
    order_id = await perform_once(ctx, idempotency_key, payments.capture, id, amount=amount)
    return PaymentPayload(payment=Ref(Payment, id), order=Ref(Order, order_id))
