"""The location that the shop prefers."""

from decimal import Decimal

from crossdock import RoutingPlan, RoutingProblem
from plugins.routing.choose import Ranked, plan


class Priority:
    """Score: minus the location's priority."""

    name = "priority"
    summary = "The location with the highest priority that has the goods."

    def plan(self, problem: RoutingProblem) -> RoutingPlan:
        ranking = [Ranked(each, Decimal(-each.priority), f"priority {each.priority}") for each in problem.candidates]
        return plan(self.name, problem, ranking, fewest=False)
