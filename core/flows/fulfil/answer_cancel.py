"""The answer of whoever was asked to give work back."""

from sqlalchemy.orm import Session

from core import clock, ids
from core.cases.models import CaseKind
from core.cases.service import open_case
from core.flows import statuses
from core.flows.advance import later
from core.flows.fulfil.asked import locked_work
from core.flows.ship.unpack import unpack_units
from core.fulfillment import queries
from core.fulfillment.models import RequestState
from core.fulfillment.queries import Work
from core.fulfillment.service import close_finished
from core.fulfillment.work import record
from core.orders.lines import Shift, shift
from core.stock import service as stock


def answer(session: Session, work_id: int, *, accepted: bool, reason: str | None = None) -> None:
    """Note a yes or a no to what was asked back. A fact: one that comes late, twice or unasked never fails.

    Yes: the units are open again; the order's next turn cancels or routes them. No: they stay where they are.
    """
    work = locked_work(session, work_id)
    asked = {line: min(line.cancelling, queries.left(line)) for line in work.lines if line.cancelling}
    if not asked:
        if work.order.request_state is not RequestState.CANCELLATION_ACCEPTED and accepted and work.live:
            _unasked(session, work, reason)
        return
    for line in asked:
        line.cancelling = 0
    number = ids.encode("ful", work_id)
    if accepted:
        unpack_units(session, {line: units for line, units in asked.items() if units > queries.unpacked(line)})
        for line, units in asked.items():
            line.cancelled += units
            line.accepted = min(line.accepted, line.quantity - line.rejected - line.cancelled)
            line.substituted = min(line.substituted, queries.unpacked(line))
        session.flush()
        stock.release(session, {line.id: units for line, units in asked.items()}, reference=number)
        shift(session, [Shift(line.order_line_id, "allocated", "open", units) for line, units in asked.items()])
        work.order.request_state = RequestState.CANCELLATION_ACCEPTED
        record(session, "fulfillment.cancelled", work.order, f"{number} was given back.")
        if not close_finished([work], clock.now()):
            work.order.request_state = RequestState.ACCEPTED
    else:
        work.order.request_state = RequestState.CANCELLATION_REJECTED
        words = f": {reason}" if reason else "."
        record(
            session, "fulfillment.cancellation_rejected", work.order, f"{number} will be shipped nevertheless{words}"
        )
    statuses.refresh(session, [work.order.order_id])
    later(session, [work.order.order_id])


def _unasked(session: Session, work: Work, reason: str | None) -> None:
    number = ids.encode("ful", work.order.id)
    open_case(
        session,
        kind=CaseKind.SUPPLIER,
        code="unasked_cancellation",
        title=f"{number} was given back though nobody asked",
        message=reason or "The location says that it cancelled work that we still want shipped.",
        subject=number,
        order_id=work.order.order_id,
        same_as=f"unasked_cancellation:{number}",
    )
