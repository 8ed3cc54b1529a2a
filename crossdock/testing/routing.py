"""What every routing strategy promises: no unit lost, none invented, each loser with its reason."""

from dataclasses import replace
from typing import Any, ClassVar

import pytest

from crossdock.geo import Coordinates
from crossdock.money import Money
from crossdock.provider import Kind
from crossdock.routing import Candidate, Demand, RoutingProblem, check
from crossdock.testing.contract import Contract
from crossdock.testing.isolation import no_network

NORTH = Candidate(
    location="north",
    name="North",
    available={"cup": 5, "plate": 5},
    coordinates=Coordinates(55.9, -3.2),
    cost=Money(370, "GBP"),
    priority=10,
)
SOUTH = replace(NORTH, location="south", name="South", available={"cup": 3}, coordinates=Coordinates(50.8, -1.1))
CUPS = Demand(line="1", item="cup", sku="CUP", quantity=4)
PLATES = Demand(line="2", item="plate", sku="PLATE", quantity=2)
PROBLEM = RoutingProblem(
    order="ord_1", demands=(CUPS, PLATES), candidates=(NORTH, SOUTH), destination=Coordinates(51.5, -0.1)
)

PROBLEMS = {
    "one location has all": PROBLEM,
    "nobody has all": replace(PROBLEM, demands=(replace(CUPS, quantity=7), PLATES)),
    "nobody has enough": replace(PROBLEM, demands=(replace(CUPS, quantity=20), PLATES)),
    "two lines share one item": replace(PROBLEM, demands=(CUPS, replace(CUPS, line="2", quantity=3))),
    "it may not be split": replace(PROBLEM, demands=(replace(CUPS, quantity=7),), may_split=False),
    "no candidates": replace(PROBLEM, candidates=()),
    "no demand": replace(PROBLEM, demands=()),
    "one is excluded": replace(PROBLEM, candidates=(replace(NORTH, excluded=("It is closed.",)), SOUTH)),
    "one item is excluded": replace(
        PROBLEM, candidates=(replace(NORTH, excluded_items={"cup": "They rejected it today."}), SOUTH)
    ),
    "capacity is short": replace(PROBLEM, candidates=(replace(NORTH, capacity_left=3), SOUTH)),
    "stock is below zero": replace(PROBLEM, candidates=(replace(NORTH, available={"cup": -2}), SOUTH)),
    "nothing is known": replace(
        PROBLEM, destination=None, candidates=(replace(NORTH, coordinates=None, cost=None), SOUTH)
    ),
}


class RoutingContract(Contract):
    kind: ClassVar[Kind] = "routing"

    @pytest.mark.parametrize("problem", PROBLEMS.values(), ids=PROBLEMS.keys())
    def test_no_unit_is_lost_or_invented(self, subject: Any, problem: RoutingProblem) -> None:
        assert check(problem, subject.plan(problem)) == []

    @pytest.mark.parametrize("problem", PROBLEMS.values(), ids=PROBLEMS.keys())
    def test_it_is_pure(self, subject: Any, problem: RoutingProblem) -> None:
        with no_network():
            assert subject.plan(problem) == subject.plan(problem)

    @pytest.mark.parametrize("problem", PROBLEMS.values(), ids=PROBLEMS.keys())
    def test_every_candidate_is_in_the_trace_and_every_loser_says_why(
        self, subject: Any, problem: RoutingProblem
    ) -> None:
        plan = subject.plan(problem)
        chosen = {assignment.location for assignment in plan.assignments}

        assert sorted(each.location for each in plan.trace) == sorted(each.location for each in problem.candidates)
        assert all(each.chosen == (each.location in chosen) for each in plan.trace)
        assert all(each.rejections for each in plan.trace if not each.chosen)
        assert all(each.reason for each in (*plan.assignments, *plan.backordered))

    @pytest.mark.parametrize("problem", PROBLEMS.values(), ids=PROBLEMS.keys())
    def test_the_order_of_candidates_does_not_matter(self, subject: Any, problem: RoutingProblem) -> None:
        turned = replace(problem, candidates=problem.candidates[::-1])

        assert subject.plan(turned).assignments == subject.plan(problem).assignments
