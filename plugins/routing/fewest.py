"""As few parcels as possible."""

from decimal import Decimal

from crossdock import Candidate, RoutingPlan, RoutingProblem
from plugins.routing.choose import Ranked, plan
from plugins.routing.stock import Shelf


class FewestSplits:
    """Score: units of the order that the location lacks. When it must be split, who has most goes first."""

    name = "fewest_splits"
    summary = "The fewest parcels: whoever has most of the order ships first."

    def plan(self, problem: RoutingProblem) -> RoutingPlan:
        ranking = [_ranked(problem, candidate) for candidate in problem.candidates]
        return plan(self.name, problem, ranking, fewest=True)


def _ranked(problem: RoutingProblem, candidate: Candidate) -> Ranked:
    wanted = {demand.line: demand.quantity for demand in problem.demands}
    total = sum(wanted.values())
    offered = sum(Shelf(candidate).offer(problem.demands, wanted).values())
    return Ranked(candidate, Decimal(total - offered), f"it has {offered} of {total} units")
