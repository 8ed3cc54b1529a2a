"""What all strategies share: one location if any single one can, else several, else backorder the rest."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from crossdock import Candidate, RoutingPlan, RoutingProblem
from plugins.routing import explain
from plugins.routing.stock import Shelf


@dataclass(frozen=True, slots=True)
class Ranked:
    """A candidate with its score (lower is better; None: nobody knows, so last) and the score in words."""

    candidate: Candidate
    score: Decimal | None
    words: str
    distance_km: Decimal | None = None

    @property
    def order(self) -> tuple[bool, Decimal, int, str]:
        """Ties go to the higher priority, then to the location's code: the same problem has one answer."""
        unknown = self.score is None
        return (unknown, self.score or Decimal(0), -self.candidate.priority, self.candidate.location)


@dataclass(slots=True)
class Share:
    """What one candidate is to ship, by line."""

    ranked: Ranked
    units: dict[str, int]


def plan(strategy: str, problem: RoutingProblem, ranking: Sequence[Ranked], *, fewest: bool) -> RoutingPlan:
    """Make a plan from a ranking.

    One location that can ship all of it wins, the best ranked first. Otherwise locations are added one by
    one: by rank, or, with `fewest`, the one that covers most of what is still open. A problem that may not be
    split and that nobody covers alone is backordered whole.
    """
    best_first = sorted(ranking, key=lambda ranked: ranked.order)
    usable = [ranked for ranked in best_first if not ranked.candidate.excluded]
    wanted = {demand.line: demand.quantity for demand in problem.demands}
    shares = _alone(problem, usable, wanted)
    if shares is None:
        shares = _together(problem, usable, wanted, fewest=fewest) if problem.may_split else []
    still_open = dict(wanted)
    for share in shares:
        for line, units in share.units.items():
            still_open[line] -= units
    return explain.decision(strategy, problem, best_first, shares, still_open)


def _alone(problem: RoutingProblem, usable: Sequence[Ranked], wanted: dict[str, int]) -> list[Share] | None:
    if not wanted:
        return []
    for ranked in usable:
        units = Shelf(ranked.candidate).offer(problem.demands, wanted)
        if units == wanted:
            return [Share(ranked, units)]
    return None


def _together(
    problem: RoutingProblem, usable: Sequence[Ranked], wanted: dict[str, int], *, fewest: bool
) -> list[Share]:
    shelves = [(ranked, Shelf(ranked.candidate)) for ranked in usable]
    still_open, shares = dict(wanted), list[Share]()
    while shelves and any(still_open.values()):
        offers = [(ranked, shelf.offer(problem.demands, still_open)) for ranked, shelf in shelves]
        index = _most(offers) if fewest else 0
        ranked, units = offers[index]
        del shelves[index]
        if not units:
            continue
        shares.append(Share(ranked, units))
        for line, count in units.items():
            still_open[line] -= count
    return shares


def _most(offers: Sequence[tuple[Ranked, dict[str, int]]]) -> int:
    """The offer with the most units; the first, so the best ranked, among equals."""
    return max(range(len(offers)), key=lambda index: (sum(offers[index][1].values()), -index))
