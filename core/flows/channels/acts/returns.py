"""Answers to returns that the channel told us of."""

from typing import TYPE_CHECKING

from sqlalchemy.orm import Session

from core import actor, ids
from core.flows.channels.acts.telling import carry_out, finish, intended
from core.jobs.registry import enqueue, job
from core.orders.models import Order
from core.origin import Origin
from core.returns.models import Return, ReturnState
from crossdock import ReturnDecision

if TYPE_CHECKING:
    from core.hub import Hub


def return_decided_later(session: Session, decided: Return, *, by_channel: bool | None = None) -> None:
    """Have the channel told of our answer to a return that it told us of. `by_channel`: it decided that itself."""
    itself = actor.current().startswith("channel:") if by_channel is None else by_channel
    if decided.origin is Origin.CHANNEL and decided.external_id is not None and not itself:
        enqueue(session, tell_return, same_as=str(decided.id), return_id=decided.id)


@job("channels.tell_return", queue="channels")
def tell_return(hub: "Hub", return_id: int) -> None:
    """Tell of what was decided last. Raises Retryable where the channel has not answered."""
    with hub.transaction() as session:
        decided = session.get_one(Return, return_id)
        accepted = decided.state is not ReturnState.DECLINED
        if decided.state in {ReturnState.REQUESTED, ReturnState.CANCELLED, ReturnState.EXPIRED}:
            return
        reason = " ".join(decided.policy.get("reasons", ()))
        order_id, external_id = decided.order_id, decided.external_id or ""

    def request(_session: Session, order: Order) -> ReturnDecision:
        return ReturnDecision(
            return_external_id=external_id,
            order_external_id=order.external_id or "",
            accepted=accepted,
            reason=reason,
        )

    name = f"return:{ids.encode('ret', return_id)}:{'accepted' if accepted else 'declined'}"
    told = intended(hub, order_id, "returns", "return_decision", name, request)
    if told is not None:
        outcome = carry_out(
            hub,
            told,
            lambda provider, ctx: provider.decide_return(ctx, told.request),
            lambda provider, ctx: provider.find_return_decision(ctx, told.request),
        )
        finish(hub, order_id, told, outcome, "return_decision_not_taken")
