"""A person says where an order ships from, or by which strategy."""

from collections.abc import Collection
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from sqlalchemy.orm import Session

from core import ids
from core.errors import IllegalState, NotFound, Unroutable
from core.flows.fulfil.withdraw import withdraw
from core.flows.route.facts import Facts
from core.flows.route.plan import Planned, plan_all
from core.flows.route.read import read
from core.flows.route.write import write
from core.fulfillment import queries
from core.fulfillment.models import FulfillmentMethod, RequestState, WorkState
from core.fulfillment.queries import Work
from core.orders.queries import lock

if TYPE_CHECKING:
    from core.hub import Hub

_TRIES = 3


@dataclass(slots=True)
class Movable:
    """Units that nobody has accepted yet, by order line id: `now` can be taken back at once, `asked` on request."""

    now: dict[int, int] = field(default_factory=dict)
    asked: dict[int, int] = field(default_factory=dict)
    work_ids: set[int] = field(default_factory=set)


def reroute(
    hub: "Hub", order_id: int, *, strategy: str | None = None, locations: Collection[str] | None = None
) -> None:
    """Route what is open; with `locations` (codes) also move there what nobody has accepted, and keep to them.

    Work at our own places counts as accepted once it has begun. A supplier that has the order and has not answered is
    asked to give it back first. Raises NotFound, IllegalState for an order that waits or is over, and Unroutable, with
    nothing changed, where a unit that has a place now would lose it.
    """
    for _ in range(_TRIES):
        with hub.transaction() as session:
            facts = read(session, [order_id], placed=True)
            _check(facts, order_id)
            chosen = _chosen(facts, locations)
            movable = movable_units(session, facts, move=bool(chosen))
        planned = plan_all(hub, facts, strategy=strategy, chosen=chosen)
        if not planned:
            _nothing_open(movable, facts)
        else:
            _check_plan(planned[0], movable)
        try:
            with hub.transaction() as session:
                lock(session, [order_id])
                _write(session, facts, planned, movable)
        except _ChangedMeanwhile:
            continue
        return
    raise Unroutable("Stock or the order changed while it was being routed. Try again.", path=("id",))


def movable_units(session: Session, facts: Facts, *, move: bool = True) -> Movable:
    """Find what can still be moved, and count it among the open units and what is available.

    The facts are of one order, read with lines that are `placed`. Without `move` it stays where it is.
    """
    movable = Movable()
    order = facts.orders[0]
    freed: dict[int, int] = {}
    for work in queries.of_orders(session, [order.id]) if move else []:
        for line in work.lines:
            units = queries.left(line) - line.cancelling
            if units <= 0:
                continue
            if _untouched(work):
                movable.work_ids.add(work.order.id)
                movable.now[line.order_line_id] = movable.now.get(line.order_line_id, 0) + units
                freed[line.order_line_id] = freed.get(line.order_line_id, 0) + units
                place = (line.item_id, work.order.location_id)
                facts.available[place] = facts.available.get(place, 0) + units
            elif work.order.request_state is RequestState.SUBMITTED:
                movable.work_ids.add(work.order.id)
                movable.asked[line.order_line_id] = movable.asked.get(line.order_line_id, 0) + units
    lines = (replace(line, open=line.open + freed.get(line.id, 0)) for line in order.lines)
    facts.orders[0] = replace(order, lines=tuple(line for line in lines if line.wanted))
    return movable


def _untouched(work: Work) -> bool:
    """Nobody was asked yet, or it lies at our own place and nobody has begun."""
    if any(line.picked or line.packed for line in work.lines):
        return False
    if work.order.submitted_at is None:
        return True
    own = work.order.method is FulfillmentMethod.SELF and work.order.integration_id is None
    return own and work.order.work_state in {WorkState.OPEN, WorkState.SCHEDULED, WorkState.ON_HOLD}


def _check(facts: Facts, order_id: int) -> None:
    if not facts.orders:
        raise NotFound(f"There is no order ord_{order_id}.", path=("id",))
    order = facts.orders[0]
    if not order.routable:
        why = "on hold, unchecked, over, or shipped by its channel"
        raise IllegalState(f"Order {order.number} is {why}: it cannot be routed.", path=("id",))


def _chosen(facts: Facts, locations: Collection[str] | None) -> set[int]:
    if locations is None:
        return set()
    known = {location.code: location.id for location in facts.locations}
    for index, code in enumerate(locations):
        if code not in known:
            raise NotFound(f"There is no location {code!r}.", path=("locations", str(index)))
    return {known[code] for code in locations}


def _nothing_open(movable: Movable, facts: Facts) -> None:
    if not movable.asked:
        number = facts.orders[0].number
        raise IllegalState(
            f"Order {number} has nothing to route: every unit is accepted, shipped or cancelled.", path=("id",)
        )


def _check_plan(planned: Planned, movable: Movable) -> None:
    if planned.plan is None:
        raise Unroutable(" ".join(planned.faults), path=("id",))
    placed: dict[str, int] = {}
    for assignment in planned.plan.assignments:
        for line, units in assignment.lines:
            placed[line] = placed.get(line, 0) + units
    lost = [
        shortage
        for shortage in planned.plan.backordered
        if placed.get(shortage.line, 0) < movable.now.get(ids.number_of("orl", shortage.line), 0)
    ]
    if lost:
        reasons = " ".join(dict.fromkeys(shortage.reason for shortage in lost))
        raise Unroutable(f"The chosen locations cannot ship what has a place now. {reasons}", path=("locations",))


class _ChangedMeanwhile(Exception):  # not an error: it undoes a transaction
    """What was planned is no longer possible."""


def _write(session: Session, facts: Facts, planned: list[Planned], movable: Movable) -> None:
    order_id = facts.orders[0].id
    if movable.now:
        moved = withdraw(session, order_id, movable.now, only=movable.work_ids)
        if moved.taken != movable.now:
            raise _ChangedMeanwhile
    if movable.asked:
        withdraw(session, order_id, movable.asked, only=movable.work_ids)
    if write(session, facts, planned, automatic=False):
        raise _ChangedMeanwhile
