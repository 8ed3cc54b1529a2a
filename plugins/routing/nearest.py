"""The location nearest to the shopper."""

from decimal import Decimal

from crossdock import Candidate, Coordinates, RoutingPlan, RoutingProblem, distance_km
from plugins.routing.choose import Ranked, plan


class Nearest:
    """Score: great-circle kilometres to the destination; a location without coordinates comes last."""

    name = "nearest"
    summary = "The location nearest to the delivery address that has the goods."

    def plan(self, problem: RoutingProblem) -> RoutingPlan:
        ranking = [_ranked(candidate, problem.destination) for candidate in problem.candidates]
        return plan(self.name, problem, ranking, fewest=False)


def _ranked(candidate: Candidate, destination: Coordinates | None) -> Ranked:
    if candidate.coordinates is None or destination is None:
        return Ranked(candidate, None, "at an unknown distance")
    kilometres = Decimal(round(distance_km(candidate.coordinates, destination) * 10)) / 10
    return Ranked(candidate, kilometres, f"{kilometres} km away", kilometres)
