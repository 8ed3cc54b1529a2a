"""What becomes of units that no location can promise, and of orders that no strategy could plan."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

import crossdock
from core import clock, ids
from core.cases.models import CaseKind
from core.cases.service import open_case
from core.catalog.models import ShortagePolicy
from core.flows import advance, cancel, holds
from core.flows.route.facts import Facts
from core.flows.route.plan import Planned
from core.jobs.registry import enqueue
from core.orders.states import CancelReason, HoldKind

OUT_OF_STOCK = "out_of_stock"


def plan_refused(session: Session, planned: Planned) -> None:
    """Ask a person: the order stays open and is planned again when anything about it changes."""
    order = planned.order
    open_case(
        session,
        kind=CaseKind.ORDER,
        code="routing_refused",
        title=f"Order {order.number} cannot be routed",
        message=" ".join(planned.faults),
        subject=ids.encode("ord", order.id),
        order_id=order.id,
        same_as=f"routing_refused:{order.id}:{order.version}",
        data={"faults": list(planned.faults)},
    )


def apply_policy(session: Session, facts: Facts, made: Sequence[Planned]) -> None:
    """Hold or cancel what is short, where the channel wants that; else it waits as a backorder.

    Units that are there, and only too many for the day, are not cancelled: they are routed again on the next one.
    """
    short = [planned for planned in made if planned.plan is not None and planned.plan.backordered]
    holds.open_all(session, [_reason(planned) for planned in short if planned.order.shortage is ShortagePolicy.HOLD])
    for planned in short:
        tomorrow = _tomorrow(facts, planned)
        if tomorrow is not None:
            order_id = planned.order.id
            enqueue(session, advance.advance, same_as=f"{order_id}:tomorrow", at=tomorrow, order_id=order_id)
        elif planned.order.shortage is ShortagePolicy.CANCEL:
            units = {ids.number_of("orl", each.line): each.quantity for each in _shortages(planned)}
            cancel.cancel(session, planned.order.id, lines=units, reason=CancelReason.OUT_OF_STOCK)


def _tomorrow(facts: Facts, planned: Planned) -> datetime | None:
    """When a place that has what is short, and no room for it today, begins its next day; None: there is none."""
    items = {ids.encode("orl", line.id): line for line in planned.order.lines}
    full = {each.location: each for each in planned.problem.candidates if each.capacity_left is not None}
    begins = [
        clock.start_of_day(location.calendar.day_of(facts.at) + timedelta(days=1), location.calendar.timezone)
        for location in facts.locations
        if (candidate := full.get(location.code)) is not None and not candidate.excluded
        for short in _shortages(planned)
        if items[short.line].item not in candidate.excluded_items
        and facts.available.get((items[short.line].item_id, location.id), 0) > 0
    ]
    return min(begins, default=None)


def _reason(planned: Planned) -> holds.Reason:
    missing = ", ".join(f"{each.sku}: {each.reason}" for each in _shortages(planned))
    return holds.Reason(
        order_id=planned.order.id,
        kind=HoldKind.STOCK,
        code=OUT_OF_STOCK,
        message=f"There is not enough stock. {missing}",
        fix="Receive stock and release the hold, or cancel what is missing.",
    )


def _shortages(planned: Planned) -> tuple[crossdock.Shortage, ...]:
    return planned.plan.backordered if planned.plan is not None else ()
