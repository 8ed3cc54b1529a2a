"""Providers of kind `routing`, and the problem they solve: which location ships which units of an order."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import Literal, Protocol, runtime_checkable

from crossdock.geo import Coordinates
from crossdock.money import Money


class LocationKind(StrEnum):
    WAREHOUSE = "WAREHOUSE"
    STORE = "STORE"
    THIRD_PARTY = "THIRD_PARTY"
    SUPPLIER = "SUPPLIER"
    MARKETPLACE = "MARKETPLACE"


@dataclass(frozen=True, slots=True, kw_only=True)
class Demand:
    """Units of one order line that need a place. `item` is what stock is kept of; two lines may share one."""

    line: str
    item: str
    sku: str
    quantity: int
    weight_grams: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """A location that might ship.

    available: units per item that it could promise to this order now, shared by all lines of that item.
    cost: what one shipment from here to the destination is expected to cost; None when nobody knows.
    eta_days: from now to the door; None when nobody knows. ship_on: the working day it would leave.
    priority: higher is preferred. capacity_left: units it can still take today; None is no limit.
    excluded: sentences why it must not ship any of it; excluded_items: item to sentence, for one item.
    remarks: sentences that the hub writes into the decision beside it, whoever wins.
    """

    location: str
    name: str
    kind: LocationKind = LocationKind.WAREHOUSE
    available: Mapping[str, int] = field(default_factory=dict, hash=False)
    coordinates: Coordinates | None = None
    cost: Money | None = None
    eta_days: Decimal | None = None
    ship_on: date | None = None
    priority: int = 0
    capacity_left: int | None = None
    excluded: tuple[str, ...] = ()
    excluded_items: Mapping[str, str] = field(default_factory=dict, hash=False)
    remarks: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class RoutingProblem:
    """Everything that a strategy may look at. It is pure: the same problem always gives the same plan."""

    order: str
    demands: tuple[Demand, ...]
    candidates: tuple[Candidate, ...]
    destination: Coordinates | None = None
    country: str | None = None
    may_split: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Assignment:
    """What one location ships: (line, quantity) pairs, quantities above zero."""

    location: str
    lines: tuple[tuple[str, int], ...]
    reason: str
    cost: Money | None = None
    eta_days: Decimal | None = None
    ship_on: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Shortage:
    """Units that nobody can ship now."""

    line: str
    sku: str
    quantity: int
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Considered:
    """One candidate's part in the decision. A lower `score` is better; every one that lost says why."""

    location: str
    chosen: bool
    score: Decimal | None = None
    cost: Money | None = None
    eta_days: Decimal | None = None
    distance_km: Decimal | None = None
    rejections: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class RoutingPlan:
    """The decision. Assigned and backordered units are exactly those demanded; the hub checks that."""

    strategy: str
    assignments: tuple[Assignment, ...]
    backordered: tuple[Shortage, ...] = ()
    trace: tuple[Considered, ...] = ()


@runtime_checkable
class RoutingStrategy(Protocol):
    """Capability `plan`."""

    def plan(self, problem: RoutingProblem) -> RoutingPlan:
        """Pure: no I/O, no clock, no chance."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Exclusion:
    """A constraint's word: this location must not ship it. `item` None excludes it for all items."""

    location: str
    reason: str
    item: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class RoutingSignal:
    """Something that a strategy should weigh: `amount` is added to that figure of the candidate.

    `cost` in decimal units of the candidate's currency, `eta_days` in days, `priority` in its steps.
    """

    location: str
    figure: Literal["cost", "eta_days", "priority"]
    amount: Decimal
    reason: str


def constrained(
    problem: RoutingProblem, exclusions: Iterable[Exclusion] = (), signals: Iterable[RoutingSignal] = ()
) -> RoutingProblem:
    """The problem as constraints and signals leave it. Those about other locations have no effect."""
    candidates = {candidate.location: candidate for candidate in problem.candidates}
    for exclusion in exclusions:
        if (candidate := candidates.get(exclusion.location)) is not None:
            candidates[exclusion.location] = _excluded(candidate, exclusion)
    for signal in signals:
        if (candidate := candidates.get(signal.location)) is not None:
            candidates[signal.location] = _weighed(candidate, signal)
    return replace(problem, candidates=tuple(candidates.values()))


def _excluded(candidate: Candidate, exclusion: Exclusion) -> Candidate:
    if exclusion.item is None:
        return replace(candidate, excluded=(*candidate.excluded, exclusion.reason))
    return replace(candidate, excluded_items={**candidate.excluded_items, exclusion.item: exclusion.reason})


def _weighed(candidate: Candidate, signal: RoutingSignal) -> Candidate:
    if signal.figure == "cost" and candidate.cost is not None:
        return replace(candidate, cost=candidate.cost + Money.rounded(signal.amount, candidate.cost.currency))
    if signal.figure == "eta_days" and candidate.eta_days is not None:
        return replace(candidate, eta_days=candidate.eta_days + signal.amount)
    if signal.figure == "priority":
        return replace(candidate, priority=candidate.priority + int(signal.amount))
    return candidate


def check(problem: RoutingProblem, plan: RoutingPlan) -> list[str]:
    """What a plan gets wrong, in sentences: units lost, invented, or not there. Empty is right."""
    return [*_conserved(problem, plan), *_covered(problem, plan)]


def _conserved(problem: RoutingProblem, plan: RoutingPlan) -> list[str]:
    planned = {demand.line: 0 for demand in problem.demands}
    wrong = []
    shares = [share for assignment in plan.assignments for share in assignment.lines]
    shares += [(shortage.line, shortage.quantity) for shortage in plan.backordered]
    for line, quantity in shares:
        if line not in planned:
            wrong.append(f"Line {line} is planned but was not asked for.")
        elif quantity <= 0:
            wrong.append(f"Line {line} is planned with {quantity} units.")
        else:
            planned[line] += quantity
    wrong.extend(
        f"Line {demand.line} asks for {demand.quantity} units and is planned with {planned[demand.line]}."
        for demand in problem.demands
        if planned[demand.line] != demand.quantity
    )
    return wrong


def _covered(problem: RoutingProblem, plan: RoutingPlan) -> list[str]:
    candidates = {candidate.location: candidate for candidate in problem.candidates}
    items = {demand.line: demand.item for demand in problem.demands}
    wrong, taken = [], dict[tuple[str, str], int]()
    for assignment in plan.assignments:
        candidate = candidates.get(assignment.location)
        if candidate is None:
            wrong.append(f"{assignment.location} is no candidate.")
            continue
        if candidate.excluded:
            wrong.append(f"{assignment.location} is excluded: {candidate.excluded[0]}")
        for line, quantity in assignment.lines:
            key = (assignment.location, items.get(line, ""))
            taken[key] = taken.get(key, 0) + quantity
    for (location, item), quantity in taken.items():
        candidate = candidates[location]
        if item in candidate.excluded_items:
            wrong.append(f"{location} is excluded for {item}: {candidate.excluded_items[item]}")
        if quantity > candidate.available.get(item, 0):
            wrong.append(f"{location} has {candidate.available.get(item, 0)} of {item} and is to ship {quantity}.")
    return wrong
