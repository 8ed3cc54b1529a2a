"""Work of an order that is on hold rests; it is taken up where it was left once nothing holds the order any more."""

from collections.abc import Collection

from sqlalchemy import text
from sqlalchemy.orm import Session

from core import ids, outbox
from core.fulfillment.models import RequestState, WorkState
from core.fulfillment.queries import LIVE

_FOLLOW = text(
    f"""
    update fulfillment_orders work
    set work_state = case
        when orders.on_hold then '{WorkState.ON_HOLD}'
        when exists (select from fulfillment_lines line
            where line.fulfillment_order_id = work.id and line.picked + line.packed + line.shipped > 0)
            then '{WorkState.IN_PROGRESS}'
        else '{WorkState.OPEN}'
    end
    from orders
    where orders.id = work.order_id and orders.id = any(:orders)
      and work.work_state = any(:live) and (work.work_state = '{WorkState.ON_HOLD}') <> orders.on_hold
    returning work.id, work.order_id, work.work_state
    """  # noqa: S608  # the states are our own
)

# What nobody was asked for yet, of orders that may go on.
_WAITING = text(
    f"""
    select work.id, work.integration_id from fulfillment_orders work
    join orders on orders.id = work.order_id and not orders.on_hold and orders.validated_at is not null
    where work.order_id = any(:orders) and work.request_state = '{RequestState.UNSUBMITTED}'
      and work.work_state = any(:live)
    order by work.id
    """  # noqa: S608  # likewise
)


def follow(session: Session, order_ids: Collection[int]) -> None:
    """Derive anew whether work of these orders rests. The caller has locked the orders and knows what holds them."""
    for work_id, order_id, state in session.execute(_FOLLOW, _of(order_ids)):
        rests = state == WorkState.ON_HOLD
        name, number = "fulfillment.held" if rests else "fulfillment.resumed", ids.encode("ful", work_id)
        said = f"{number} rests: its order is on hold." if rests else f"{number} may go on."
        outbox.record(session, name, number, said, order_id=order_id)


def waiting(session: Session, order_ids: Collection[int]) -> list[tuple[int, int | None]]:
    """Work that is still to be handed over, of those orders that nothing holds: (id, integration)."""
    return [(work_id, integration_id) for work_id, integration_id in session.execute(_WAITING, _of(order_ids))]


def _of(order_ids: Collection[int]) -> dict[str, object]:
    return {"orders": list(order_ids), "live": [state.value for state in LIVE]}


__all__ = ["follow", "waiting"]
