"""Keeping routing decisions: what each location got, every candidate, and why the others lost."""

from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import Any

from sqlalchemy.orm import Session

import crossdock
from core import ids
from core.db import insert_rows, next_ids
from core.flows.route.facts import Facts
from core.flows.route.plan import Planned
from core.fulfillment.models import RoutingAssignment, RoutingCandidate, RoutingDecision, RoutingShortage

_DECISION = [
    RoutingDecision.id,
    RoutingDecision.order_id,
    RoutingDecision.strategy,
    RoutingDecision.automatic,
    RoutingDecision.pinned,
    RoutingDecision.decided_at,
    RoutingDecision.cost_minor,
    RoutingDecision.cost_currency,
]
_ASSIGNMENT = [
    RoutingAssignment.decision_id,
    RoutingAssignment.location_id,
    RoutingAssignment.lines,
    RoutingAssignment.cost_minor,
    RoutingAssignment.cost_currency,
    RoutingAssignment.eta_days,
    RoutingAssignment.ship_on,
    RoutingAssignment.reason,
]
_CANDIDATE = [
    RoutingCandidate.decision_id,
    RoutingCandidate.location_id,
    RoutingCandidate.chosen,
    RoutingCandidate.score,
    RoutingCandidate.cost_minor,
    RoutingCandidate.cost_currency,
    RoutingCandidate.eta_days,
    RoutingCandidate.distance_km,
    RoutingCandidate.rejections,
]
_SHORTAGE = [
    RoutingShortage.decision_id,
    RoutingShortage.order_line_id,
    RoutingShortage.sku,
    RoutingShortage.quantity,
    RoutingShortage.reason,
]


def keep(session: Session, facts: Facts, made: Sequence[Planned], *, automatic: bool) -> None:
    """Write a decision for each plan, with a handful of statements for all of them."""
    if not made:
        return
    numbered = list(zip(next_ids(session, RoutingDecision, len(made)), made, strict=True))
    places = {location.code: location.id for location in facts.locations}
    decisions, assignments, candidates, shortages = [], [], [], []
    for decision_id, planned in numbered:
        plan = planned.plan
        assert plan is not None
        cost = total(assignment.cost for assignment in plan.assignments)
        decisions.append(
            (decision_id, planned.order.id, plan.strategy, automatic, planned.pinned, facts.at, *_money(cost))
        )
        assignments += [(decision_id, *_assignment(planned, places, assignment)) for assignment in plan.assignments]
        candidates += [(decision_id, *_candidate(places, each)) for each in considered(planned)]
        shortages += [
            (decision_id, ids.number_of("orl", each.line), each.sku, each.quantity, each.reason)
            for each in plan.backordered
        ]
    insert_rows(session, RoutingDecision, _DECISION, decisions)
    for model, columns, rows in (
        (RoutingAssignment, _ASSIGNMENT, assignments),
        (RoutingCandidate, _CANDIDATE, candidates),
        (RoutingShortage, _SHORTAGE, shortages),
    ):
        if rows:
            insert_rows(session, model, columns, rows)


def considered(planned: Planned) -> list[crossdock.Considered]:
    """Every candidate of the problem: as the strategy explained it, in its order; then those it left out."""
    assert planned.plan is not None
    known = {candidate.location for candidate in planned.problem.candidates}
    explained = [each for each in planned.plan.trace if each.location in known]
    chosen = {assignment.location for assignment in planned.plan.assignments}
    left_out = known - {each.location for each in explained}
    return explained + [
        crossdock.Considered(
            location=candidate.location,
            chosen=candidate.location in chosen,
            cost=candidate.cost,
            eta_days=candidate.eta_days,
            rejections=() if candidate.location in chosen else (*candidate.excluded, *candidate.remarks),
        )
        for candidate in planned.problem.candidates
        if candidate.location in left_out
    ]


def total(costs: Iterable[crossdock.Money | None]) -> crossdock.Money | None:
    """The sum, where all are known and in one currency."""
    known = list(costs)
    first = known[0] if known else None
    if first is None:
        return None
    amounts = [cost for cost in known if cost is not None and cost.currency == first.currency]
    return crossdock.Money.sum(amounts, first.currency) if len(amounts) == len(known) else None


def _assignment(planned: Planned, places: dict[str, int], assignment: crossdock.Assignment) -> tuple[Any, ...]:
    lines = {ids.encode("orl", line.id): line for line in planned.order.lines}
    listed = [
        {"order_line_id": lines[name].id, "sku": lines[name].sku, "quantity": units} for name, units in assignment.lines
    ]
    candidate = next(each for each in planned.problem.candidates if each.location == assignment.location)
    return (
        places[assignment.location],
        listed,
        *_money(assignment.cost),
        _rounded(assignment.eta_days, 2),
        candidate.ship_on,
        assignment.reason,
    )


def _candidate(places: dict[str, int], each: crossdock.Considered) -> tuple[Any, ...]:
    return (
        places[each.location],
        each.chosen,
        _rounded(each.score, 4),
        *_money(each.cost),
        _rounded(each.eta_days, 2),
        _rounded(each.distance_km, 1),
        list(each.rejections),
    )


def _money(cost: crossdock.Money | None) -> tuple[int | None, str | None]:
    return (None, None) if cost is None else (cost.minor, cost.currency)


def _rounded(value: Decimal | None, places: int) -> Decimal | None:
    return None if value is None else round(value, places)
