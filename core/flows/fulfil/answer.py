"""What a location says about work that it was given. Facts: late or twice, they change nothing or open a case."""

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from core import clock, ids
from core.cases.models import CaseKind
from core.cases.service import open_case
from core.catalog.models import Item
from core.errors import Invalid, NotFound
from core.flows import statuses
from core.flows.fulfil import substitutes
from core.flows.fulfil.asked import locked_work
from core.flows.fulfil.refuse import refuse
from core.fulfillment import queries
from core.fulfillment.models import FulfillmentLine, RequestState
from core.fulfillment.queries import Work
from core.fulfillment.work import record

_ANSWERABLE = {RequestState.UNSUBMITTED, RequestState.SUBMITTED}


def accept(
    session: Session,
    work_id: int,
    *,
    lines: Mapping[int, int] | None = None,
    external_id: str | None = None,
    ship_by: datetime | None = None,
) -> None:
    """The location will ship so many units of each order line in all; None: everything that is left.

    Saying it twice is harmless. A yes to units that have gone elsewhere opens a case: they are not wanted any more.
    Raises NotFound for a line that is not in the work, Invalid for a quantity below one.
    """
    work = locked_work(session, work_id)
    wanted = _by_line(work, lines)
    late: dict[FulfillmentLine, int] = {}
    for line, units in wanted.items():
        possible = line.quantity - line.rejected - line.cancelled
        if units > possible:
            late[line] = units - possible
        line.accepted = max(line.accepted, min(units, possible))
    now = clock.now()
    work.order.external_id = external_id or work.order.external_id
    work.order.ship_by = ship_by or work.order.ship_by
    if work.live and any(line.accepted for line in work.lines) and work.order.request_state in _ANSWERABLE:
        work.order.request_state = RequestState.ACCEPTED
        work.order.submitted_at = work.order.submitted_at or now
        work.order.accepted_at = now
        units = sum(line.accepted for line in work.lines)
        record(session, "fulfillment.accepted", work.order, f"ful_{work_id}: {units} units will be shipped.")
    if late:
        _too_late(session, work, late, "accepted", "It may ship them although they are on their way from elsewhere.")
    statuses.refresh(session, [work.order.order_id])


def reject(
    session: Session,
    work_id: int,
    *,
    lines: Mapping[int, int] | None = None,
    reason: str,
    substitute_sku: str | None = None,
) -> None:
    """The location will not ship so many units of each order line in all; None: all that is left.

    They are routed anew, and the location is passed over for a while. With `substitute_sku` it offers another item
    instead: those units wait for a person, in a case. Saying it twice is harmless; a no to units that have left opens a
    case. Raises NotFound and Invalid as `accept` does, and NotFound for a substitute that is no item.
    """
    work = locked_work(session, work_id)
    wanted = _by_line(work, lines)
    if substitute_sku is not None:
        substitutes.offer(session, work, wanted, _item(session, substitute_sku), reason)
        statuses.refresh(session, [work.order.order_id])
        return
    refused: dict[int, int] = {}
    late: dict[FulfillmentLine, int] = {}
    for line, units in wanted.items():
        more = units - line.rejected if lines is not None else queries.left(line)
        possible = min(more, queries.left(line))
        if possible > 0:
            refused[line.id] = possible
        if more > possible and line.shipped:
            late[line] = more - possible
    refuse(session, work, refused, reason=reason)
    if late:
        _too_late(session, work, late, "rejected", "They are recorded as shipped. Find out which of the two is right.")
    statuses.refresh(session, [work.order.order_id])


def _by_line(work: Work, lines: Mapping[int, int] | None) -> dict[FulfillmentLine, int]:
    if lines is None:
        return {line: line.quantity - line.rejected - line.cancelled for line in work.lines}
    for order_line_id, units in lines.items():
        if units <= 0:
            raise Invalid(
                f"{units} units of orl_{order_line_id} mean nothing; give a number above zero.", path=("lines",)
            )
    return {work.line_of(order_line_id): units for order_line_id, units in lines.items()}


def _item(session: Session, sku: str) -> Item:
    item = session.scalar(select(Item).where(Item.sku == sku))
    if item is None:
        raise NotFound(f"There is no item {sku!r} to send instead.", path=("substituteSku",))
    return item


def _too_late(session: Session, work: Work, late: Mapping[FulfillmentLine, int], what: str, consequence: str) -> None:
    number = ids.encode("ful", work.order.id)
    units = ", ".join(f"{quantity} {line.sku}" for line, quantity in late.items())
    open_case(
        session,
        kind=CaseKind.SUPPLIER,
        code=f"late_{what}",
        title=f"{number}: a late answer about {units}",
        message=f"{units} were {what} after they had been dealt with otherwise. {consequence}",
        subject=number,
        order_id=work.order.order_id,
        same_as=f"late_{what}:{number}:{units}",
        data={"lines": [{"lineId": ids.encode("orl", line.order_line_id), "quantity": n} for line, n in late.items()]},
    )
