"""Whether an order would ship as it does now although it goes to another address."""

from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from core import ids
from core.flows.route.facts import Facts
from core.flows.route.override import movable_units
from core.flows.route.plan import plan_all
from core.flows.route.read import read
from core.fulfillment import queries
from core.fulfillment.models import FulfillmentMethod
from crossdock import Assignment

if TYPE_CHECKING:
    from core.hub import Hub

_TAXED_BY = ("country", "region")
"""The parts of an address that decide on tax."""

_Placed = dict[tuple[str, str], int]
"""Units by (location code, line)."""


def unmoved(hub: "Hub", order_id: int, address: Mapping[str, Any]) -> int | None:
    """The version of the order for which location, service, cost and tax are the same at this address as now.

    None where one of them differs, where work has begun, or where somebody else has the goods in hand.
    """
    with hub.transaction() as session:
        facts = read(session, [order_id], placed=True)
        if not facts.orders or not facts.orders[0].routable:
            return None
        order = facts.orders[0]
        if order.shipping_address is None or any(
            order.shipping_address.get(part) != address.get(part) for part in _TAXED_BY
        ):
            return None
        work = [each for each in queries.of_orders(session, [order_id]) if each.live]
        if any(each.order.method is not FulfillmentMethod.SELF or each.order.integration_id for each in work):
            return None
        codes = {location.id: location.code for location in facts.locations}
        placed = _Placed()
        for each in work:
            for line in each.lines:
                place = (codes[each.order.location_id], ids.encode("orl", line.order_line_id))
                placed[place] = placed.get(place, 0) + queries.left(line)
        movable = movable_units(session, facts)
    if {each.order.id for each in work} != movable.work_ids:
        return None
    now, then = _plan(hub, facts, order.shipping_address), _plan(hub, facts, address)
    same = [_terms(each) for each in now] == [_terms(each) for each in then] and _placed(then) == placed
    return order.version if same else None


def _plan(hub: "Hub", facts: Facts, address: Mapping[str, Any]) -> tuple[Assignment, ...]:
    """What would be assigned at this address; the facts stay as they are."""
    order = replace(facts.orders[0], shipping_address=dict(address))
    copy = replace(facts, orders=[order], available=dict(facts.available), planned=dict(facts.planned))
    return tuple(
        assignment for made in plan_all(hub, copy) if made.plan is not None for assignment in made.plan.assignments
    )


def _terms(assignment: Assignment) -> tuple[object, ...]:
    """Where from, what, at what price and how fast; the words of its reason do not matter."""
    return assignment.location, assignment.lines, assignment.cost, assignment.eta_days, assignment.ship_on


def _placed(assignments: tuple[Assignment, ...]) -> _Placed:
    placed = _Placed()
    for assignment in assignments:
        for line, units in assignment.lines:
            place = (assignment.location, line)
            placed[place] = placed.get(place, 0) + units
    return placed
