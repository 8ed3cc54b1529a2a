"""Units that were asked back to be cancelled: cancelled when they are given back, a case when they are not."""

from collections.abc import Iterable

from sqlalchemy import select, text
from sqlalchemy.orm import Session

from core import ids
from core.cases.models import CaseKind
from core.cases.service import open_case
from core.flows import statuses
from core.flows.cancel.stop import close_accounts
from core.orders import queries
from core.orders.lines import Shift, shift
from core.orders.models import Order, OrderLine
from core.stock import service as stock

_STILL_ASKED = text(
    """
    select line.order_line_id, sum(line.cancelling) from fulfillment_lines line
    join fulfillment_orders work on work.id = line.fulfillment_order_id
    where work.order_id = any(:orders) and line.cancelling > 0
    group by line.order_line_id
    """
)


def waiting(session: Session, order_ids: Iterable[int]) -> list[int]:
    """Those of the orders that have units to be cancelled as soon as they are given back."""
    query = (
        select(OrderLine.order_id).where(OrderLine.order_id.in_(list(order_ids)), OrderLine.cancelling > 0).distinct()
    )
    return sorted(session.scalars(query))


def settle(session: Session, order_ids: Iterable[int]) -> None:
    """Cancel what was given back, before it can be routed anew. Harmless where nothing waits."""
    wanted = waiting(session, order_ids)
    if not wanted:
        return
    orders = queries.locked(session, wanted)
    lines = queries.lines_of(session, wanted)
    still = {line_id: int(units) for line_id, units in session.execute(_STILL_ASKED, {"orders": wanted})}
    for order in orders:
        _settle(session, order, lines[order.id], still)
    statuses.refresh(session, wanted)


def _settle(session: Session, order: Order, lines: list[OrderLine], still: dict[int, int]) -> None:
    done: dict[int, int] = {}
    shifts: list[Shift] = []
    kept: list[tuple[OrderLine, int]] = []
    for line in lines:
        asked = line.cancelling
        if not asked:
            continue
        answered = asked - min(asked, still.get(line.id, 0))
        given = min(answered, line.open)
        if given:
            shifts.append(Shift(line.id, "open", "cancelled", given))
            done[line.id] = given
        if answered > given:
            kept.append((line, answered - given))
        line.cancelling = asked - answered
    session.flush()
    shift(session, shifts)
    stock.note_change(session, {line.item_id for line in lines if line.id in done and line.item_id})
    why = (order.cancel_reason or "other").replace("_", " ").lower()
    close_accounts(session, order, done, give_back=order.refund_cancelled, why=why)
    if kept:
        order.cancel_reason = None
        _ask(session, order, kept)


def _ask(session: Session, order: Order, kept: list[tuple[OrderLine, int]]) -> None:
    what = ", ".join(f"{units} x {line.sku}" for line, units in kept)
    open_case(
        session,
        kind=CaseKind.ORDER,
        code="cancellation_refused",
        title=f"{order.number} could not be cancelled",
        message=f"{what} was to be cancelled, but whoever has it will ship it, or has. Take it back with a return.",
        subject=ids.encode("ord", order.id),
        order_id=order.id,
        same_as=f"cancellation_refused:{order.id}:{order.version}",
        data={"lines": {ids.encode("orl", line.id): units for line, units in kept}},
    )
