"""Asking a strategy, order by order, and refusing plans that lose or invent units. No transaction is open meanwhile."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import structlog

import crossdock
from core import ids
from core.catalog.models import ShortagePolicy
from core.flows.route.facts import Facts, Order
from core.flows.route.problem import Estimate, problem_of
from core.flows.route.quoting import gather
from crossdock import routing

if TYPE_CHECKING:
    from core.hub import Hub

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Planned:
    """One order's plan, or in sentences why there is none."""

    order: Order
    problem: crossdock.RoutingProblem
    plan: crossdock.RoutingPlan | None
    faults: tuple[str, ...] = ()
    pinned: bool = False


def plan_all(hub: "Hub", facts: Facts, *, strategy: str | None = None, chosen: Collection[int] = ()) -> list[Planned]:
    """Plan the batch in the order of its turns; each plan uses up stock and capacity for those after it.

    `strategy` and `chosen` (location ids) are a person's wishes and come before those of channel and settings.
    """
    estimate, quotes = _estimates(hub), gather(hub, facts, chosen)
    planned = []
    for order in facts.orders:
        if not order.lines:
            continue
        problem = problem_of(order, facts, estimate=estimate, quotes=quotes, chosen=chosen or order.pinned)
        made = _plan(hub, order, problem, (strategy,) if strategy else (order.strategy, facts.strategy))
        if chosen:
            made = replace(made, pinned=True)
        if order.shortage is ShortagePolicy.HOLD and made.plan is not None and made.plan.backordered:
            made = _nothing_placed(made)
        if made.plan is not None:
            _use_up(facts, made)
        planned.append(made)
    return planned


def _plan(hub: "Hub", order: Order, problem: crossdock.RoutingProblem, names: Sequence[str | None]) -> Planned:
    """The first strategy of these that is installed decides."""
    found = next((name for name in names if name in hub.registry.strategies), None)
    if found is None:
        wanted = " or ".join(repr(name) for name in names if name)
        return Planned(order=order, problem=problem, plan=None, faults=(f"No routing strategy {wanted} is installed.",))
    hooks = hub.registry.hooks
    problem = routing.constrained(problem, hooks.routing_constraints(problem), hooks.routing_signals(problem))
    try:
        plan = hub.strategy(found).plan(problem)
    except Exception as error:  # noqa: BLE001  # a plugin may raise anything; the order waits for a person
        fault = f"The strategy {found!r} failed: {error}"
        return Planned(order=order, problem=problem, plan=None, faults=(fault,))
    faults = routing.check(problem, plan)
    return Planned(
        order=order, problem=problem, plan=None if faults else _remarked(problem, plan), faults=tuple(faults)
    )


def _remarked(problem: crossdock.RoutingProblem, plan: crossdock.RoutingPlan) -> crossdock.RoutingPlan:
    """The plan with what was remarked of its candidates: beside the reason of who ships, and beside why others lost."""
    said = {candidate.location: candidate.remarks for candidate in problem.candidates if candidate.remarks}
    if not said:
        return plan
    assignments = (
        replace(each, reason=" ".join((each.reason, *said.get(each.location, ())))) for each in plan.assignments
    )
    trace = (
        each if each.chosen else replace(each, rejections=(*each.rejections, *said.get(each.location, ())))
        for each in plan.trace
    )
    return replace(plan, assignments=tuple(assignments), trace=tuple(trace))


def _nothing_placed(made: Planned) -> Planned:
    """The channel wants a person to decide on an order that cannot ship whole: nothing is promised to it meanwhile."""
    assert made.plan is not None
    short = {shortage.line: shortage for shortage in made.plan.backordered}
    waits = "Waits with the rest of the order, which cannot ship whole."
    backordered = tuple(
        crossdock.Shortage(
            line=demand.line,
            sku=demand.sku,
            quantity=demand.quantity,
            reason=short[demand.line].reason if demand.line in short else waits,
        )
        for demand in made.problem.demands
    )
    trace = tuple(replace(considered, chosen=False) for considered in made.plan.trace)
    return replace(made, plan=replace(made.plan, assignments=(), backordered=backordered, trace=trace))


def _use_up(facts: Facts, made: Planned) -> None:
    assert made.plan is not None
    items = {ids.encode("orl", line.id): line.item_id for line in made.order.lines}
    places = {location.code: location for location in facts.locations}
    leaves = {candidate.location: candidate.ship_on for candidate in made.problem.candidates}
    for assignment in made.plan.assignments:
        location, ship_on = places[assignment.location], leaves[assignment.location]
        for line, units in assignment.lines:
            facts.available[items[line], location.id] -= units
            if location.daily_capacity is not None and ship_on is not None:
                key = (location.id, ship_on)
                facts.planned[key] = facts.planned.get(key, 0) + units


def _estimates(hub: "Hub") -> Estimate:
    """All carriers' prices that are known without asking; a carrier that fails is left out."""
    carriers = list(hub.providers("carrier", "estimates"))

    def estimate(request: crossdock.RateRequest) -> list[crossdock.Rate]:
        rates: list[crossdock.Rate] = []
        for key, carrier in carriers:
            try:
                rates += carrier.estimate(request)
            except Exception as error:  # noqa: BLE001  # a plugin may raise anything; the others still count
                log.warning("carrier.estimate_failed", integration=key, error=str(error))
        return rates

    return estimate


__all__ = ["Planned", "plan_all"]
