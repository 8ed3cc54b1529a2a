"""Turn a choice into a plan that says, for every candidate, why it won or lost."""

from __future__ import annotations

from typing import TYPE_CHECKING

from crossdock import Assignment, Candidate, Considered, RoutingPlan, RoutingProblem, Shortage
from plugins.routing.stock import Shelf

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from plugins.routing.choose import Ranked, Share


def decision(
    strategy: str,
    problem: RoutingProblem,
    ranking: Sequence[Ranked],
    shares: Sequence[Share],
    still_open: Mapping[str, int],
) -> RoutingPlan:
    """The finished plan; the trace names every candidate, best first."""
    chosen = {share.ranked.candidate.location for share in shares}
    return RoutingPlan(
        strategy=strategy,
        assignments=tuple(_assignment(share, alone=len(shares) == 1) for share in shares),
        backordered=tuple(
            Shortage(
                line=demand.line,
                sku=demand.sku,
                quantity=still_open[demand.line],
                reason=_shortage(problem, demand.item, demand.sku),
            )
            for demand in problem.demands
            if still_open[demand.line]
        ),
        trace=tuple(
            Considered(
                location=ranked.candidate.location,
                chosen=ranked.candidate.location in chosen,
                score=ranked.score,
                cost=ranked.candidate.cost,
                eta_days=ranked.candidate.eta_days,
                distance_km=ranked.distance_km,
                rejections=() if ranked.candidate.location in chosen else _why_not(problem, ranked, shares),
            )
            for ranked in ranking
        ),
    )


def _assignment(share: Share, *, alone: bool) -> Assignment:
    candidate = share.ranked.candidate
    scope = "can ship all of it" if alone else "ships what it has"
    return Assignment(
        location=candidate.location,
        lines=tuple(share.units.items()),
        reason=f"{candidate.name} {scope}: {share.ranked.words}.",
        cost=candidate.cost,
        eta_days=candidate.eta_days,
        ship_on=candidate.ship_on,
    )


def _why_not(problem: RoutingProblem, ranked: Ranked, shares: Sequence[Share]) -> tuple[str, ...]:
    candidate = ranked.candidate
    if candidate.excluded:
        return candidate.excluded
    if not problem.demands:
        return ("Nothing is left to ship.",)
    missing = _missing(problem, candidate)
    if not shares:
        return tuple(missing)
    best = shares[0].ranked
    if missing and len(shares) == 1:
        return tuple(missing)
    won = " and ".join(share.ranked.candidate.name for share in shares)
    if ranked.order < best.order or missing:
        return (*missing, f"{won} cover more of the order." if len(shares) > 1 else f"{won} covers it alone.")
    return (f"{best.candidate.name} is preferred: {best.words}, against {ranked.words}.",)


def _missing(problem: RoutingProblem, candidate: Candidate) -> list[str]:
    """What keeps it from shipping all of it, item by item."""
    wanted, skus = dict[str, int](), dict[str, str]()
    for demand in problem.demands:
        wanted[demand.item] = wanted.get(demand.item, 0) + demand.quantity
        skus[demand.item] = demand.sku
    reasons = []
    for item, units in wanted.items():
        there = max(0, candidate.available.get(item, 0))
        if item in candidate.excluded_items:
            reasons.append(f"{skus[item]}: {candidate.excluded_items[item]}")
        elif there < units:
            reasons.append(f"It has {there} of {units} {skus[item]}.")
    total = sum(wanted.values())
    if candidate.capacity_left is not None and candidate.capacity_left < total:
        reasons.append(f"It can take {max(0, candidate.capacity_left)} more units today, not {total}.")
    return reasons


def _shortage(problem: RoutingProblem, item: str, sku: str) -> str:
    shelves = [Shelf(candidate) for candidate in problem.candidates if not candidate.excluded]
    if not shelves:
        return "No location may ship this order."
    there = sum(shelf.left.get(item, 0) for shelf in shelves)
    wanted = sum(demand.quantity for demand in problem.demands if demand.item == item)
    if there >= wanted and not problem.may_split:
        return "The order may not be split, and no location has all of it."
    if there >= wanted:
        return "The locations that have it can take no more today."
    return f"All locations together have {there} of {wanted} {sku}."
