"""Saying what a row of a payout is."""

from core.flows import settle
from schema.acting import transact_once
from schema.context import Context
from schema.engine import Ref, mutation
from schema.ids import OrderId, SettlementLineId
from schema.settlements.types import SettlementLine, SettlementLinePayload


@mutation(scope="ledger:write")
async def settlement_line_match(
    ctx: Context,
    id: SettlementLineId,
    idempotency_key: str,
    order_id: OrderId | None = None,
    account: str | None = None,
    note: str | None = None,
) -> SettlementLinePayload:
    """To an order, or to an account of its own."""
    line = await transact_once(
        ctx, idempotency_key, settle.match_line, id, order_id=order_id, account=account, note=note
    )
    return SettlementLinePayload(settlement_line=Ref(SettlementLine, line))
