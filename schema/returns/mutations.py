"""Taking goods back, step by step, and giving money back."""

from core.flows import refund, take_back
from core.flows.once import Unfinished
from core.hub import Hub
from schema.acting import perform_once, transact, transact_once
from schema.context import Context
from schema.engine import Ref, mutation
from schema.ids import OrderId, ReturnId
from schema.orders.currency import currency_of
from schema.orders.inputs import OrderLineInput
from schema.returns import inputs
from schema.returns.enums import ReturnResolution
from schema.returns.inputs import ReceiveLineInput, RefundInput, ReturnLineInput, ReturnLineQuantity
from schema.returns.payloads import RefundPayload, ReturnPayload
from schema.returns.types import Refund, Return
from schema.shipments.problems import Told, shown, told


@mutation(scope="returns:write")
async def return_request(
    ctx: Context,
    order_id: OrderId,
    lines: list[ReturnLineInput],
    idempotency_key: str,
    exchange: list[OrderLineInput] | None = None,
    note: str | None = None,
) -> ReturnPayload:
    """Asks to send something back; what the policies accept by themselves is approved at once."""
    instead = inputs.exchanged(exchange, await currency_of(ctx, order_id))
    return_id = await perform_once(
        ctx, idempotency_key, take_back.request, order_id, inputs.asked(lines), exchange=instead, note=note
    )
    return ReturnPayload(return_=Ref(Return, return_id))


@mutation(scope="returns:write")
async def return_approve(
    ctx: Context, id: ReturnId, lines: list[ReturnLineQuantity] | None = None, override: bool | None = None
) -> ReturnPayload:
    """Some of it with `lines`; against the policy with `override`."""
    await transact(ctx, take_back.approve, id, inputs.approved(lines), override=bool(override))
    return ReturnPayload(return_=Ref(Return, id))


@mutation(scope="returns:write")
async def return_decline(ctx: Context, id: ReturnId, reason: str) -> ReturnPayload:
    """Refuses it; a later approval is still possible."""
    await transact(ctx, take_back.decline, id, reason)
    return ReturnPayload(return_=Ref(Return, id))


@mutation(scope="returns:write")
async def return_cancel(ctx: Context, id: ReturnId, reason: str | None = None) -> ReturnPayload:
    """Nothing will come back after all."""
    await transact(ctx, take_back.cancel, id, reason)
    return ReturnPayload(return_=Ref(Return, id))


@mutation(scope="returns:write")
async def return_receive(
    ctx: Context,
    id: ReturnId,
    lines: list[ReceiveLineInput],
    idempotency_key: str,
    location: str | None = None,
) -> ReturnPayload:
    """Takes units in. Without `location`, where most of them shipped from."""
    await transact_once(ctx, idempotency_key, take_back.receive, id, inputs.arrivals(lines), location=location)
    return ReturnPayload(return_=Ref(Return, id))


@mutation(scope="returns:write")
async def return_inspect(
    ctx: Context, id: ReturnId, lines: list[ReceiveLineInput], idempotency_key: str
) -> ReturnPayload:
    """Moves units from PENDING to what they turned out to be."""
    await transact_once(ctx, idempotency_key, take_back.inspect, id, inputs.arrivals(lines))
    return ReturnPayload(return_=Ref(Return, id))


@mutation(scope="returns:write")
async def return_close(
    ctx: Context, id: ReturnId, idempotency_key: str, resolution: ReturnResolution | None = ReturnResolution.REFUND
) -> ReturnPayload:
    """Refunds or exchanges what was received, or neither; nothing more is expected."""
    await transact_once(ctx, idempotency_key, take_back.close, id, resolution or ReturnResolution.REFUND)
    return ReturnPayload(return_=Ref(Return, id))


@mutation(scope="refunds:write")
async def refund_create(ctx: Context, order_id: OrderId, input: RefundInput, idempotency_key: str) -> RefundPayload:
    """Gives money back: for lines, shipping or goodwill, never more than was captured."""
    wanted = inputs.refund(input, await currency_of(ctx, order_id))
    refund_id = await transact_once(ctx, idempotency_key, refund.create, order_id, wanted)
    return RefundPayload(refund=Ref(Refund, refund_id))


@mutation(scope="returns:write")
async def return_label_purchase(
    ctx: Context, id: ReturnId, idempotency_key: str, carrier: str | None = None, service: str | None = None
) -> ReturnPayload:
    """Buys one label for the way back. Without `carrier`, of the one that is cheapest; `service` in its words."""
    answer = await perform_once(ctx, idempotency_key, _bought, id, carrier, service)
    return ReturnPayload(return_=Ref(Return, id), user_errors=shown(answer))


def _bought(hub: Hub, return_id: int, carrier: str | None, service: str | None) -> Told | Unfinished[Told]:
    return told(take_back.buy_label(hub, return_id, carrier=carrier, service=service))
