"""Which location each strategy chooses, and that none ever loses or invents a unit."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as some

from crossdock import Candidate, Coordinates, Demand, Money, RoutingPlan, RoutingProblem, RoutingStrategy
from crossdock.routing import check
from plugins.routing import STRATEGIES
from plugins.routing.cheapest import LowestCost
from plugins.routing.fastest import Fastest
from plugins.routing.fewest import FewestSplits
from plugins.routing.nearest import Nearest
from plugins.routing.priority import Priority

LEEDS = Candidate(
    location="leeds",
    name="Leeds",
    available={"cup": 10, "plate": 1},
    coordinates=Coordinates(53.80, -1.55),
    cost=Money(370, "GBP"),
    eta_days=Decimal("2.5"),
    ship_on=date(2026, 3, 3),
    priority=5,
)
PARIS = Candidate(
    location="paris",
    name="Paris",
    available={"cup": 10, "plate": 10},
    coordinates=Coordinates(48.86, 2.35),
    cost=Money(290, "GBP"),
    eta_days=Decimal(4),
    priority=9,
)
DOVER = Candidate(
    location="dover",
    name="Dover",
    available={"cup": 4, "plate": 4},
    coordinates=Coordinates(51.13, 1.31),
    cost=Money(410, "GBP"),
    eta_days=Decimal(1),
    priority=1,
)
LONDON = Coordinates(51.51, -0.13)


def an_order(cups: int, plates: int = 0, *candidates: Candidate) -> RoutingProblem:
    wanted = [("cup", cups), ("plate", plates)]
    demands = tuple(
        Demand(line=f"line-{item}", item=item, sku=item.upper(), quantity=units) for item, units in wanted if units
    )
    return RoutingProblem(
        order="ord_1", demands=demands, candidates=candidates or (LEEDS, PARIS, DOVER), destination=LONDON
    )


def shipped(plan: RoutingPlan) -> dict[str, dict[str, int]]:
    return {assignment.location: dict(assignment.lines) for assignment in plan.assignments}


@pytest.mark.parametrize(
    ("strategy", "location"),
    [(Priority(), "paris"), (Nearest(), "dover"), (LowestCost(), "paris"), (Fastest(), "dover")],
)
def test_when_all_can_ship_the_best_by_its_own_measure_does(strategy: RoutingStrategy, location: str) -> None:
    assert shipped(strategy.plan(an_order(cups=3))) == {location: {"line-cup": 3}}


@pytest.mark.parametrize("strategy", STRATEGIES)
def test_an_order_is_not_split_when_any_single_location_has_all(strategy: type[RoutingStrategy]) -> None:
    plan = strategy().plan(an_order(5, 5))

    assert shipped(plan) == {"paris": {"line-cup": 5, "line-plate": 5}}


def test_a_split_takes_from_the_best_first_and_backorders_the_rest() -> None:
    plan = Nearest().plan(an_order(20, 0, LEEDS, DOVER))

    assert shipped(plan) == {"dover": {"line-cup": 4}, "leeds": {"line-cup": 10}}
    assert [(short.sku, short.quantity) for short in plan.backordered] == [("CUP", 6)]
    assert plan.backordered[0].reason == "All locations together have 14 of 20 CUP."


def test_fewest_splits_takes_from_whoever_covers_most() -> None:
    small = replace(DOVER, available={"cup": 2}, location="small", name="Small")

    plan = FewestSplits().plan(an_order(13, 0, small, LEEDS, DOVER))

    assert shipped(plan) == {"leeds": {"line-cup": 10}, "dover": {"line-cup": 3}}


def test_two_lines_of_one_item_share_its_stock() -> None:
    twice = tuple(Demand(line=line, item="cup", sku="CUP", quantity=3) for line in ("a", "b"))
    problem = replace(an_order(1, 0, DOVER), demands=twice)

    plan = Priority().plan(problem)

    assert shipped(plan) == {"dover": {"a": 3, "b": 1}}
    assert [(short.line, short.quantity) for short in plan.backordered] == [("b", 2)]


def test_a_full_location_takes_no_more_than_it_can_today() -> None:
    plan = Priority().plan(an_order(5, 0, replace(PARIS, capacity_left=2)))

    assert shipped(plan) == {"paris": {"line-cup": 2}}
    assert plan.backordered[0].reason == "The locations that have it can take no more today."


def test_an_order_that_may_not_be_split_waits_as_a_whole() -> None:
    plan = Priority().plan(replace(an_order(20, 0, LEEDS, PARIS), may_split=False))

    assert plan.assignments == ()
    assert plan.backordered[0].quantity == 20
    assert plan.backordered[0].reason == "The order may not be split, and no location has all of it."


def test_losers_say_why_in_words() -> None:
    closed = replace(DOVER, excluded=("Dover is closed today.",))

    plan = LowestCost().plan(an_order(3, 3, LEEDS, PARIS, closed))

    assert {each.location: each.rejections for each in plan.trace} == {
        "paris": (),
        "leeds": ("It has 1 of 3 PLATE.",),
        "dover": ("Dover is closed today.",),
    }
    assert plan.assignments[0].reason == "Paris can ship all of it: shipping costs 2.90 GBP."


def test_a_loser_by_score_is_told_both_scores() -> None:
    plan = Fastest().plan(an_order(3, 0, LEEDS, DOVER))

    assert plan.trace[1].rejections == ("Dover is preferred: arrives in 1 day, against arrives in 2.5 days.",)


def test_costs_of_two_currencies_are_not_compared() -> None:
    plan = LowestCost().plan(an_order(3, 0, LEEDS, replace(DOVER, cost=Money(1, "EUR"))))

    assert shipped(plan) == {"leeds": {"line-cup": 3}}
    assert plan.trace[1].score is None


def test_unknown_scores_come_last() -> None:
    nowhere = replace(PARIS, coordinates=None, eta_days=None, cost=None)

    for strategy in (Nearest(), Fastest(), LowestCost()):
        assert shipped(strategy.plan(an_order(3, 0, nowhere, LEEDS))) == {"leeds": {"line-cup": 3}}


ITEMS = some.sampled_from(["cup", "plate", "bowl"])
UNITS = some.integers(min_value=-1, max_value=9)


@some.composite
def problems(draw: some.DrawFn) -> RoutingProblem:
    candidates = tuple(
        Candidate(
            location=f"loc-{number}",
            name=f"Location {number}",
            available=draw(some.dictionaries(ITEMS, UNITS, max_size=3)),
            coordinates=draw(some.sampled_from([None, Coordinates(50.0 + number, 0.0)])),
            cost=draw(some.sampled_from([None, Money(100 * number, "GBP"), Money(90, "EUR")])),
            eta_days=draw(some.sampled_from([None, Decimal(number) / 2])),
            priority=draw(some.integers(0, 2)),
            capacity_left=draw(some.sampled_from([None, None, 0, 3])),
            excluded=draw(some.sampled_from([(), (), ("It is closed.",)])),
            excluded_items=draw(some.sampled_from([{}, {"cup": "They rejected it."}])),
        )
        for number in range(draw(some.integers(0, 4)))
    )
    demands = tuple(
        Demand(line=str(number), item=(item := draw(ITEMS)), sku=item.upper(), quantity=draw(some.integers(1, 8)))
        for number in range(draw(some.integers(0, 4)))
    )
    return RoutingProblem(
        order="ord_1", demands=demands, candidates=candidates, destination=LONDON, may_split=draw(some.booleans())
    )


@given(problems(), some.sampled_from(STRATEGIES))
def test_whatever_the_problem_no_unit_is_lost_or_invented(
    problem: RoutingProblem, strategy: type[RoutingStrategy]
) -> None:
    plan = strategy().plan(problem)

    assert check(problem, plan) == []
    assert all(each.rejections for each in plan.trace if not each.chosen)
    assert all(assignment.lines for assignment in plan.assignments)


@given(problems(), some.sampled_from(STRATEGIES))
def test_nothing_is_backordered_that_a_location_could_still_ship(
    problem: RoutingProblem, strategy: type[RoutingStrategy]
) -> None:
    plan = strategy().plan(problem)
    if not problem.may_split:
        return
    short = {each.line for each in plan.backordered}
    used = {assignment.location: dict(assignment.lines) for assignment in plan.assignments}
    items = {demand.line: demand.item for demand in problem.demands}

    for candidate in problem.candidates:
        if candidate.excluded:
            continue
        mine = used.get(candidate.location, {})
        room = candidate.capacity_left is None or candidate.capacity_left > sum(mine.values())
        for line in short:
            item = items[line]
            taken = sum(units for other, units in mine.items() if items[other] == item)
            spare = candidate.available.get(item, 0) - taken
            assert item in candidate.excluded_items or spare <= 0 or not room
