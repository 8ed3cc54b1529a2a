"""Another item offered instead of the one ordered: a person decides."""

from collections.abc import Mapping

from sqlalchemy.orm import Session

from core import clock, ids
from core.cases.models import Case, CaseKind
from core.cases.service import Option, open_case
from core.catalog.models import Item
from core.flows import statuses
from core.flows.fulfil.asked import locked_work
from core.flows.fulfil.refuse import refuse
from core.fulfillment import queries
from core.fulfillment.models import FulfillmentLine, RequestState
from core.fulfillment.queries import Work
from core.fulfillment.work import record
from core.stock import service as stock

CODE = "substitute_offered"
TAKE = Option("accept_substitute", "Send the substitute", "The location ships it in place of what was ordered.")
DECLINE = Option(
    "decline_substitute", "Do not send it", "The units are routed anew, to another location if there is one."
)


def offer(session: Session, work: Work, lines: Mapping[FulfillmentLine, int], item: Item, reason: str) -> None:
    """Ask a person about so many units of each line. The units stay where they are meanwhile."""
    number = ids.encode("ful", work.order.id)
    for line, units in lines.items():
        waiting = min(units, queries.left(line))
        if not waiting:
            continue
        line.substitute_item_id = item.id
        open_case(
            session,
            kind=CaseKind.SUPPLIER,
            code=CODE,
            title=f"{item.sku} offered instead of {line.sku}",
            message=f"{number}: {waiting} {line.sku} cannot be shipped: {reason} {item.name} is offered instead.",
            subject=number,
            order_id=work.order.order_id,
            same_as=f"{CODE}:{number}:{line.id}:{item.id}",
            data={
                "lineId": ids.encode("orl", line.order_line_id),
                "sku": line.sku,
                "substitute": item.sku,
                "quantity": waiting,
            },
            options=(TAKE, DECLINE),
        )
        record(
            session,
            "fulfillment.substitute_offered",
            work.order,
            f"{number}: {item.sku} is offered instead of {line.sku}.",
        )
    session.flush()


def take(session: Session, case: Case) -> None:
    """Have the substitute sent."""
    work, line, units = _asked(session, case)
    line.accepted = min(line.accepted + units, line.quantity - line.rejected - line.cancelled)
    line.substituted = min(line.substituted + units, queries.unpacked(line))
    session.flush()
    # What was ordered is not taken for it, so it is free for others.
    stock.release(session, {line.id: units}, reference=ids.encode("ful", work.order.id))
    work.order.request_state = RequestState.ACCEPTED
    work.order.accepted_at = work.order.accepted_at or clock.now()
    words = f"ful_{work.order.id}: {case.data['substitute']} will be sent instead of {units} {line.sku}."
    record(session, "fulfillment.substitute_accepted", work.order, words)
    statuses.refresh(session, [work.order.order_id])


def decline(session: Session, case: Case) -> None:
    """Have the units routed anew."""
    work, line, units = _asked(session, case)
    line.substitute_item_id = None
    refuse(session, work, {line.id: units}, reason=f"The substitute {case.data['substitute']} was declined.")
    statuses.refresh(session, [work.order.order_id])


def _asked(session: Session, case: Case) -> tuple[Work, FulfillmentLine, int]:
    assert case.subject is not None
    work = locked_work(session, ids.number_of("ful", case.subject))
    line = work.line_of(ids.number_of("orl", case.data["lineId"]))
    return work, line, min(int(case.data["quantity"]), queries.left(line))
