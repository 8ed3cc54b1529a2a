"""The location from which shipping costs least."""

from crossdock import Candidate, RoutingPlan, RoutingProblem
from plugins.routing.choose import Ranked, plan


class LowestCost:
    """Score: the expected cost of the shipment.

    Costs in another currency than the first known one cannot be compared and come last with the unknown ones.
    """

    name = "lowest_cost"
    summary = "The location with the lowest expected shipping cost that has the goods."

    def plan(self, problem: RoutingProblem) -> RoutingPlan:
        currencies = (each.cost.currency for each in problem.candidates if each.cost is not None)
        currency = next(currencies, "")
        ranking = [_ranked(candidate, currency) for candidate in problem.candidates]
        return plan(self.name, problem, ranking, fewest=False)


def _ranked(candidate: Candidate, currency: str) -> Ranked:
    if candidate.cost is None:
        return Ranked(candidate, None, "at an unknown cost")
    if candidate.cost.currency != currency:
        return Ranked(candidate, None, f"at {candidate.cost}, which cannot be compared with {currency}")
    return Ranked(candidate, candidate.cost.amount, f"shipping costs {candidate.cost}")
