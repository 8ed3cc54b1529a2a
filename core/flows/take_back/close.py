"""Closing a return: what was received is refunded or exchanged, and nothing more is expected."""

from sqlalchemy.orm import Session

from core import clock, outbox
from core.errors import IllegalState
from core.flows import refund, statuses
from core.flows.take_back.decide import locked, require
from core.flows.take_back.exchange import exchange
from core.returns import queries
from core.returns.models import ReturnResolution, ReturnState


def close(session: Session, return_id: int, resolution: ReturnResolution = ReturnResolution.REFUND) -> int:
    """Settle a return: REFUND gives back what was received and not refunded yet, EXCHANGE makes the new order.

    Closing twice is harmless. Raises IllegalState while units wait for inspection, and what a refund raises.
    """
    found = locked(session, return_id)
    if found.state is ReturnState.CLOSED:
        return return_id
    require(found, "returnClose")
    lines = queries.lines(session, return_id)
    waiting = queries.pending_units(session, [line.id for line in lines])
    if waiting:
        raise IllegalState(f"{found.number} has {sum(waiting.values())} units that wait for inspection.", path=("id",))
    owed = any(queries.refundable_units(session, return_id).values())
    instead = resolution is ReturnResolution.EXCHANGE
    refund_id = None
    if resolution is not ReturnResolution.NONE and owed:
        wanted = refund.Wanted(return_id=return_id, reason=found.number)
        refund_id = refund.create(session, found.order_id, wanted, tell=not instead)
    if instead:
        found.exchange_order_id = exchange(session, found, refund_id)
    found.state = ReturnState.CLOSED
    found.resolution = resolution
    found.closed_at = clock.now()
    found.version += 1
    words = {"REFUND": "refunded", "EXCHANGE": "exchanged", "NONE": "closed without a refund"}[resolution.value]
    outbox.record(session, "return.closed", f"ret_{found.id}", f"{found.number} was {words}.", order_id=found.order_id)
    session.flush()
    statuses.refresh(session, [found.order_id])
    return return_id
