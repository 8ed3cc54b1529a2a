"""What routing would do, changing nothing."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING

import crossdock
from core.errors import NotFound, Unroutable
from core.flows.route import decisions
from core.flows.route.facts import Facts
from core.flows.route.override import movable_units
from core.flows.route.plan import Planned, plan_all
from core.flows.route.read import read

if TYPE_CHECKING:
    from core.hub import Hub


@dataclass(frozen=True, slots=True, kw_only=True)
class Preview:
    """A decision that was not made. `locations`: id by code; `skus`: by the plan's name of a line, which is its id."""

    plan: crossdock.RoutingPlan
    candidates: list[crossdock.Considered]
    cost: crossdock.Money | None
    locations: dict[str, int]
    ship_on: dict[str, date | None]
    skus: dict[str, str]


def preview(hub: "Hub", order_id: int, *, strategy: str | None = None, at: datetime | None = None) -> Preview:
    """What routing would decide for this order now, or as if it were `at`. Holds do not matter here.

    Raises NotFound, and Unroutable with the reasons where no plan can be made.
    """
    with hub.transaction() as session:
        facts = read(session, [order_id], at=at, placed=True)
        if not facts.orders:
            raise NotFound(f"There is no order ord_{order_id}.", path=("orderId",))
        movable_units(session, facts)
    planned = plan_all(hub, facts, strategy=strategy)
    if not planned:
        return _nothing(strategy or facts.orders[0].strategy or facts.strategy)
    if planned[0].plan is None:
        raise Unroutable(" ".join(planned[0].faults), path=("orderId",))
    return _preview(facts, planned[0], planned[0].plan)


def _preview(facts: Facts, planned: Planned, plan: crossdock.RoutingPlan) -> Preview:
    return Preview(
        plan=plan,
        candidates=decisions.considered(planned),
        cost=decisions.total(assignment.cost for assignment in plan.assignments),
        locations={location.code: location.id for location in facts.locations},
        ship_on={candidate.location: candidate.ship_on for candidate in planned.problem.candidates},
        skus={demand.line: demand.sku for demand in planned.problem.demands},
    )


def _nothing(strategy: str) -> Preview:
    plan = crossdock.RoutingPlan(strategy=strategy, assignments=())
    return Preview(plan=plan, candidates=[], cost=None, locations={}, ship_on={}, skus={})
