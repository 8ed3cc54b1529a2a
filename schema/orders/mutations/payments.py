"""Money of orders."""

from decimal import Decimal

from sqlalchemy import select

from core.flows import payments
from core.flows.tell_payment import tell_payment
from core.money import to_minor
from core.orders.models import Payment as Row
from schema.acting import perform_once, transact_once
from schema.context import Context
from schema.engine import Ref, mutation
from schema.ids import OrderId, PaymentId
from schema.orders.inputs import PaymentInput, payment_data
from schema.orders.payloads import PaymentPayload
from schema.orders.types import Order, Payment


@mutation(scope="orders:write")
async def payment_record(ctx: Context, order_id: OrderId, input: PaymentInput, idempotency_key: str) -> PaymentPayload:
    """A fact: money received, authorised, failed or charged back."""
    payment_id = await transact_once(ctx, idempotency_key, tell_payment, order_id, payment_data(input), at=input.at)
    return PaymentPayload(payment=Ref(Payment, payment_id), order=Ref(Order, order_id))


@mutation(scope="orders:write")
async def payment_capture(
    ctx: Context, id: PaymentId, idempotency_key: str, amount: Decimal | None = None
) -> PaymentPayload:
    """Takes money that was authorised: all of it, or `amount`."""
    order_id = await perform_once(
        ctx, idempotency_key, payments.capture, id, amount_minor=await _minor(ctx, id, amount)
    )
    return PaymentPayload(payment=Ref(Payment, id), order=Ref(Order, order_id))


async def _minor(ctx: Context, payment_id: int, amount: Decimal | None) -> int | None:
    """The amount in minor units of the payment's currency; a payment that is not there is for the flow to refuse."""
    if amount is None:
        return None
    found = await ctx.select(select(Row.currency).where(Row.id == payment_id))
    return to_minor(amount, found[0]["currency"], path=("amount",)) if found else None
