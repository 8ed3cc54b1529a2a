"""The location from which it arrives first."""

from crossdock import Candidate, RoutingPlan, RoutingProblem
from plugins.routing.choose import Ranked, plan


class Fastest:
    """Score: days from now to the door, cut-off and working days included."""

    name = "fastest"
    summary = "The location from which the order arrives first."

    def plan(self, problem: RoutingProblem) -> RoutingPlan:
        ranking = [_ranked(candidate) for candidate in problem.candidates]
        return plan(self.name, problem, ranking, fewest=False)


def _ranked(candidate: Candidate) -> Ranked:
    if candidate.eta_days is None:
        return Ranked(candidate, None, "arriving nobody knows when")
    days = f"{candidate.eta_days.normalize():f}"
    return Ranked(candidate, candidate.eta_days, f"arrives in {days} {'day' if days == '1' else 'days'}")
