"""The core's check of a plan finds every way to cheat, and constraints reach the problem."""

from dataclasses import replace
from decimal import Decimal

import pytest

from crossdock import Assignment, Exclusion, Money, RoutingPlan, RoutingSignal, Shortage
from crossdock.routing import check, constrained
from crossdock.testing.routing import NORTH, PROBLEM

GOOD = RoutingPlan(
    strategy="any", assignments=(Assignment(location="north", lines=(("1", 4), ("2", 2)), reason="It has them."),)
)


def shipping(*lines: tuple[str, int], location: str = "north") -> RoutingPlan:
    return replace(GOOD, assignments=(Assignment(location=location, lines=lines, reason=""),))


def test_a_sound_plan_passes() -> None:
    assert check(PROBLEM, GOOD) == []


@pytest.mark.parametrize(
    ("plan", "sentence"),
    [
        (shipping(("1", 4)), "Line 2 asks for 2 units and is planned with 0."),
        (shipping(("1", 5), ("2", 2)), "Line 1 asks for 4 units and is planned with 5."),
        (shipping(("1", 4), ("2", 2), ("9", 1)), "Line 9 is planned but was not asked for."),
        (shipping(("1", 4), ("2", 2), ("2", 0)), "Line 2 is planned with 0 units."),
        (shipping(("1", 4), ("2", 2), location="south"), "south has 3 of cup and is to ship 4."),
        (shipping(("1", 4), ("2", 2), location="moon"), "moon is no candidate."),
        (
            replace(GOOD, backordered=(Shortage(line="1", sku="CUP", quantity=1, reason=""),)),
            "Line 1 asks for 4 units and is planned with 5.",
        ),
    ],
)
def test_a_plan_that_cheats_is_told_how(plan: RoutingPlan, sentence: str) -> None:
    assert sentence in check(PROBLEM, plan)


def test_a_plan_must_not_use_what_is_excluded() -> None:
    closed = constrained(PROBLEM, [Exclusion(location="north", reason="It is closed.")])
    no_cups = constrained(PROBLEM, [Exclusion(location="north", reason="They rejected it.", item="cup")])

    assert check(closed, GOOD) == ["north is excluded: It is closed."]
    assert check(no_cups, GOOD) == ["north is excluded for cup: They rejected it."]


def test_signals_add_to_what_a_strategy_weighs() -> None:
    slow = replace(PROBLEM, candidates=(replace(NORTH, eta_days=Decimal(1)),))

    (candidate,) = constrained(
        slow,
        signals=[
            RoutingSignal(location="north", figure="cost", amount=Decimal("1.205"), reason="A levy."),
            RoutingSignal(location="north", figure="eta_days", amount=Decimal(2), reason="A strike."),
            RoutingSignal(location="north", figure="priority", amount=Decimal(-3), reason="It is busy."),
            RoutingSignal(location="elsewhere", figure="cost", amount=Decimal(1), reason="Not ours."),
        ],
    ).candidates

    assert (candidate.cost, candidate.eta_days, candidate.priority) == (Money(491, "GBP"), Decimal(3), 7)


def test_a_signal_about_an_unknown_figure_changes_nothing() -> None:
    unknown = replace(PROBLEM, candidates=(replace(NORTH, cost=None),))
    signal = RoutingSignal(location="north", figure="cost", amount=Decimal(1), reason="A levy.")

    assert constrained(unknown, signals=[signal]) == unknown
