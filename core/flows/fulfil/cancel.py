"""A person takes work away from a location."""

from sqlalchemy.orm import Session

from core import clock, ids
from core.errors import IllegalState
from core.flows import statuses
from core.flows.advance import later
from core.flows.fulfil.asked import locked_work
from core.flows.fulfil.withdraw import withdraw
from core.fulfillment import queries
from core.fulfillment.work import record


def cancel(session: Session, work_id: int, *, reason: str) -> None:
    """Take back all that has not left; whoever has it already is asked. The units are routed anew, to elsewhere.

    Asking twice is harmless. Raises IllegalState where nothing is left to take back.
    """
    work = locked_work(session, work_id)
    number = ids.encode("ful", work_id)
    units = {line.order_line_id: queries.left(line) - line.cancelling for line in work.lines}
    wanted = {line_id: quantity for line_id, quantity in units.items() if quantity > 0}
    if not wanted:
        if any(line.cancelling for line in work.lines):
            return
        raise IllegalState(
            f"{number} has nothing left that could be taken back: it is {work.order.work_state.lower()}."
        )
    now = clock.now()
    for line in work.lines:
        line.rejected_at = now  # so that routing looks elsewhere first
    record(session, "fulfillment.cancel_asked", work.order, f"{number} is to be given back: {reason}")
    withdrawn = withdraw(session, work.order.order_id, wanted, only=[work_id])
    statuses.refresh(session, [work.order.order_id])
    if withdrawn.taken:
        later(session, [work.order.order_id])
